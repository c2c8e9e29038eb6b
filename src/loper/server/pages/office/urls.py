"""Addresses of the office, a block a subject."""

from django.urls import path

from loper.server.pages.office import accounts, health, home, imports, out, privacy

app_name = "office"
urlpatterns = [
    path("", home.home, name="home"),
    path("accounts", accounts.listing, name="accounts"),
    path("accounts/new", accounts.new, name="account_new"),
    path("accounts/<int:pk>", accounts.one, name="account"),
    path("accounts/<int:pk>/<slug:what>", accounts.act, name="account_act"),
    path("health", health.show, name="health"),
    path("files", imports.listing, name="imports"),
    path("files/new", imports.new, name="import_new"),
    path("files/<int:pk>", imports.show, name="import"),
    path("files/<int:pk>/rejects", imports.rejects, name="rejects"),
    path("files/rejects/<int:pk>", imports.mend_one, name="mend"),
    path("files/<int:pk>/<slug:what>", imports.act, name="import_act"),
    path("out", out.listing, name="out"),
    path("out/new", out.new, name="out_new"),
    path("out/file.csv", out.file, name="out_file"),
    path("out/<slug:key>", out.one, name="out_one"),
    path("out/<slug:key>/change", out.change, name="out_change"),
    path("out/<slug:key>/<slug:what>", out.do, name="out_do"),
    path("privacy", privacy.overview, name="privacy"),
    path("privacy/register", privacy.register, name="privacy_register"),
    path("privacy/looks", privacy.looked, name="privacy_looks"),
    path("privacy/person/<str:key>", privacy.one, name="privacy_person"),
    path("privacy/person/<str:key>/<slug:what>", privacy.act, name="privacy_act"),
    path("privacy/export/<uuid:pk>", privacy.download, name="privacy_download"),
]
