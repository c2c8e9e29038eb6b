"""What broke, in a sentence that every channel says the same way."""

from __future__ import annotations

import socket
import ssl


def trouble(wrong: BaseException, whose: str = "server") -> str:
    """The reason of a connection's end that any protocol may meet; empty where it is the protocol's own."""
    if isinstance(wrong, ssl.SSLCertVerificationError):
        return f"the certificate of the {whose} does not hold: {wrong.verify_message}"
    if isinstance(wrong, TimeoutError):
        return "no answer in time"
    if isinstance(wrong, socket.gaierror):
        return f"the name of the {whose} is not known"
    return ""
