"""Every address of the server, by audience."""

from django.urls import include, path
from django.views.i18n import set_language

from loper.server.api import agenda_feed, metrics
from loper.server.pages import common
from loper.server.pages.account import views as account

urlpatterns = [
    path("", include("loper.server.pages.portal.urls")),
    path("home", account.home, name="home"),
    path("desk/", include("loper.server.pages.desk.urls")),
    path("field/", include("loper.server.pages.field.urls")),
    path("planner/", include("loper.server.pages.planner.urls")),
    path("insight/", include("loper.server.pages.insight.urls")),
    path("office/", include("loper.server.pages.office.urls")),
    path("studio/", include("loper.server.pages.studio.urls")),
    path("account/", account.mine, name="account"),
    path("account/token", account.token, name="account_token"),
    path("account/", include("allauth.urls")),
    path("partner/", include("loper.server.pages.partner.urls")),
    path("calendar/<str:token>.ics", agenda_feed.calendar, name="calendar"),
    path("api/", include("loper.server.api.urls")),
    path("metrics", metrics.metrics, name="metrics"),
    path("healthz", common.healthz, name="healthz"),
    path("brand/logo", common.brand_logo, name="brand_logo"),
    path("brand.css", common.brand_css, name="brand.css"),
    path("language", set_language, name="set_language"),
    path("demo/", include("loper.server.pages.demo.urls")),
]

handler400 = "loper.server.pages.errors.bad"
handler403 = "loper.server.pages.errors.forbidden"
handler404 = "loper.server.pages.errors.missing"
handler500 = "loper.server.pages.errors.broken"
