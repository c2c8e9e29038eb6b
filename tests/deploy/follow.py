"""Does what docs/how-to/install.md and operate.md say, as written, on a bare Debian: a chroot, its network its own.

    python -m tests.deploy.follow [--base debian.tar]              (as root, with debootstrap)

Every block of commands (```sh) is run in order, each in a shell of its own that stops at the first error. What cannot
be had here has a stand-in: systemctl starts and stops the commands of the units by hand, certbot signs by itself, the
mail server is ours. Exit code 1 at the first block that fails.

LOPER_FOLLOW_BIND names files and folders that this network needs inside (settings of pip, certificates), with colons.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.deploy.installation import ROOT, table, until

PAGES = ("install.md", "operate.md")
ELSEWHERE = ("apt-get", "tools/venv.sh")
"""Commands that need the world: their blocks run in the network of this machine."""

STAND_INS = Path(__file__).parent / "stand_ins"

EDIT = r"""
sed -i -e 's|^LOPER_SMTP_HOST=.*|LOPER_SMTP_HOST=127.0.0.1|' -e 's|^LOPER_SMTP_PORT=.*|LOPER_SMTP_PORT=25|' \
  -e 's|^LOPER_SMTP_TLS=.*|LOPER_SMTP_TLS=no|' -e '/^LOPER_SMTP_USER/d' -e '/^LOPER_SMTP_PASSWORD/d' \
  /etc/loper/loper.env
"""
"""What an administrator types in an editor in step 5: the mail server of this test."""


def blocks(page: str) -> Iterator[tuple[str, str]]:
    """Each block of commands with the heading that it stands under."""
    heading = ""
    text = (ROOT / "docs/how-to" / page).read_text()
    for found in re.finditer(r"^## ([^\n]+)$|^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        if found[1]:
            heading = found[1]
        else:
            yield f"{page}: {heading}", found[2]


class Machine:
    """A bare Debian in a folder, with a network of its own."""

    def __init__(self, root: Path) -> None:
        self.root, self.space = root, f"loper-follow-{os.getpid()}"

    def make(self, base: Path | None) -> None:
        if base is not None:
            subprocess.run(["tar", "xf", str(base), "--strip-components=1", "-C", str(self.root)], check=True)
        else:
            mirror = "http://deb.debian.org/debian"
            subprocess.run(["debootstrap", "--variant=minbase", "bookworm", str(self.root), mirror], check=True)
        self.root.chmod(0o755)  # it is the / of others than root
        self.write("usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n", 0o755)  # no service starts by itself
        self.write("etc/hosts", "127.0.0.1 localhost mijn.example.nl\n")
        self.write(
            "root/.gitconfig", '[safe]\n\tdirectory = *\n[url "/src"]\n\tinsteadOf = https://git.example.nl/loper.git\n'
        )
        for name in ("systemctl", "certbot"):
            self.write(f"usr/local/bin/{name}", (STAND_INS / name).read_text(), 0o755)
        shutil.copy("/etc/resolv.conf", self.root / "etc/resolv.conf")
        run("mount", "-t", "proc", "proc", str(self.root / "proc"))
        run("mount", "--rbind", "/dev", str(self.root / "dev"))
        self.bind(str(ROOT), "src")
        for path in filter(None, os.environ.get("LOPER_FOLLOW_BIND", "").split(":")):
            self.bind(path, path.lstrip("/"))
        run("ip", "netns", "add", self.space)
        run("ip", "-n", self.space, "link", "set", "lo", "up")

    def write(self, name: str, text: str, mode: int = 0o644) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)

    def bind(self, path: str, name: str) -> None:
        """Show it inside, to be read only."""
        there = self.root / name
        if Path(path).is_dir():
            there.mkdir(parents=True, exist_ok=True)
        else:
            there.parent.mkdir(parents=True, exist_ok=True)
            there.touch()
        run("mount", "--bind", path, str(there))
        run("mount", "-o", "remount,bind,ro", str(there))

    def shell(self, commands: str, *, elsewhere: bool = False) -> None:
        """Run this on the machine; raises where a command fails."""
        network = [] if elsewhere else ["ip", "netns", "exec", self.space]
        keep = {k: v for k, v in os.environ.items() if k.startswith(("PIP_", "SSL_", "REQUESTS_"))} if elsewhere else {}
        environment = {**keep, "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"}
        environment |= {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
        command = [*network, "chroot", str(self.root), "bash", "-euo", "pipefail", "-c", commands]
        subprocess.run(command, env=environment, check=True, stdin=subprocess.DEVNULL)

    def start_mail(self) -> None:
        """A mail server, outside the chroot but on its network."""
        (self.root / "mails").touch()
        command = [sys.executable, "-m", "tests.deploy.sink", "127.0.0.1", "25", str(self.root / "mails")]
        subprocess.Popen(["ip", "netns", "exec", self.space, *command], cwd=ROOT)

    def mails(self) -> int:
        return len((self.root / "mails").read_text().splitlines())

    def report(self) -> None:
        """Somebody reports a leak on the pages, and has a mail."""
        before = self.mails()
        chain = str(self.root / "etc/letsencrypt/live/mijn.example.nl/fullchain.pem")
        command = [sys.executable, "-m", "tests.deploy.customer", chain]
        subprocess.run(["ip", "netns", "exec", self.space, *command], cwd=ROOT, check=True)
        until(lambda: self.mails() > before, 60)

    def close(self) -> None:
        run("ip", "netns", "del", self.space)


def run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def apart(folder: str) -> int:
    """Do it with mounts and processes of our own. They all end with that process: here, in our own view of the disk,
    nothing was ever mounted into the folder, so that it can be thrown away.
    """
    command = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", sys.executable]
    command += ["-m", "tests.deploy.follow", *sys.argv[1:]]
    return subprocess.run(command, env={**os.environ, "LOPER_FOLLOW": folder}, check=False).returncode


def follow(machine: Machine) -> dict[str, object]:
    """Every block; between them what the text asks of a person."""
    done, before = dict[str, object](), ""
    for page in PAGES:
        for where, block in blocks(page):
            if where.endswith("5. The settings") and where != before:
                machine.start_mail()
                machine.shell(EDIT)
            if where.endswith("4. The database") and where != before:
                machine.shell("systemctl start postgresql nginx")
            print(f"\n=== {where}\n{block}", end="", flush=True)
            begin = time.monotonic()
            machine.shell(block, elsewhere=any(word in block for word in ELSEWHERE))
            done[f"{where} ({len(done) + 1})"] = f"{time.monotonic() - begin:.0f} s"
            before = where
        if page == "install.md":
            print("\n=== a customer reports a leak", flush=True)
            machine.report()
    return done


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--base", type=Path, help="a bare Debian as a tar file (default: debootstrap makes one)")
    arguments = given.parse_args()
    if os.geteuid() != 0:
        sys.exit("Only root can make a bare Debian in a folder. Run it as root.")
    inside = os.environ.get("LOPER_FOLLOW")
    if inside is None:
        with tempfile.TemporaryDirectory(prefix="loper-follow-") as folder:
            return apart(folder)
    machine = Machine(Path(inside))
    try:
        machine.make(arguments.base)
        done = follow(machine)
        print(f"\n{table(done)}\n  mails that came: {machine.mails()}")
    except subprocess.CalledProcessError as wrong:
        print(f"\nfailed: {wrong.cmd[-1]}", file=sys.stderr)
        for log in machine.root.glob("var/log/loper-*.log"):
            print(f"--- {log.name}\n{log.read_text()[-2000:]}", file=sys.stderr)
        return 1
    finally:
        machine.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
