"""deploy/nginx/loper.conf as it is, with other ports, certificate and logs, in front of a real `loper serve`."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path

from tests.deploy.database import certificate
from tests.deploy.installation import ROOT, Host, until

CONF = ROOT / "deploy/nginx/loper.conf"
NAME = "mijn.example.nl"
NGINX = "/usr/sbin/nginx"
BOUNDARY = "----of-a-form-that-no-photograph-holds"  # a short one turns up in the noise of a photograph now and then


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes


@dataclass
class Front:
    """nginx with our configuration. `upstream`: the port of the pages; it need not be there."""

    folder: Path
    upstream: int
    plain: int = field(default_factory=free_port)
    secure: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def write(self) -> Path:
        """The configuration, whole."""
        if not Path(NGINX).exists():
            sys.exit("nginx is not here: tools/system.sh installs it")
        chain, key = certificate(self.folder, NAME)
        own = CONF.read_text()
        for old, new in (
            (r"listen 80;", f"listen 127.0.0.1:{self.plain};"),
            (r"listen 443 ssl http2;", f"listen 127.0.0.1:{self.secure} ssl http2;"),
            (r"listen \[::\]:\d+[^;]*;", ""),
            (r"server 127\.0\.0\.1:8000;", f"server 127.0.0.1:{self.upstream};"),
            (r"/etc/letsencrypt/live/[\w.]+/fullchain\.pem", str(chain)),
            (r"/etc/letsencrypt/live/[\w.]+/privkey\.pem", str(key)),
            (r"/var/log/nginx/", f"{self.folder}/"),
            (r"/opt/loper/", f"{ROOT}/"),
        ):
            own, count = re.subn(old, new, own)
            assert count, old
        user = "user root;" if os.geteuid() == 0 else ""
        temporary = "".join(
            f"{kind}_temp_path {self.folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        whole = self.folder / "nginx.conf"
        whole.write_text(
            f"{user}\npid {self.folder}/pid;\nerror_log {self.folder}/main.log;\nevents {{}}\n"
            f"http {{\ninclude /etc/nginx/mime.types;\n{temporary}{own}\n}}\n"
        )
        return whole

    def check(self) -> str:
        """What `nginx -t` says."""
        done = subprocess.run([NGINX, "-t", "-c", str(self.write())], capture_output=True, text=True)
        return done.stderr

    def start(self) -> None:
        command = [NGINX, "-c", str(self.write()), "-g", "daemon off;"]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(self._listens, 20)

    def _listens(self) -> bool:
        with socket.socket() as tried:
            return tried.connect_ex(("127.0.0.1", self.secure)) == 0

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(20)

    def logs(self) -> str:
        return "".join(path.read_text(errors="replace") for path in self.folder.glob("*.log"))

    def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        come_from: str = "127.0.0.1",
        secure: bool = True,
    ) -> Answer:
        """One request as a browser at this address makes it; its certificate is checked."""
        raw = socket.create_connection(
            ("127.0.0.1", self.secure if secure else self.plain), timeout=30, source_address=(come_from, 0)
        )
        if secure:
            trust = ssl.create_default_context(cafile=str(self.folder / "server.crt"))
            raw = trust.wrap_socket(raw, server_hostname=NAME)
        connection = http.client.HTTPConnection(NAME)
        connection.sock = raw
        try:
            connection.request(method, path, body, {"Host": NAME, **(headers or {})})
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()


@dataclass
class Visitor:
    """A browser with cookies, that fills forms in."""

    front: Front
    come_from: str = "127.0.0.1"
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Answer:
        return self._ask(path, "GET", None, {})

    def post(self, path: str, values: Mapping[str, str], file: tuple[str, bytes] | None = None, **more: str) -> Answer:
        """The form on this page, with these values; follows no redirect."""
        page = self.get(path).body.decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token, page
        parts = [
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in {"csrfmiddlewaretoken": token[1], **values}.items()
        ]
        if file is not None:
            head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{file[0]}"; filename="a.jpg"\r\n'
            parts.append(head.encode() + b"Content-Type: image/jpeg\r\n\r\n" + file[1] + b"\r\n")
        body = b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "Origin": f"https://{NAME}", **more}
        return self._ask(path, "POST", body, headers)

    def _ask(self, path: str, method: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        sent = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = self.front.ask(
            path, method=method, body=body, headers={**headers, "Cookie": sent}, come_from=self.come_from
        )
        for line in answer.headers.get_all("Set-Cookie", []):
            self.cookies.update({name: one.value for name, one in SimpleCookie(line).items()})
        return answer


def pages(folder: Path) -> Host:
    """An installation on SQLite, as behind a reverse proxy, with the journeys of the examples and one account."""
    host = Host(
        "pages",
        folder,
        {
            "LOPER_DATA": str(folder / "data"),
            "LOPER_URL": f"https://{NAME}",
            "LOPER_PROXIES": "1",
            "LOPER_PASSWORD": "een-lang-wachtwoord",
        },
    )
    host.loper("organisation", "publish", str(ROOT / "examples/organisation.yaml"))
    host.loper("journey", "publish", str(ROOT / "examples/complaint"))
    host.loper("journey", "publish", str(ROOT / "examples/repair"))
    host.loper("user", "add", "anna", "--email", "anna@example.nl", "--role", "agent")
    return host
