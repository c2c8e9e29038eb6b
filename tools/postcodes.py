"""Makes src/loper/plan/postcodes.txt from GeoNames' NL.txt (download.geonames.org/export/zip/NL.zip, CC BY 4.0).

    python tools/postcodes.py NL.txt

Leaves out entries that lie far from the codes just before and after theirs: slips in the source, like Rotterdam's 3062
in the North Sea. A code with several villages gets the middle of them.
"""

import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

from loper.plan.model import Place
from loper.plan.travel import kilometres

OUT = Path(__file__).resolve().parent.parent / "src/loper/plan/postcodes.txt"
HEAD = """\
# Dutch postcodes of four digits: code, latitude, longitude, metres within which its homes are taken to lie, town.
# From GeoNames (www.geonames.org), CC BY 4.0, April 2024; made smaller and mended by tools/postcodes.py.
"""
FAR = 17.0  # km from the three nearest of the six codes before and after
ISLANDS = {"8899", "9166"}  # Vlieland and Schiermonnikoog are that far from any neighbour
LEAST, MOST = 150, 2500  # metres


def main(source: Path) -> None:
    entries: dict[str, list[tuple[Place, str]]] = defaultdict(list)
    for line in source.read_text(encoding="utf-8").splitlines():
        cells = line.split("\t")
        entries[cells[1]].append((Place(float(cells[9]), float(cells[10])), cells[2]))
    codes = sorted(entries)
    sound: dict[str, list[tuple[Place, str]]] = {}
    for at, code in enumerate(codes):
        around = [place for near in codes[max(0, at - 6) : at + 7] if near != code for place, _ in entries[near]]
        kept = [e for e in entries[code] if code in ISLANDS or np.sort(kilometres([e[0]], around)[0])[:3].mean() <= FAR]
        dropped = [town for place, town in entries[code] if (place, town) not in kept]
        if dropped:
            print(f"{code}: left out {', '.join(dropped)}")
        if kept:
            sound[code] = kept
    middle = {code: Place(*np.mean([place for place, _ in kept], axis=0)) for code, kept in sound.items()}
    apart = kilometres(list(middle.values()), list(middle.values()))
    np.fill_diagonal(apart, np.inf)
    lines = []
    for (code, place), nearest in zip(middle.items(), apart.min(axis=1), strict=True):
        villages = kilometres([place], [each for each, _ in sound[code]]).max()
        metres = int(np.clip(1000 * max(nearest / 2, villages), LEAST, MOST).round(-1))
        lines.append(f"{code}\t{place.lat:.4f}\t{place.lon:.4f}\t{metres}\t{sound[code][0][1]}\n")
    OUT.write_text(HEAD + "".join(lines), encoding="utf-8")
    print(f"{len(lines)} codes in {OUT}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
