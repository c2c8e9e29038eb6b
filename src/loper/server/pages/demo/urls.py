"""Addresses of the pages of a demonstration; elsewhere they are not there."""

from django.urls import path

from loper.server.pages.demo import views

app_name = "demo"
urlpatterns = [
    path("", views.start, name="start"),
    path("as", views.become, name="become"),
    path("clock", views.move, name="clock"),
    path("mail", views.mail, name="mail"),
    path("mail/<str:key>", views.read, name="read"),
    path("mail/<str:key>/page", views.page, name="page"),
]
