"""Journeys and organisations as they lie in folders, and as the server keeps them: relative name -> text."""

from __future__ import annotations

from pathlib import Path


def files_in(folder: Path, *patterns: str) -> dict[str, str]:
    """The texts of the files that fit one of these patterns; raises FileNotFoundError where there are none at all."""
    paths = sorted(path for pattern in patterns for path in folder.glob(pattern))
    if not paths:
        raise FileNotFoundError(f"there is no {patterns[0]} in {folder}")
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in paths}


def journey_files(folder: Path) -> dict[str, str]:
    """A journey with its texts."""
    return files_in(folder, "*.yaml", "**/*.liquid")


def organisation_files(file: Path) -> dict[str, str]:
    """An organisation file, with the text blocks in the folder `blocks` beside it."""
    return files_in(file.parent, file.name, "blocks/*.liquid")
