"""Addresses of the pages that read logs."""

from django.urls import path

from loper.server.pages.insight import bring, cases, ends, export, logs, promises, questions

app_name = "insight"
urlpatterns = [
    path("", logs.listing, name="logs"),
    path("promises", promises.promises, name="promises"),
    path("promises.csv", promises.table, name="promises_csv"),
    path("promises.svg", promises.picture, {"form": "svg"}, name="promises_svg"),
    path("promises.png", promises.picture, {"form": "png"}, name="promises_png"),
    path("new", bring.new, name="new"),
    path("<int:pk>/columns", bring.columns, name="columns"),
    path("<int:pk>/against", bring.against, name="against"),
    path("<int:pk>/ends", ends.ends, name="ends"),
    path("<int:pk>/remove", bring.remove, name="remove"),
    path("<int:pk>/counted", bring.counted, name="counted"),
    path("<int:pk>/rejects.csv", bring.rejects, name="rejects"),
    path("<int:pk>/progress", logs.progress, name="progress"),
    path("<int:pk>/", logs.first, name="first"),
    path("<int:pk>/cases", cases.listing, name="cases"),
    path("<int:pk>/case", cases.case, name="case"),
    path("<int:pk>/<slug:key>.csv", export.table, name="csv"),
    path("<int:pk>/<slug:key>.svg", export.picture, {"form": "svg"}, name="svg"),
    path("<int:pk>/<slug:key>.png", export.picture, {"form": "png"}, name="png"),
    path("<int:pk>/<slug:key>", questions.question, name="question"),
]
