"""JSON Schema of journey and organisation files, for editors: made from the key tables that the parser reads by.

The schema checks structure; names, types and everything that needs the whole file are the parser's.
"""

from __future__ import annotations

import json
from typing import Any

from loper.define.keys import JOURNEY
from loper.define.organisation_keys import ORGANISATION
from loper.define.shape import Record

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def journey_schema() -> dict[str, Any]:
    """The schema of a journey file."""
    return _schema(JOURNEY, "A journey of Loper")


def organisation_schema() -> dict[str, Any]:
    """The schema of an organisation file."""
    return _schema(ORGANISATION, "An organisation file of Loper")


def written(schema: dict[str, Any]) -> str:
    """The schema as it stands in docs/reference."""
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def _schema(record: Record, title: str) -> dict[str, Any]:
    return {"$schema": DIALECT, "title": title, **record.schema()}
