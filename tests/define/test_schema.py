"""The schema that editors use says the same as the parser."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from loper.define import Problems, journey_schema, organisation_schema, parse_journey, parse_organisation
from loper.define.keys import JOURNEY
from loper.define.organisation_keys import ORGANISATION
from loper.define.schema import written
from loper.define.shape import Either, Many, Map, Record
from tests.define.worlds import ROOT, SMALL

DOCS = ROOT / "docs/reference"
JOURNEYS = Draft202012Validator(journey_schema())


@pytest.mark.parametrize(("name", "schema"), [("journey", journey_schema()), ("organisation", organisation_schema())])
def test_the_schema_on_disk_is_that_of_the_parser(name, schema):
    Draft202012Validator.check_schema(schema)
    assert (DOCS / f"{name}.schema.json").read_text(encoding="utf-8") == written(schema)


def records(shape: Any) -> list[Record]:
    """Every record that the parser reads by, at any depth."""
    match shape:
        case Record():
            inner = [r for key in shape.keys.values() for r in records(key.shape)]
            return [shape, *inner]
        case Map():
            return records(shape.value)
        case Many():
            return records(shape.item)
        case Either():
            return [r for one in shape.all for r in records(one)]
    return []


def objects(schema: Any) -> list[dict[str, Any]]:
    """Every object with properties in a schema, at any depth, in the same order."""
    if isinstance(schema, list):
        return [found for one in schema for found in objects(one)]
    if not isinstance(schema, dict):
        return []
    found = [schema] if isinstance(schema.get("properties"), dict) else []
    return found + [o for value in schema.values() for o in objects(value)]


@pytest.mark.parametrize(("record", "schema"), [(JOURNEY, journey_schema()), (ORGANISATION, organisation_schema())])
def test_schema_and_parser_know_the_same_keys_both_ways(record, schema):
    of_parser = {(frozenset(r.keys), frozenset(k for k, v in r.keys.items() if v.required)) for r in records(record)}
    of_schema = {(frozenset(o["properties"]), frozenset(o.get("required", ()))) for o in objects(schema)}
    assert of_parser == of_schema
    assert all(o["additionalProperties"] is not True for o in objects(schema))


@pytest.mark.parametrize(
    "file", ["examples/repair/journey.yaml", "examples/complaint/journey.yaml", "tests/golden/repair.yaml"]
)
def test_the_examples_hold_to_the_schema(file):
    assert not list(JOURNEYS.iter_errors(plain(as_data((ROOT / file).read_text()))))


def as_data(text: str) -> Any:
    from loper.define.tree import Report, read_yaml

    return read_yaml(text, Report("f"))


def plain(node: Any) -> Any:
    if isinstance(node, dict):
        return {str(key): plain(value) for key, value in node.items()}
    return [plain(item) for item in node] if isinstance(node, list) else str(node)


SMALL_DATA = plain(as_data(SMALL))

words = st.sampled_from(
    [
        "",
        "true",
        "no",
        "1",
        "3 hours",
        "09:00-20:00",
        "reported",
        "job.fixed",
        "email",
        "spare",
        "agent",
        "x y",
        "[",
        "nl",
    ]
)
keys = st.sampled_from(
    sorted({key for r in records(JOURNEY) for key in r.keys} | {"person", "nl", "leak", "zz", "a.b"})
)
values = st.recursive(
    words, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4), max_leaves=8
)


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(place for key, value in inner for place in places(value, (*path, key)))]


PLACES = [place for place in places(SMALL_DATA) if place]


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(PLACES), values, st.none() | keys)
def test_what_the_schema_refuses_the_parser_refuses(place, value, extra):
    data = json.loads(json.dumps(SMALL_DATA))
    at = data
    for step in place[:-1]:
        at = at[step]
    if extra is not None and isinstance(at, dict):
        at[extra] = value
    else:
        at[place[-1]] = value
    if not JOURNEYS.is_valid(data):
        with pytest.raises(Problems):
            parse_journey(json.dumps(data, ensure_ascii=False))


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(ORGANISATION.keys)), values, max_size=4))
def test_what_the_schema_refuses_of_an_organisation_the_parser_refuses(data):
    if not Draft202012Validator(organisation_schema()).is_valid(data):
        with pytest.raises(Problems):
            parse_organisation(json.dumps(data))
