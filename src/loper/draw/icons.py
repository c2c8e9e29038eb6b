"""Small signs in a square of 16 by 16, drawn with one line; a word always stands beside them."""

CHANNELS = {
    "email": "M1.5 3.5h13v9h-13z M1.5 4.2l6.5 5 6.5-5",
    "sms": "M2 2.5h12v8.5H7.5L4 14v-3H2z",
    "whatsapp": "M8 1.8a6.2 6.2 0 1 1-3.2 11.5L1.8 14.2l.9-3A6.2 6.2 0 0 1 8 1.8z M5.8 5.4c-.3 2.4 2.3 5 4.8 4.8",
    "letter": "M3 1.5h10v13H3z M5.5 5h5 M5.5 8h5 M5.5 11h3",
    "push": "M8 1.8a4 4 0 0 1 4 4v3.4l1.5 2.3h-11L4 9.2V5.8a4 4 0 0 1 4-4z M6.5 13.7h3",
    "phone": "M3.2 1.8h2.6l1.2 3.4-1.7 1.3a9 9 0 0 0 4.2 4.2l1.3-1.7 3.4 1.2v2.6"
    "c0 .8-.6 1.4-1.4 1.4C6.7 14.2 1.8 9.3 1.8 3.2c0-.8.6-1.4 1.4-1.4z",
    "chat": "M1.5 2h8v5.5h-4.5l-2 2v-2h-1.5z M11.5 5.5h3v6h-1.5v2l-2-2h-4v-1.8",
}  # fmt: skip
PERSON = "M8 1.8a3 3 0 1 1 0 6 3 3 0 0 1 0-6z M2.2 14.2c.2-3.2 2.6-4.7 5.8-4.7s5.6 1.5 5.8 4.7z"
CLOCK = "M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13z M8 4.3V8l2.6 1.7"
STAR = "M8 1.6l1.9 4.2 4.5.5-3.4 3.1 1 4.5L8 11.6l-4 2.3 1-4.5L1.6 6.3l4.5-.5z"
SELF = "M12.8 5.3A5.6 5.6 0 1 0 13.6 9 M13.2 1.8v3.7H9.5"
ONWARD = "M2 8h11 M9 4l4 4-4 4"
BACK = "M6 3.5L2.5 7 6 10.5 M2.5 7h7.5a3.5 3.5 0 0 1 0 7H7"
START = "M3.5 2.5l9 5.5-9 5.5z"
CHECK = "M3.5 8.5l3 3 6-7"
CROSS = "M4 4l8 8 M12 4l-8 8"
QUESTION = "M5.3 5.8a2.7 2.7 0 1 1 4.1 2.3C8.5 8.7 8 9.2 8 10.2 M8 12.9v.1"
WARNING = "M8 1.8l6.7 12H1.3z M8 6.3v3.6 M8 12v.1"


def channel(name: str) -> str:
    """The sign of a channel; of an unknown one that of a message."""
    return CHANNELS.get(name, CHANNELS["sms"])
