"""A real IMAP server (Debian's dovecot-imapd; `tools/system.sh` installs it), one of our own in a folder of its own."""

from __future__ import annotations

import grp
import mailbox
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

DOVECOT = "/usr/sbin/dovecot"

CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
{users}
mail_location = maildir:{folder}/mail/%u
mail_uid = {uid}
mail_gid = {gid}
first_valid_uid = 1
auth_mechanisms = plain login
auth_failure_delay = 0
disable_plaintext_auth = no
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{certificate}
imap_capability = {capability}
"""


class Dovecot:
    """An IMAP server with any user and the password `secret`. `capability` as Dovecot's `imap_capability`."""

    def __init__(self, certificates: Path, capability: str = "") -> None:
        if not Path(DOVECOT).exists():
            raise AssertionError("Dovecot is not installed: run tools/system.sh")
        self.temporary = tempfile.TemporaryDirectory(prefix="dovecot-")
        self.folder = folder = Path(self.temporary.name)
        folder.chmod(0o711)  # Dovecot's own processes are other users
        root = os.getuid() == 0
        person = pwd.getpwnam("nobody") if root else pwd.getpwuid(os.getuid())
        self.port, self.tls_port = _free_port(), _free_port()
        for name in ("run", "state", "mail"):
            (folder / name).mkdir(parents=True, mode=0o755)
        if root:
            shutil.chown(folder / "mail", person.pw_uid, person.pw_gid)
        me = f"default_internal_user = {person.pw_name}\ndefault_login_user = {person.pw_name}"
        config = CONFIG.format(
            folder=folder,
            users="" if root else f"{me}\ndefault_internal_group = {grp.getgrgid(os.getgid()).gr_name}",
            uid=person.pw_uid,
            gid=person.pw_gid,
            port=self.port,
            tls_port=self.tls_port,
            certificate=certificates / "server.pem",
            capability=capability,
        )
        (folder / "dovecot.conf").write_text(config)
        self.person = person
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Dovecot:
        self.process = subprocess.Popen([DOVECOT, "-F", "-c", str(self.folder / "dovecot.conf")])
        until = time.monotonic() + 20
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1) as one:
                    if one.recv(100).startswith(b"* OK"):
                        return self
            except OSError:
                pass
            if self.process.poll() is not None or time.monotonic() > until:
                said = (self.folder / "log").read_text()
                self.stop()
                raise AssertionError(said)
            time.sleep(0.05)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)
        self.temporary.cleanup()

    def put(self, user: str, raw: bytes) -> None:
        """Deliver a mail, as a mail server on this machine does."""
        home = self.folder / "mail" / user
        box = mailbox.Maildir(home, create=True)
        key = box.add(raw)
        assert key
        if os.getuid() == 0:
            for one in (home, *home.rglob("*")):
                shutil.chown(one, self.person.pw_uid, self.person.pw_gid)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
