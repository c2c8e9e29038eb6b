"""The main menu of those who work here: label, name of the first page, permission that opens it."""

from django.utils.translation import gettext_noop as _

MENU = (
    (_("Cases"), "desk:cases", "desk"),
    (_("Tasks"), "desk:tasks", "desk"),
    (_("Forms"), "desk:forms", "customer.see"),
    (_("My day"), "field:day", "field"),
    (_("Planning"), "planner:week", "planning"),
    (_("Visits"), "partner:visits", "partner"),
    (_("My times"), "partner:times", "partner"),
    (_("Parts"), "planner:parts", "parts.order"),
    (_("Journeys"), "studio:journeys", "studio"),
    (_("Insight"), "insight:logs", "insight"),
    (_("Organisation"), "studio:organisation", "organisation.change"),
    (_("Arrival times"), "planner:arrivals", "arrivals.see"),
    (_("Office"), "office:home", "office"),
    (_("Technical"), "desk:engine", "engine.see"),
)
