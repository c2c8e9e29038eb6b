"""One request to an address that somebody else chose: bounded in time and size, and never into our own network.

The name is resolved once, every address it has is looked at, and the connection goes to one of those: a name that means
something else a moment later (DNS rebinding) gains nothing. No redirect is followed, no proxy of the environment used.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from threading import Timer
from urllib.parse import urlsplit

LARGEST = 65_536
"""Bytes of an answer that are read; what is more is left."""
SHOWN = 200  # characters of it that are kept

NAT64 = ip_network("64:ff9b::/96")

Network = IPv4Network | IPv6Network


class Refusing(ValueError):
    """We do not send there: why, in a sentence."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came back. `status` None: nothing, and `text` says why; `took` in milliseconds."""

    status: int | None
    text: str
    took: int
    retry_after: int | None = None  # seconds

    @property
    def good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What is to be sent."""

    method: str
    url: str
    head: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """What the settings allow. `private`: networks of our own that may be reached; `plain`: http will do."""

    private: tuple[Network, ...] = ()
    plain: bool = False
    ca: str = ""  # a file of certificates to trust besides those of the machine
    seconds: float = 10.0


def check_address(url: str, rules: Rules) -> tuple[str, str, int, str]:
    """(scheme, host, port, path) of an address that may be sent to; raises Refusing. It resolves no name."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as wrong:
        raise Refusing("no address: write https://HOST/PATH") from wrong
    if parts.scheme not in ("https", "http") or not parts.hostname or not url.isascii() or not url.isprintable():
        raise Refusing("no address: write https://HOST/PATH")
    if " " in url or parts.username or parts.password or parts.fragment:
        raise Refusing("an address has no space, name, password or # in it")
    if parts.scheme == "http" and not rules.plain:
        raise Refusing("write https: what goes out must not be read on the way")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.scheme, parts.hostname, port or (443 if parts.scheme == "https" else 80), path


def reachable(host: str, port: int, rules: Rules) -> list[str]:
    """The addresses of this name, all of them ones that may be reached; raises Refusing, or OSError of the resolver."""
    found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    for address in found:
        if not _allowed(address, rules.private):
            raise Refusing(f"{host} is an address within a network of our own; LOPER_OUT_PRIVATE can allow it")
    return sorted(found, key=lambda one: ":" in one)


def _allowed(text: str, private: Sequence[Network]) -> bool:
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in NAT64:
            inner = ip_address(int(address) & 0xFFFFFFFF)  # type: ignore[assignment]
        address = inner or address
    if any(address.version == one.version and address in one for one in private):
        return True
    return address.is_global and not address.is_multicast and not address.is_reserved


def send(method: str, url: str, head: Mapping[str, str], body: bytes, rules: Rules) -> Answer:
    """Send it and say what came back; never raises. All of it together takes at most `rules.seconds`."""
    begun = time.monotonic()

    def took() -> int:
        return round(1000 * (time.monotonic() - begun))

    try:
        scheme, host, port, path = check_address(url, rules)
        status, after, content = _once(method, scheme, host, port, path, head, body, rules, begun + rules.seconds)
    except Refusing as refusing:
        return Answer(status=None, text=str(refusing)[:SHOWN], took=took())
    except (OSError, http.client.HTTPException, UnicodeError) as wrong:
        return Answer(status=None, text=_why(wrong, time.monotonic() >= begun + rules.seconds), took=took())
    text = "".join(letter if letter.isprintable() else " " for letter in content.decode("utf-8", "replace"))[:SHOWN]
    if 300 <= status < 400:
        text = "it sends us elsewhere, and we do not follow"
    seconds = int(after) if after.isascii() and after.isdigit() and len(after) < 7 else None
    return Answer(status=status, text=text.strip(), took=took(), retry_after=seconds)


def _once(
    method: str,
    scheme: str,
    host: str,
    port: int,
    path: str,
    head: Mapping[str, str],
    body: bytes,
    rules: Rules,
    until: float,
) -> tuple[int, str, bytes]:
    plug: socket.socket | None = None
    for address in reachable(host, port, rules):
        try:
            plug = socket.create_connection((address, port), timeout=_left(until))
            break
        except OSError as wrong:
            last = wrong
    if plug is None:
        raise last
    connection = http.client.HTTPConnection(host, port, timeout=_left(until))
    if scheme == "https":
        plug = _context(rules.ca).wrap_socket(plug, server_hostname=host, do_handshake_on_connect=False)
    # A timeout of a socket begins anew with every byte. The timer ends it, however the bytes trickle.
    cut = Timer(_left(until), _shut, (plug,))
    cut.daemon = True
    cut.start()
    try:
        if isinstance(plug, ssl.SSLSocket):
            plug.do_handshake()
        connection.sock = plug
        connection.request(method, path, body, {**head, "User-Agent": "loper", "Connection": "close"})
        response = connection.getresponse()
        content = response.read(LARGEST)
        if time.monotonic() >= until:
            raise TimeoutError
        if response.length and len(content) < LARGEST:  # it died on the way: it may not have taken it
            raise http.client.IncompleteRead(content, response.length)
        return response.status, response.headers.get("Retry-After", ""), content
    finally:
        cut.cancel()
        connection.close()
        plug.close()


def _context(ca: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca:
        context.load_verify_locations(ca)
    return context


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _shut(plug: socket.socket) -> None:
    try:
        socket.socket.shutdown(plug, socket.SHUT_RDWR)  # of the plain socket: TLS may be in the middle of a read
    except OSError:
        return  # it was over just now


def _why(wrong: BaseException, late: bool) -> str:
    if isinstance(wrong, ssl.SSLCertVerificationError):
        return f"its certificate does not hold: {wrong.verify_message}"[:SHOWN]
    if late or isinstance(wrong, TimeoutError):
        return "no answer in time"
    if isinstance(wrong, socket.gaierror):
        return "its name is not known"
    if isinstance(wrong, ConnectionRefusedError):
        return "it refuses the connection"
    if isinstance(wrong, http.client.RemoteDisconnected | http.client.IncompleteRead | ConnectionError | ssl.SSLError):
        return "it ended the connection"
    return f"it cannot be understood ({type(wrong).__name__})"
