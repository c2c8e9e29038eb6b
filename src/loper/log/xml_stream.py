"""A file of XML as a stream, plain or packed, of which nothing is believed that it says of other files or of itself."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast
from xml.parsers import expat

from loper.log.table import BadLog

CHUNK = 1 << 18

Start = Callable[[str, dict[str, str]], None]
Progress = Callable[[int], None] | None


def parse(
    path: Path,
    start: Start,
    end: Callable[[str], None],
    text: Callable[[str], None] | None = None,
    on_progress: Progress = None,
    chunk: int = CHUNK,
) -> Iterator[None]:
    """Runs through the file, handing out control after each part of it; names without the prefix that all may have.

    Raises BadLog where it is no whole XML, and at a document type or an entity, which no log needs.
    """

    def refuse(*_: Any) -> None:
        where = f"{path.name}: line {parser.CurrentLineNumber}"
        raise BadLog([f"{where}: a document type or entity, which no log has: refused; export the log without it"])

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    parser.StartElementHandler = _without_prefix(parser, start)
    parser.EndElementHandler = end
    if text is not None:
        parser.CharacterDataHandler = text
    with path.open("rb") as file:
        packed = file.peek(2)[:2] == b"\x1f\x8b"
        stream = cast(BinaryIO, gzip.GzipFile(fileobj=file) if packed else file)
        try:
            while piece := stream.read(chunk):
                parser.Parse(piece, False)
                if on_progress:
                    on_progress(file.tell())
                yield
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            where = f"{path.name}: line {error.lineno}, column {error.offset + 1}"
            why = f"the XML is not whole here ({expat.ErrorString(error.code)})"
            raise BadLog([f"{where}: {why}; nothing of it was taken; export it again, or mend that place"]) from None
        except LookupError:
            raise BadLog([f"{path.name}: its encoding is one that nobody knows: save it as UTF-8"]) from None
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            why = f"the compressed file breaks off or is damaged ({error})"
            raise BadLog([f"{path.name}: {why}; nothing of it was taken; fetch it again"]) from None


def _without_prefix(parser: expat.XMLParserType, start: Start) -> Start:
    """`start`, for the few files that write a prefix before every element (<xes:log>)."""

    def first(tag: str, attributes: dict[str, str]) -> None:
        prefixed = ":" in tag
        parser.StartElementHandler = bare if prefixed else start
        (bare if prefixed else start)(tag, attributes)

    def bare(tag: str, attributes: dict[str, str]) -> None:
        start(tag.rpartition(":")[2], attributes)

    return first
