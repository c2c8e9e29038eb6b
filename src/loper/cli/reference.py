"""docs/reference/cli.md from the parser of the command line itself."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from loper.cli.main import parser

HEAD = """\
# The command line

<!-- Made by tools/make_docs.py from the parser itself: change the commands, not this page. -->

    loper COMMAND ...

`loper COMMAND --help` says the same in the terminal. **Exit codes**: 0 well; 1 findings that nobody accepted, or
errors in a file or an installation; 2 the command itself is wrong: an unknown word, a file that is not there, a time
that cannot be read.

`check`, `draw`, `run` and `plan` work on files and need no server; what `plan` reads is in [plan files](plan-files.md).
The organisation file is `organisation.yaml` beside the journey or one folder up; message texts lie in `texts/` beside a
`journey.yaml`, and in `NAME/` beside a `NAME.yaml`; other journeys in `NAME/journey.yaml` next to the folder of this
one. Messages about a file begin with its place, `file:line:column`.

"""

RUN = """\
**The events**: one CloudEvent 1.0 a line, as JSON. `subject` is the case, `type` the event, `time` when it happened,
`data` what it tells, an appointment as `{"appointment": {"start": ..., "end": ..., "technician": ...}}`; `customer`,
`emitter` and `sequence` as in [events over HTTP](events-api.md). They are taken in order of their own time, whatever
the order in the file. What becomes due in between and after happens too, until nothing is due any more, or the time
of `--until` (that instant included). Customers and texts play no part: a message takes the first channel of its
touchpoint.

    {"specversion": "1.0", "id": "1", "source": "/erp", "type": "job.reported", "subject": "A",
     "time": "2026-09-01T09:00:00+02:00", "data": {"problem": "leak"}}

(Here over two lines; in the file it is one.) **The document** of `--json`:

    {"timeline": [{"at", "case", "kind", "stage", "touchpoint", "channel", "event", "why"}, ...],
     "cases": {"A": {"stage", "round", "facts"}}}

The timeline is sorted by time (in the journey's own time zone). Its kinds:

| kind | |
|---|---|
| `move` | an event (or a deadline) led to this stage |
| `message`, `task` | a moment happened |
| `skip` | a moment that was due will not happen; `why`: late, covered, if, variant |
| `unexpected`, `noted` | an event that made no move here; one that no `on` names |
| `overdue` | the deadline of this stage passed |
| `retracted` | an event was taken out |
| `withdrawn` | a message was due and does not hold any more |
| `stalled` | the case has not ended, and nothing more comes |

Where there is something to tell, the document has `refused` (events that may not come in, with the reason), `waiting`
(events of cases that never began) and `endless` (cases that go round for ever, and were left alone after a thousand
wakings; give `--until`). The same stands on standard error. A line that is no event, or is refused, gives exit code
1; the others are replayed all the same.

"""


def cli_reference() -> str:
    """The page."""
    sections = list(_commands(parser(), "loper"))
    found = HEAD + "".join(f"- [`{name}`](#{name.replace(' ', '-')})\n" for name, _ in sections)
    for name, command in sections:
        found += f"\n## {name}\n\n{_section(name, command)}".rstrip("\n") + "\n"
        found += f"\n{RUN}".rstrip("\n") + "\n" if name == "loper run" else ""
    return found.rstrip("\n") + "\n"


def _commands(top: argparse.ArgumentParser, name: str) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command that does something, in the order of the parser, with the sentence that says what."""
    for action in top._actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {choice.dest: choice.help or "" for choice in action._choices_actions}
            for word, inner in action.choices.items():
                inner.description = inner.description or helps.get(word, "")
                below = list(_commands(inner, f"{name} {word}"))
                yield from below or [(f"{name} {word}", inner)]


def _section(name: str, command: argparse.ArgumentParser) -> str:
    actions = [action for action in command._actions if not isinstance(action, argparse._HelpAction)]
    words = " ".join(_word(action) for action in actions)
    text = f"    {name} {words}".rstrip() + "\n\n"
    sentence = command.description or ""
    text += f"{sentence[:1].upper()}{sentence[1:]}.\n\n" if sentence else ""
    rows = [f"| `{_name(action)}` | {action.help or ''} |\n" for action in actions]
    return text + ("| | |\n|---|---|\n" + "".join(rows) + "\n" if rows else "")


def _name(action: argparse.Action) -> str:
    if not action.option_strings:
        return _value(action)
    names = ", ".join(action.option_strings)
    return names if action.nargs == 0 else f"{names} {_value(action)}"


def _word(action: argparse.Action) -> str:
    """The argument as it stands in the usage line."""
    if not action.option_strings:
        value = _value(action)
        return f"[{value}]" if action.nargs == "?" else f"{value} ..." if action.nargs == argparse.REMAINDER else value
    longest = max(action.option_strings, key=len)
    word = longest if action.nargs == 0 else f"{longest} {_value(action)}"
    return word if action.required else f"[{word}]"


def _value(action: argparse.Action) -> str:
    return str(action.metavar or action.dest.upper())
