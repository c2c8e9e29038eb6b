"""Addresses of the planner's calendar."""

from django.urls import path

from loper.server.pages.planner import blocks, move, technicians, week

app_name = "planner"
urlpatterns = [
    path("", week.week, name="week"),
    path("blocks", blocks.span, name="span"),
    path("blocks/<int:pk>", blocks.block, name="block"),
    path("move/<int:pk>", move.move, name="move"),
    path("technicians", technicians.listing, name="technicians"),
    path("technicians/new", technicians.technician, name="new_technician"),
    path("technicians/<slug:key>", technicians.technician, name="technician"),
    path("kinds", technicians.kinds, name="kinds"),
    path("kinds/new", technicians.kind, name="new_kind"),
    path("kinds/<int:pk>", technicians.kind, name="kind"),
]
