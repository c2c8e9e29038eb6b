"""The first page names what is wrong: three faults planted in a log of the example journey; none where none is."""

from __future__ import annotations

import pytest

from loper.define.organisation_file import read_organisation
from loper.define.read import read_journey
from loper.observe.log import Log
from tests.observe import planted as town
from tests.observe.conftest import log_of


def test_the_planted_faults_are_found_and_named_first() -> None:
    log = Log.of(town.planted())
    log.design = read_journey(
        town.EXAMPLES / "repair" / "journey.yaml", read_organisation(town.EXAMPLES / "organisation.yaml")
    )
    found = [(one.question, one.title.said("en")) for one in log.findings().found[:4]]
    assert ("calls", "After “reminder” 23 % contact us, against 0.6 % after other messages") in found
    assert ("stuck", "14 % get stuck after “reminder”") in found, "those with an appointment, who hang"
    assert ("dropping", "Who begins by “app” stops more often: 55 %, against 23 %") in found
    for one in log.findings().found:
        assert one.words("nl") and one.words("en")
        assert one.filter is None or len(log.where(one.filter)) >= min(one.cases, 1)
    assert "Na “reminder” zoekt 23 % contact" in log.findings().summary("nl")


def test_they_are_found_without_the_design_too() -> None:
    titles = [one.title.said("en") for one in Log.of(town.planted()).findings().found]
    assert any("“reminder”" in one and "contact us" in one for one in titles)
    assert any("get stuck after “reminder”" in one for one in titles)
    assert any("begins by “app”" in one for one in titles)


def test_where_nothing_is_wrong_nothing_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"HANG": 0.0, "CALL": town.USUAL_CALL, "DROP": town.USUAL_DROP}.items():
        monkeypatch.setattr(town, name, value)
    found = [one.title.said("en") for one in Log.of(town.planted()).findings().found if one.excess]
    assert not any("“app”" in one or "“reminder”" in one for one in found), found


def test_of_no_cases_nothing_stands_out() -> None:
    assert log_of().findings().summary("nl") == "In dit logboek valt niets op."
