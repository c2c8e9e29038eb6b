"""Colours that can be read: contrast as WCAG 2.2 measures it, by light and in the dark."""

from __future__ import annotations

READABLE = 4.5
VISIBLE = 3.0


def contrast(one: str, other: str) -> float:
    """The contrast of two colours (`#rrggbb`), from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def ink_on(background: str, inks: tuple[str, ...] = ("#ffffff", "#15181d", "#000000")) -> str:
    """The first of these inks that can be read on this background, else the one that comes nearest."""
    for ink in inks:
        if contrast(ink, background) >= READABLE:
            return ink
    return max(inks, key=lambda ink: contrast(ink, background))


def until_readable(colour: str, background: str, least: float = READABLE) -> str:
    """The colour, mixed with white or black by as little as makes it stand out against the background."""
    towards = 255 if _luminance(background) < 0.18 else 0
    for step in range(21):
        mixed = "#" + "".join(f"{round(part + (towards - part) * step / 20):02x}" for part in _parts(colour))
        if contrast(mixed, background) >= least:
            return mixed
    return "#ffffff" if towards else "#000000"


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    red, green, blue = (
        part / 255 / 12.92 if part / 255 <= 0.04045 else ((part / 255 + 0.055) / 1.055) ** 2.4
        for part in _parts(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
