"""What the documentation takes from the code, made again: the JSON Schemas, and the examples as pictures."""

import runpy
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from loper.cli.reference import cli_reference
from loper.define import Journey, journey_schema, organisation_schema, read_journey, read_organisation
from loper.define.schema import written
from loper.draw import Mark, Overlay, Weight, line_case, line_customer, line_design

ROOT = Path(__file__).resolve().parent.parent
README_PICTURE = "docs/pictures/repair-line"

START = datetime(2026, 11, 3, 8, 2, tzinfo=UTC)
VISITED = [("reported", 0.0), ("planned", 1), ("under_way", 49), ("at_work", 50), ("planned", 52)]
"""A tenant whose repair takes a second visit: the stages, with the hours after the start."""


def documents() -> Iterator[tuple[str, str]]:
    """Each file below the root, with its text."""
    yield "docs/reference/journey.schema.json", written(journey_schema())
    yield "docs/reference/organisation.schema.json", written(organisation_schema())
    yield "docs/reference/cli.md", cli_reference()
    organisation = read_organisation(ROOT / "examples/organisation.yaml")
    for folder in sorted(path.parent for path in ROOT.glob("examples/*/journey.yaml")):
        journey = read_journey(folder / "journey.yaml", organisation)
        yield f"docs/pictures/{folder.name}-line.svg", line_design(journey)
        if folder.name == "repair":
            yield from _repair(journey)
    yield from runpy.run_path(str(ROOT / "tools/log_pictures.py"))["log_pictures"]()


def _repair(journey: Journey) -> Iterator[tuple[str, str]]:
    visited = [(stage, START + timedelta(hours=hours)) for stage, hours in VISITED]
    says = {"planned": "De vakman komt dinsdag 10 november, tussen 10:00 en 12:00."}
    phone = line_customer(journey, stage="planned", visited=visited, says=says)
    yield "docs/pictures/repair-customer.svg", phone
    yield "docs/pictures/repair-case.svg", line_case(journey, stage="planned", visited=visited, marks=_marks())
    yield "docs/pictures/repair-numbers.svg", line_design(journey, overlay=NUMBERS)


def _marks() -> Iterator[Mark]:
    for touchpoint, hours, channel, status in (
        ("received", 0.02, "email", "sent"),
        ("confirmation", 1.02, "email", "failed"),
        ("confirmation", 1.1, "sms", "sent"),
        ("reminder", 25, "sms", "sent"),
        ("arrival", 49, "sms", "sent"),
        ("unfinished", 52.1, "email", "sent"),
        ("confirmation", 52.2, "sms", "queued"),
        ("survey", 54, "email", "coming"),
        ("reminder", 145, "sms", "coming"),
    ):
        yield Mark(touchpoint=touchpoint, at=START + timedelta(hours=hours), channel=channel, status=status)


NUMBERS = Overlay(
    sentence="Van 1.204 reparaties (verzonnen getallen) waren er 962 klaar; 241 vroegen een tweede bezoek.",
    stops={
        "reported": Weight(share=0.07, label="86 stoppen hier voorgoed"),
        "planned": Weight(share=0.1, label="115 stoppen hier voorgoed"),
    },
    arcs={
        ("reported", "planned"): Weight(share=1, heat=0.3, label="1.204 klanten, 3 uur"),
        ("planned", "under_way"): Weight(share=0.93, heat=1, label="1.118 klanten, 2 dagen"),
        ("under_way", "at_work"): Weight(share=0.83, heat=0, label="1.003 klanten, 22 minuten"),
        ("at_work", "done"): Weight(share=0.8, heat=0, label="962 klanten, 40 minuten"),
        ("at_work", "reported"): Weight(share=0.2, label="241 klanten"),
    },
)


def rasterise(svg: str, to: Path) -> None:
    """The picture as PNG, by Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=arguments)
        page = browser.new_page(device_scale_factor=1)
        page.set_content(f'<body style="margin:0;background:#fff">{svg}')
        page.locator("svg").screenshot(path=to)
        browser.close()


def main() -> int:
    """Write what is new; says which."""
    for name, text in documents():
        path = ROOT / name
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(f"{name}: made again")
        if name == f"{README_PICTURE}.svg":
            if Path("/usr/bin/chromium").exists():
                rasterise(text, path.with_suffix(".png"))
            else:
                print(f"{README_PICTURE}.png: left as it is, for there is no Chromium (make system brings it)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
