"""Addresses of co-makers: their visits, their times; and of the planner: what is open with co-makers."""

from django.urls import path

from loper.server.pages.partner import planner, times, visits

app_name = "partner"
urlpatterns = [
    path("", visits.listing, name="visits"),
    path("visit/<int:pk>", visits.page, name="visit"),
    path("visit/<int:pk>/<slug:what>", visits.say, name="say"),
    path("times", times.page, name="times"),
    path("times/open", times.open_them, name="open_times"),
    path("times/<int:pk>", times.change, name="change_time"),
    path("open", planner.listing, name="open"),
    path("open/<int:pk>/<slug:what>", planner.act, name="act"),
]
