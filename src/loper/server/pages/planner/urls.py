"""Addresses of the planner's calendar."""

from django.urls import path

from loper.server.pages.planner import (
    absences,
    arrivals,
    blocks,
    board,
    complexes,
    move,
    parts,
    proposals,
    technicians,
    week,
)

app_name = "planner"
urlpatterns = [
    path("", week.week, name="week"),
    path("day", board.day, name="day"),
    path("day/again", board.again, name="again"),
    path("pin/<int:pk>", board.pin, name="pin"),
    path("ill/<slug:key>", board.ill, name="ill"),
    path("absences/<slug:key>", absences.listing, name="absences"),
    path("absences/<int:pk>/back", absences.take_back, name="take_back"),
    path("urgent", proposals.urgent, name="urgent"),
    path("proposals", proposals.listing, name="proposals"),
    path("proposals/<int:pk>", proposals.proposal, name="proposal"),
    path("proposals/<int:pk>/again", proposals.again, name="propose_again"),
    path("blocks", blocks.span, name="span"),
    path("blocks/<int:pk>", blocks.block, name="block"),
    path("move/<int:pk>", move.move, name="move"),
    path("arrivals", arrivals.arrivals, name="arrivals"),
    path("complexes", complexes.listing, name="complexes"),
    path("complexes/new", complexes.new, name="new_complex"),
    path("complexes/<int:pk>", complexes.show, name="complex"),
    path("complexes/<int:pk>/place", complexes.look, name="look_complex"),
    path("parts", parts.listing, name="parts"),
    path("parts/<int:pk>/<str:what>", parts.act, name="part"),
    path("technicians", technicians.listing, name="technicians"),
    path("technicians/new", technicians.technician, name="new_technician"),
    path("technicians/<slug:key>", technicians.technician, name="technician"),
    path("kinds", technicians.kinds, name="kinds"),
    path("kinds/new", technicians.kind, name="new_kind"),
    path("kinds/<int:pk>", technicians.kind, name="kind"),
]
