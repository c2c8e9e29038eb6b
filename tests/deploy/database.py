"""A PostgreSQL on a machine of its own, as docs/how-to/install.md sets it up: passwords by SCRAM, TLS, keepalives."""

from __future__ import annotations

import ipaddress
import os
import pwd
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

PASSWORD = "a-long-password-of-tests"


def certificate(folder: Path, address: str) -> tuple[Path, Path]:
    """A certificate that signs itself, for this address (a name or a number), and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, address)])
    try:
        known: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(address))
    except ValueError:
        known = x509.DNSName(address)
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([known]), critical=False)
        .sign(key, hashes.SHA256())
    )
    chain, private = folder / "server.crt", folder / "server.key"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    private.chmod(0o600)
    return chain, private


@dataclass
class Database:
    """The server. `there`: what stands before a command to run on its machine."""

    folder: Path
    address: str
    there: Sequence[str] = ()
    port: int = 5432

    def __post_init__(self) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        if not found:
            sys.exit("PostgreSQL is not here: tools/system.sh installs it")
        self.bin = found[-1].parent

    def start(self) -> None:
        """Make a cluster, with a role and a database for Loper."""
        self.folder.mkdir()
        certificate(self.folder, self.address)
        user = pwd.getpwnam("postgres")
        for path in (self.folder, *self.folder.iterdir()):
            os.chown(path, user.pw_uid, user.pw_gid)
        self._as("initdb", "-D", str(self.folder / "data"), "-A", "peer", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        with (self.folder / "data/postgresql.conf").open("a") as file:
            file.write(
                f"listen_addresses = '{self.address}'\nport = {self.port}\nunix_socket_directories = '{self.folder}'\n"
                f"ssl = on\nssl_cert_file = '{self.folder}/server.crt'\nssl_key_file = '{self.folder}/server.key'\n"
                "log_lock_waits = on\nlog_line_prefix = '%m %r '\n"
            )
        net = re.sub(r"\d+$", "0/24", self.address)
        with (self.folder / "data/pg_hba.conf").open("a") as file:
            file.write(f"hostssl loper loper {net} scram-sha-256\n")
        self._as("pg_ctl", "-D", str(self.folder / "data"), "-l", str(self.folder / "log"), "-w", "start")
        self.sql(f"CREATE ROLE loper LOGIN PASSWORD '{PASSWORD}'")
        self.sql("CREATE DATABASE loper OWNER loper ENCODING 'UTF8'")

    def sql(self, statement: str, database: str = "postgres") -> str:
        """What the server answers its own administrator."""
        return self._as("psql", "-h", str(self.folder), "-p", str(self.port), "-d", database, "-qAtc", statement)

    def stop(self) -> None:
        self._as("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")

    def _as(self, program: str, *arguments: str) -> str:
        command = [*self.there, "runuser", "-u", "postgres", "--", str(self.bin / program), *arguments]
        with (self.folder / "said").open("a+") as said:  # not a pipe: the server would keep it open
            start = said.tell()
            done = subprocess.run(command, cwd=self.folder, stdout=said, stderr=said, check=False)
            said.seek(start)
            text = said.read()
        if done.returncode:
            raise AssertionError(f"{program}: {text}")
        return text.strip()

    @property
    def settings(self) -> dict[str, str]:
        """What a host needs to know of it."""
        return {
            "LOPER_DATABASE": f"postgresql://loper:{PASSWORD}@{self.address}:{self.port}/loper",
            "PGSSLMODE": "verify-full",
            "PGSSLROOTCERT": str(self.folder / "server.crt"),
        }
