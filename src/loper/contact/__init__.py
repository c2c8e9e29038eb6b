"""Contact with a customer, pure: a dialogue in progress. No clock, no database."""

from loper.contact.dialogue import Ask, Done, Stop, Turn, Unreadable, asked, previous, progress, read_answer, turn

__all__ = ["Ask", "Done", "Stop", "Turn", "Unreadable", "asked", "previous", "progress", "read_answer", "turn"]
