"""Addresses of the office, a block a subject."""

from django.urls import path

from loper.server.pages.office import home

app_name = "office"
urlpatterns = [
    path("", home.home, name="home"),
]
