"""Machines with cables between them, on this one: network namespaces on bridges. A cable can be pulled.

Everything is in a namespace of its own (`apart`), so that runs beside each other do not meet. Needs root.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

BETWEEN = {"inside": "10.77.1", "outside": "10.77.2"}
"""The networks: between hosts and database, and where mail and visitors are."""


def apart() -> None:
    """Begin again in a network and a mount namespace of our own, unless this is it."""
    if os.environ.get("LOPER_APART"):
        return
    if os.geteuid() != 0:
        sys.exit("Only root can make network namespaces. Run it as root, as CI does.")
    module = sys.modules["__main__"].__spec__
    command = ["unshare", "--net", "--mount", sys.executable, "-m", str(module and module.name), *sys.argv[1:]]
    os.execvpe(command[0], command, {**os.environ, "LOPER_APART": "1"})


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


@dataclass
class Network:
    """Bridges and the machines on them. Address .1 of each network is this process itself."""

    names: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        ip("link", "set", "lo", "up")
        for bridge, net in BETWEEN.items():
            ip("link", "add", bridge, "type", "bridge")
            ip("addr", "add", f"{net}.1/24", "dev", bridge)
            ip("link", "set", bridge, "up")

    def machine(self, name: str, number: int, on: Sequence[str]) -> list[str]:
        """A machine with this number on these networks; gives what stands before a command to run it there."""
        space = f"loper-{os.getpid()}-{name}"
        ip("netns", "add", space)
        self.names.append(space)
        ip("-n", space, "link", "set", "lo", "up")
        for bridge in on:
            port = f"{name}-{bridge[:2]}"
            ip("link", "add", port, "type", "veth", "peer", "name", bridge, "netns", space)
            ip("link", "set", port, "master", bridge, "up")
            ip("-n", space, "addr", "add", f"{BETWEEN[bridge]}.{number}/24", "dev", bridge)
            ip("-n", space, "link", "set", bridge, "up")
        return ["ip", "netns", "exec", space]

    def cut(self, name: str, bridge: str) -> None:
        """Pull the cable, at the far end of the switch: nothing comes through, and nobody is told."""
        ip("link", "set", f"{name}-{bridge[:2]}", "nomaster")

    def mend(self, name: str, bridge: str) -> None:
        ip("link", "set", f"{name}-{bridge[:2]}", "master", bridge)

    def close(self) -> None:
        for space in self.names:
            subprocess.run(["ip", "netns", "del", space], check=False, capture_output=True)
