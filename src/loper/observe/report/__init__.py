"""What a log says, as pages show it: sections with a picture, a sentence under it and the numbers beside it."""

from loper.observe.report.questions import GROUPS, QUESTIONS, Question, question_of
from loper.observe.report.section import Cell, Choice, Context, Head, Section

__all__ = ["GROUPS", "QUESTIONS", "Cell", "Choice", "Context", "Head", "Question", "Section", "question_of"]
