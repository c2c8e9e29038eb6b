"""Every relative link and picture in the documentation leads somewhere, and no page is orphaned."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"!?\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


def main() -> int:
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md"), *ROOT.glob("src/**/*.md")]
    broken, reached = [], set()
    for page in pages:
        for target in LINK.findall(page.read_text(encoding="utf-8")):
            if re.match(r"[a-z]+:", target):
                continue
            found = (page.parent / target).resolve()
            if not found.exists():
                broken.append(f"{page.relative_to(ROOT)}: {target} does not exist")
            reached.add(found)
            if found.is_dir():
                reached.update(found.glob("*.md"))
    orphans = [page for page in ROOT.glob("docs/**/*.md") if page not in reached]
    broken += [f"{page.relative_to(ROOT)}: no page leads here; add it to docs/README.md" for page in orphans]
    print("\n".join(broken) or f"{len(pages)} pages, every link leads somewhere")
    return bool(broken)


if __name__ == "__main__":
    sys.exit(main())
