"""draw: the one picture. A journey as a red line, with its stages as stations and its touchpoints as stops."""

from loper.draw.case import line_case
from loper.draw.customer import line_customer
from loper.draw.design import line_design
from loper.draw.model import Mark, Overlay, Weight

__all__ = ["Mark", "Overlay", "Weight", "line_case", "line_customer", "line_design"]
