"""define: the journey language. YAML -> a frozen Journey, its check, its texts, its versions."""

from loper.define.check import Finding, check
from loper.define.model import Journey
from loper.define.organisation import Organisation
from loper.define.organisation_file import parse_organisation, read_organisation
from loper.define.problem import Problem, Problems
from loper.define.read import parse_journey, read_journey
from loper.define.schema import journey_schema, organisation_schema
from loper.define.survey import survey
from loper.define.texts import Rendered, TextError, render

__all__ = [
    "Finding",
    "Journey",
    "Organisation",
    "Problem",
    "Problems",
    "Rendered",
    "TextError",
    "check",
    "journey_schema",
    "organisation_schema",
    "parse_journey",
    "parse_organisation",
    "read_journey",
    "read_organisation",
    "render",
    "survey",
]
