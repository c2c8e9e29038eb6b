"""An appointment as iCalendar: one UID for life, SEQUENCE up with every change, so that a calendar moves it."""

from __future__ import annotations

from typing import Literal

from icalendar import Calendar, Event, vCalAddress, vText

from loper.server.queries.organisation import brand, organisation
from loper.server.records.agenda import Appointment
from loper.server.records.customers import Customer


def appointment_file(
    appointment: Appointment, *, title: str, method: Literal["REQUEST", "CANCEL", "PUBLISH"], attendee: str = ""
) -> bytes:
    """The appointment for a calendar program; REQUEST and CANCEL go by mail and name who is invited."""
    sender, look = organisation().sender, brand()
    event = event_of(appointment, f"{title} · {look.name}")
    event.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    event.add("transp", "OPAQUE")
    customer = Customer.objects.select_related("home").filter(key=appointment.customer).first()
    if customer is not None and customer.home is not None:
        event.add("location", vText(str(customer.home)))
    organizer = vCalAddress(f"mailto:{sender.email or 'noreply@localhost'}")
    organizer.params["CN"] = vText(look.name)
    event["organizer"] = organizer
    if attendee:
        guest = vCalAddress(f"mailto:{attendee}")
        guest.params["PARTSTAT"] = vText("ACCEPTED")
        guest.params["RSVP"] = vText("FALSE")
        event.add("attendee", guest, encode=False)
    calendar = calendar_of(method)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def event_of(appointment: Appointment, summary: str) -> Event:
    """What every calendar hears of an appointment: which it is, how often it changed, when it is, what it is called."""
    event = Event()
    event.add("uid", appointment.uid)
    event.add("sequence", appointment.sequence)
    event.add("dtstamp", appointment.changed)
    event.add("last-modified", appointment.changed)
    event.add("dtstart", appointment.start)
    event.add("dtend", appointment.end)
    event.add("summary", summary)
    return event


def calendar_of(method: str) -> Calendar:
    """A calendar of ours, still empty."""
    calendar = Calendar()
    calendar.add("prodid", "-//Loper//loper//NL")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    return calendar
