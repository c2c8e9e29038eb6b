"""A demonstration: a fictional housing association whose cases come about by running its journeys."""

from loper.server.demo.begin import begin
from loper.server.demo.hurry import advance
from loper.server.demo.life import live
from loper.server.demo.town import PEOPLE, Town, settle_town

__all__ = ["PEOPLE", "Town", "advance", "begin", "live", "settle_town"]
