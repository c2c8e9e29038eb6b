"""The register of processing says something of every field there is, and of none that is not."""

import pytest
from django.apps import apps
from django.core.exceptions import FieldError

from loper.server.actions.own_log import TOUCHES
from loper.server.records.register import PILES, PURPOSES, RULES, TABLES, Basis, Clock, Erase, Kind

MODELS = {model._meta.label: model for model in apps.get_models(include_auto_created=True)}


@pytest.mark.parametrize("label", sorted(MODELS.keys() | TABLES.keys()))
def test_every_field_is_in_the_register(label: str) -> None:
    assert label in MODELS, f"the register knows {label}, and there is no such table"
    assert label in TABLES, f"{label} is not in the register: add it in server/records/register"
    there = {field.name for field in MODELS[label]._meta.concrete_fields} - {"pk"}
    known = set(TABLES[label].fields)
    assert not there - known, f"{label}: not in the register: {', '.join(sorted(there - known))}"
    assert not known - there, f"{label}: in the register, and not in the table: {', '.join(sorted(known - there))}"


@pytest.mark.parametrize("label", sorted(TABLES))
def test_what_it_says_can_be_done(label: str) -> None:
    """Purpose and rule exist; what is personal has a ground; the ways to a person and the times are real fields."""
    one, model = TABLES[label], MODELS[label]
    assert one.purpose in PURPOSES and one.keep in RULES
    personal = one.names(Kind.PERSON, Kind.HIDDEN)
    assert not personal or one.basis in list(Basis), "what is personal has a ground"
    assert not personal or one.paths, "what is personal belongs to somebody"
    assert RULES[one.keep].clock != Clock.ROW or one.since, "from when do its days count?"
    assert set(one.because) == set(one.names(Kind.REFERENCE)), "a reference stands for a reason"
    assert one.erase == Erase.STANDS or one.names(Kind.PERSON, Kind.HIDDEN, Kind.STAFF)
    try:
        for path in one.paths:
            str(model._default_manager.filter(**{path.lookup: 1}).query)
        if one.since:
            str(model._default_manager.order_by(one.since).query)
    except FieldError as wrong:
        pytest.fail(f"{label}: {wrong}")


def test_own_log_has_the_columns_that_the_register_knows() -> None:
    assert set(PILES[0].fields) == set(TOUCHES.names)
