"""The rules of the red-carpet check, a file a few rules."""

RULES = (
    "no-owner", "no-outside-eye", "too-abstract", "dead-end", "silence", "closed-channel", "lost-on-switch",
    "asks-twice", "no-person", "not-measured", "one-sided", "inside-out", "wow-too-soon", "too-much", "hard-to-read",
    "inconsistent", "principle",
)  # fmt: skip
"""Every rule by its name, in the order of the reference page."""
