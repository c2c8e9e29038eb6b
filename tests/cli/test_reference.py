"""The page of the command line is made from the parser, so it cannot differ; and every command says what it does."""

import argparse

from loper.cli.main import parser
from loper.cli.reference import _commands, cli_reference
from tests.cli.worlds import ROOT, loper


def test_the_page_on_disk_is_the_one_that_the_parser_makes():
    assert (ROOT / "docs/reference/cli.md").read_text(encoding="utf-8") == cli_reference(), "run make docs"


def test_every_command_and_every_word_of_it_is_explained():
    for name, command in _commands(parser(), "loper"):
        assert command.description, name
        silent = [a.dest for a in command._actions if not a.help and not isinstance(a, argparse._HelpAction)]
        assert silent == [], name


def test_the_help_in_the_terminal_has_every_command():
    said = loper("--help")
    assert said.code == 0
    for name, _ in _commands(parser(), "loper"):
        assert name.split()[1] in said.out
