"""The command line of Loper. Exit codes: 0 well, 1 findings or errors in a file, 2 usage."""

from loper.cli.main import main

__all__ = ["main"]
