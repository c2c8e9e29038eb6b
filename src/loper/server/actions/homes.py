"""Homes get the place that the geocoder knows: a few at a time, by the worker, so that no page waits for it."""

from __future__ import annotations

from django.conf import settings

from loper.roads import Trouble
from loper.server.records.customers import Property
from loper.server.roads import exactly

MOST = 25  # homes in one go


def locate_homes(after: int = 0, most: int = MOST) -> int:
    """Look up the next homes without a place; gives the last one looked at, to go on after, or 0 at the end.

    An address that the geocoder does not know stays without: it is reckoned by its postcode, and asked for again in
    the next round, since new houses get into the register later. When the geocoder does not answer, nothing is lost:
    the same homes come next time.
    """
    if not settings.LOPER_GEOCODER:
        return 0
    rows = Property.objects.filter(lat=None, pk__gt=after).order_by("pk")
    homes = list(rows.values_list("pk", "postcode", "house_number")[:most])
    for home, postcode, number in homes:
        try:
            place = exactly(postcode, number)
        except Trouble:
            return after
        if place is not None:
            # Only where nobody filled in a place or corrected the address meanwhile.
            same = Property.objects.filter(pk=home, postcode=postcode, house_number=number, lat=None)
            same.update(lat=place.lat, lon=place.lon)
        after = home
    return after if len(homes) == most else 0
