"""A file of customers brought in, beside a peer that does the same work: rows of CSV to customers with their addresses.

    python -m bench.import_customers --rows 500000                       (on SQLite)
    tools/postgres.sh python -m bench.import_customers --rows 500000     (on PostgreSQL)

Loper: `loper import`, in a process of its own: looked at first (new, changed, rejected), then put in force, with search words, homes,
what the source said, and what is needed to take it back. Peer: Django's own way, a row at a time with get_or_create in one
transaction, on a tenth of the rows; its time is given as rows a second. Printed: wall, CPU, peak memory, rows a second, the ratio.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.messy import write

LOPER = str(Path(sys.executable).with_name("loper"))

PEER = """
import csv, sys, os
os.environ["DJANGO_SETTINGS_MODULE"] = "loper.server.settings"
import django
django.setup()
from django.db import transaction
from loper.server import clock
from loper.server.records.customers import ContactAddress, Customer, CustomerWord, Property, words_of
now = clock.now()
with open(sys.argv[1], encoding="cp1252") as file, transaction.atomic():
    for row in csv.DictReader(file, delimiter=";"):
        home, _ = Property.objects.get_or_create(
            postcode=row["Postcode"].replace(" ", ""), house_number=row["Huisnummer"] + row["Toevoeging"].upper(),
            defaults={"street": row["Straat"], "town": row["Woonplaats"]})
        name = " ".join(filter(None, (row["Voorletters"], row["Tussenvoegsel"], row["Achternaam"])))
        customer, made = Customer.objects.get_or_create(
            key="peer-" + row["Relatienummer"], defaults={"name": name, "home": home, "created": now})
        for word in words_of(name):
            CustomerWord.objects.get_or_create(word=word, customer=customer)
        for channel, value in (("email", row["E-mailadres"]), ("sms", row["Mobiel"])):
            if value:
                ContactAddress.objects.get_or_create(
                    customer=customer, channel=channel, value=value, defaults={"created": now})
"""


def run(*command: str, env: dict[str, str]) -> tuple[float, float, float]:
    """Wall and CPU seconds, and peak memory in MB, of a process of its own."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    wall, after = time.monotonic() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    print("   " + "\n   ".join(done.stdout.strip().splitlines()[-2:]))
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, after.ru_maxrss / 1024


def main() -> None:
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("--rows", type=int, default=50_000)
    rows = asked.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "LOPER_DATA": f"{folder}/data"}
        run(LOPER, "manage", "migrate", "--verbosity", "0", env=env)
        database = "PostgreSQL" if env.get("LOPER_DATABASE") else "SQLite"
        part, whole, again = (Path(folder) / name for name in ("part.csv", "whole.csv", "again.csv"))
        write(part, rows // 10, 9, clean=True)
        write(whole, rows, 7, clean=True)
        lines = whole.read_text(encoding="cp1252").splitlines(keepends=True)
        again.write_text("".join(one.replace("Dorpsstraat", "Dorpslaan") for one in lines), encoding="cp1252")
        print(f"{database}, {rows:,} customers")
        peer = run(sys.executable, "-c", PEER, str(part), env=env)
        first = run(LOPER, "import", "customers", str(whole), "--source", "bench", env=env)
        same = run(LOPER, "import", "customers", str(whole), "--source", "bench", env=env)
        change = run(LOPER, "import", "customers", str(again), "--source", "bench", env=env)
        print(f"{'':<34}{'wall s':>9}{'CPU s':>9}{'MB':>8}{'rows/s':>10}")
        for name, (wall, cpu, memory), count in (
            ("Django, a row at a time (a tenth)", peer, rows // 10),
            ("Loper, all new", first, rows),
            ("Loper, the same file again", same, rows),
            ("Loper, a tenth changed", change, rows),
        ):
            print(f"{name:<34}{wall:>9.1f}{cpu:>9.1f}{memory:>8.0f}{count / wall:>10,.0f}")
        print(f"ratio (rows a second, all new / a row at a time): {(rows / first[0]) / (rows / 10 / peer[0]):.1f}")


if __name__ == "__main__":
    main()
