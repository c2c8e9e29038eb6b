"""The files of a journey as they may be kept: two kinds of names, no paths, sizes within limits, plain text."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.utils.translation import gettext as _

from loper.define import text_files, tree
from loper.server.actions.refused import Refused
from loper.server.queries.designs import MAIN, ORGANISATION

MOST_TOGETHER = 1_500_000
"""Characters of all files of one journey together."""

_NAME = r"[A-Za-z][A-Za-z0-9_]{0,59}"
_TEXT = re.compile(rf"{_NAME}(\+{_NAME})?\.[a-z]{{2,12}}\.[a-z]{{2}}(-[A-Z]{{2}})?\.liquid")
_BLOCK = re.compile(rf"{_NAME}\.[a-z]{{2}}(-[A-Z]{{2}})?\.liquid")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def tidy_files(files: Mapping[str, str]) -> dict[str, str]:
    """These files under the names we keep: the journey as journey.yaml, texts in texts/. Refuses all that is no such
    thing, in one sentence.
    """
    found: dict[str, str] = {}
    strange = []
    for path, text in sorted(files.items()):
        try:
            name = tidy_path(path)
        except Refused:
            strange.append(path)
            continue
        if name in found:
            raise Refused(_("There are two files for %(name)s.") % {"name": name}, field="files")
        found[name] = tidy_text(name, text)
    if strange:
        names = ", ".join(one[:60] for one in strange[:5])
        raise Refused(
            _("Not a file of a journey: %(names)s. Give one .yaml, and texts with names like received.email.nl.liquid.")
            % {"names": names},
            field="files",
        )
    if MAIN not in found:
        raise Refused(_("The journey itself is missing: a file that ends in .yaml."), field="files")
    if len(found) > text_files.MOST_FILES or sum(map(len, found.values())) > MOST_TOGETHER:
        raise Refused(_("This is more than a journey can hold."), field="files")
    return found


def tidy_path(path: str) -> str:
    """`journey.yaml` or `texts/NAME.CHANNEL.LANGUAGE.liquid`; anything else is refused."""
    name = path.replace("\\", "/").rpartition("/")[2]
    if ".." not in path and not path.startswith("/"):
        if name.endswith((".yaml", ".yml")):
            return MAIN
        if _TEXT.fullmatch(name):
            return f"texts/{name}"
    raise Refused(_("'%(path)s' is not the name of a text.") % {"path": path[:60]})


def tidy_organisation(files: Mapping[str, str]) -> dict[str, str]:
    """The organisation file and its shared text blocks under the names we keep; empty blocks are left out."""
    found = {}
    for path, text in sorted(files.items()):
        name = path.removeprefix("blocks/")
        if path != ORGANISATION and not _BLOCK.fullmatch(name):
            raise Refused(_("'%(path)s' is not the name of a text block.") % {"path": path[:60]})
        kept = ORGANISATION if path == ORGANISATION else f"blocks/{name}"
        if text.strip():
            found[kept] = tidy_text(MAIN if kept == ORGANISATION else kept, text)
    if ORGANISATION not in found:
        raise Refused(_("The organisation file is empty."))
    return found


def tidy_text(path: str, text: str) -> str:
    """With plain line ends; refused when too long or with characters that no text has."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    if _CONTROL.search(text):
        raise Refused(_("There are characters in this text that nobody can see. Type it again as plain text."))
    most = tree.MOST_BYTES if path == MAIN else text_files.MOST_BYTES
    if len(text.encode()) > most:
        raise Refused(_("This text is larger than %(kilobytes)d kB.") % {"kilobytes": most // 1024})
    return text
