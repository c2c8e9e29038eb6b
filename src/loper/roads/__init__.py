"""Roads as they are: travel times of a route server, places of a geocoder, over HTTP. No Django.

ask        one question to one server: JSON, bounded in time and size
osrm       travel times of OSRM
valhalla   travel times of Valhalla
pdok       where an address is, by PDOK Locatieserver
memory     travel times already known
fallback   a route server that may fail, with an estimate for when it does
"""

from loper.roads.ask import Server, Trouble
from loper.roads.fallback import Breaker, Estimated, Fallback
from loper.roads.memory import Lru, Memory
from loper.roads.osrm import Osrm
from loper.roads.pdok import Pdok
from loper.roads.valhalla import Valhalla

__all__ = [
    "Breaker",
    "Estimated",
    "Fallback",
    "Lru",
    "Memory",
    "Osrm",
    "Pdok",
    "Server",
    "Trouble",
    "Valhalla",
]
