"""What an action says when it cannot be done and the person can mend that."""

from __future__ import annotations


class Refused(ValueError):
    """A sentence for the person who tried, in their language; `field` names what to mend, where there is one."""

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field
