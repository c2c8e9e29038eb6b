"""Whose pages these are: name, logo, colours, telephone and sender, by setting and by the organisation file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from loper.channels.email.colours import contrast
from loper.server.actions.dialogues import start_report
from loper.server.actions.links import make_link
from loper.server.actions.tidy import tidy
from loper.server.pages.portal import scope
from loper.server.post import email_settings
from loper.server.queries.organisation import PAGE, colour_of
from loper.server.records.dialogues import DialogueProgress
from loper.server.records.links import Link
from tests.server.portal import text_of
from tests.worlds import World


def given(settings: Any, **brand: str) -> None:
    settings.LOPER_BRAND = {**settings.LOPER_BRAND, **brand}


def colours(client: Client) -> dict[str, str]:
    return dict(re.findall(r"--loper-([\w-]+): (#[0-9a-f]{6});", client.get("/brand.css").content.decode()))


def test_the_organisation_file_says_whose_pages_these_are(world: World, client: Client) -> None:
    page = client.get("/").content.decode()
    assert "Voorbeeld Wonen" in page and "tel:0850001234" in page and "Ruikt u gas?" in page
    assert colours(client)["way"] == "#0b6e5f"


def test_a_setting_stands_above_the_file(world: World, client: Client, settings: Any) -> None:
    given(settings, name="Woonhuis", primary="#0a58ca", phone="0900 - 1234", sender="hallo@woonhuis.example")
    page = client.get("/").content.decode()
    assert "Woonhuis" in page and "tel:09001234" in page
    assert colours(client)["way"] == "#0a58ca"
    mail = email_settings()
    assert (mail.sender, mail.sender_name, mail.look.primary) == ("hallo@woonhuis.example", "Woonhuis", "#0a58ca")


@pytest.mark.parametrize("colour", ["#ffffff", "#ffd400", "#9be15d", "#c8102e", "#000000", "#7fffd4", "#ff8000"])
def test_letters_and_lines_in_the_brands_colour_can_be_read(
    world: World, client: Client, settings: Any, colour: str
) -> None:
    given(settings, primary=colour)
    found = colours(client)
    assert found["way"] == colour
    assert contrast(found["way-strong"], PAGE) >= 4.5 and contrast("#ffffff", found["way-strong"]) >= 4.5
    assert contrast(found["way-line"], PAGE) >= 3.0
    assert contrast(found["ink"], PAGE) >= 7.0


@pytest.mark.parametrize("wrong", ["red", "#12", "#0b6e5f; } body { display: none", "url(//evil.example)", "#GGGGGG"])
def test_what_is_no_colour_is_not_taken(world: World, client: Client, settings: Any, wrong: str) -> None:
    given(settings, primary=wrong)
    assert colours(client)["way"] == "#0b6e5f"
    assert "evil" not in client.get("/brand.css").content.decode()


def test_a_short_colour_is_a_colour() -> None:
    assert colour_of("#0b6") == "#00bb66"


def test_a_logo_from_a_file_stands_on_pages_and_in_mails(
    world: World, client: Client, settings: Any, tmp_path: Path
) -> None:
    logo = tmp_path / "logo.png"
    Image.new("RGB", (200, 60), "#0b6e5f").save(logo)
    given(settings, logo=str(logo))
    address = re.findall(r'<img src="(/brand/logo[^"]*)" alt="Voorbeeld Wonen"', client.get("/").content.decode())[0]
    answer = client.get(address)
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "image/png"
    assert email_settings().look.logo == str(logo)


def test_a_drawn_logo_runs_nothing(world: World, client: Client, settings: Any, tmp_path: Path) -> None:
    logo = tmp_path / "logo.svg"
    logo.write_text("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    given(settings, logo=str(logo))
    policy = client.get("/brand/logo").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "sandbox" in policy
    assert email_settings().look.logo == ""  # mail programs do not show it


@pytest.mark.parametrize("name", ["/etc/passwd", "../settings.py", "nothing.png", "https://elsewhere.example/logo.png"])
def test_no_other_file_is_shown_as_a_logo(world: World, client: Client, settings: Any, name: str) -> None:
    given(settings, logo=name)
    assert client.get("/brand/logo").status_code == 404
    assert "<img" not in client.get("/").content.decode()


def test_what_nobody_needs_any_more_is_swept(world: World) -> None:
    start_report(actor=scope.visitor(), journey="repair", dialogue="report", question="problem", answer="leak")
    make_link(purpose="case", case="X", days=1)
    key = world.report()
    good = make_link(purpose="case", case=key, days=90)
    world.time.move(days=40)
    found = tidy()
    assert found["dialogues"] == 1 and found["links"] >= 1
    assert DialogueProgress.objects.count() == 1  # what was sent stays
    assert Link.objects.filter(case=key).exists() and not Link.objects.filter(case="X").exists()
    assert "Uw melding is binnen." in text_of(Client().get(good.replace("http://localhost:8000", ""), follow=True))
