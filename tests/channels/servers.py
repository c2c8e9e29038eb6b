"""Real servers for the tests of the channels: an SMTP server and an SMS gateway that misbehave on demand."""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import json
import re
import ssl
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from loper.channels.email.mailbox import SmtpServer


class _AnyPort(SmtpServer):
    """A server that keeps its sessions."""

    def factory(self) -> SMTP:
        smtp = _Smtp(self.handler, **self.SMTP_kwargs)
        self.handler.sessions.append(smtp)
        return smtp


class _Smtp(SMTP):
    """aiosmtpd's own; with `dsn` it also takes what RFC 3461 adds to MAIL and RCPT."""

    async def smtp_MAIL(self, arg: str) -> None:
        await super().smtp_MAIL(self.noted(arg, r"RET|ENVID"))

    async def smtp_RCPT(self, arg: str) -> None:
        await super().smtp_RCPT(self.noted(arg, r"NOTIFY|ORCPT"))

    def noted(self, arg: str, names: str) -> str:
        pattern = rf" ((?:{names})=\S+)"
        if self.event_handler.dsn:
            self.event_handler.asked += re.findall(pattern, arg)
            return re.sub(pattern, "", arg)
        return arg

    async def smtp_DATA(self, arg: str) -> None:
        if self.event_handler.mood == "drop before the dot":
            await self.push("354 go on")
            await self._reader.readline()
            self.transport.abort()
            return
        if self.event_handler.mood == "hang before the dot":
            await asyncio.sleep(30)
        await super().smtp_DATA(arg)


class SmtpServer:
    """An SMTP server. `mood` says what it does with the next message; `taken` are those it has."""

    def __init__(self, dsn: bool = False, **settings: Any) -> None:
        self.mood = "take"
        self.dsn = dsn
        self.asked: list[str] = []  # what RFC 3461 lets a client ask
        self.taken: list[Envelope] = []
        self.sessions: list[SMTP] = []
        self.settings = settings
        self.controller: _AnyPort | None = None
        self.port = 0

    def start(self) -> SmtpServer:
        self.controller = _AnyPort(self, "127.0.0.1", self.port, **self.settings)
        self.controller.start()
        self.port = self.controller.port
        self.sessions.clear()  # the controller tries itself out once
        return self

    def stop(self) -> None:
        if self.controller is not None:
            self.drop_all()
            self.controller.stop()
            self.controller = None

    def drop_all(self) -> None:
        """End every connection without a word."""
        for session in self.sessions:
            if session.transport is not None:
                self.controller.loop.call_soon_threadsafe(session.transport.abort)

    @property
    def connections(self) -> int:
        return len(self.sessions)

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*responses[:-1], "250-DSN", responses[-1]] if self.dsn else responses

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list) -> str:
        if self.mood.startswith("MAIL "):
            return self.mood[5:]
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 ok"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list) -> str:
        if self.mood == "drop at RCPT":
            server.transport.abort()
            return "250 never said"
        if self.mood == "hang at RCPT":
            await asyncio.sleep(30)
        if self.mood.startswith("RCPT "):
            return self.mood[5:]
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.mood.startswith("DOT "):
            return self.mood[4:]
        self.taken.append(envelope)
        if self.mood == "take and drop":
            server.transport.abort()
        if self.mood == "take and hang":
            await asyncio.sleep(30)
        if self.mood == "take and babble":
            return "what was that?"
        return "250 2.0.0 taken"


def only(user: str, password: str) -> Any:
    """An authenticator that knows one user."""

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (user.encode(), password.encode())
        return AuthResult(success=good, handled=good)

    return check


@dataclass
class Gateway:
    """An SMS gateway that keeps to the contract, in the mood it is in. `taken`: key -> document."""

    token: str = "let-me-in"
    mood: str = "take"
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    connections: int = 0
    server: ThreadingHTTPServer | None = None
    port: int = 0

    def start(self, context: ssl.SSLContext | None = None) -> Gateway:
        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), _gateway_handler(self))
        self.server.daemon_threads = True
        if context is not None:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def stop(self) -> None:
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None


def _gateway_handler(gateway: Gateway) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 20

        def setup(self) -> None:
            gateway.connections += 1
            super().setup()

        def do_POST(self) -> None:
            document = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            gateway.keys.append(self.headers["Idempotency-Key"])
            if self.headers["Authorization"] != f"Bearer {gateway.token}":
                return self.answer(401, {"why": "who are you?"})
            if gateway.mood.isdigit():
                return self.answer(int(gateway.mood), {"why": "that is how it is"})
            if gateway.mood == "redirect":
                return self.answer(307, {}, {"Location": f"http://127.0.0.1:{gateway.port}/elsewhere"})
            known = document["key"] in gateway.taken
            gateway.taken.setdefault(document["key"], document)
            if gateway.mood == "take and drop":
                self.close_connection = True
                return None
            if gateway.mood == "take and hang":
                import time

                time.sleep(2)
                self.close_connection = True
                return None
            return self.answer(409 if known else 202, {"id": f"sms-{len(gateway.taken)}"})

        def answer(self, status: int, document: dict[str, str], more: dict[str, str] | None = None) -> None:
            content = json.dumps(document).encode()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **(more or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)
            if gateway.mood == "close after each":
                self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler


def make_certificates(folder: Path) -> Path:
    """A CA (`ca.pem`), and server certificates with their keys: `server.pem` for this machine, `elsewhere.pem`."""
    start = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    ca_key = ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test authority")])

    def signed(key: ec.EllipticCurvePrivateKey, name: x509.Name, extension: x509.ExtensionType) -> bytes:
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(ca_name).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(start).not_valid_after(start + dt.timedelta(days=30))
        certificate = builder.add_extension(extension, critical=False).sign(ca_key, hashes.SHA256())
        return certificate.public_bytes(serialization.Encoding.PEM)

    (folder / "ca.pem").write_bytes(signed(ca_key, ca_name, x509.BasicConstraints(ca=True, path_length=None)))
    here = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    for file, names in {"server.pem": here, "elsewhere.pem": [x509.DNSName("mail.elsewhere.example")]}.items():
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, file)])
        secret = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (folder / file).write_bytes(signed(key, name, x509.SubjectAlternativeName(names)) + secret)
    return folder


def server_context(certificates: Path, file: str = "server.pem") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / file)
    return context
