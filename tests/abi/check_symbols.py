"""What the shared libraries export, held against the headers and the list
under version control.

A symbol that is exported but in no header is a leak; one that is in a header
but not exported is a broken promise; one that left symbols.txt broke
somebody's link. After a deliberate change: --update.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def exported(library: str) -> set[str]:
    out = subprocess.run(
        ["nm", "-D", "--defined-only", "--extern-only", library],
        check=True, capture_output=True, text=True).stdout
    names = {line.split()[-1].split("@")[0] for line in out.splitlines()}
    return {n for n in names if not n.startswith(("TRUNKWISE_", "__asan",
                                                  "__odr_asan"))}


def declared(include: Path) -> set[str]:
    names: set[str] = set()
    for header in include.rglob("*.h"):
        text = re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.S)
        names |= set(re.findall(
            r"TW_EXTERN\([^)]*\)\s*\n?\s*(tw_\w+)\s*\(", text))
    return names


def main(source: str, *libraries: str, update: bool = False) -> int:
    found: set[str] = set()
    for library in libraries:
        found |= exported(library)
    promised = declared(Path(source) / "include")
    listed_file = HERE / "symbols.txt"
    if update:
        listed_file.write_text("\n".join(sorted(found)) + "\n")
    listed = set(listed_file.read_text().split())
    bad = 0
    for names, reason in (
            (found - promised, "exported but in no header"),
            (promised - found, "in a header but not exported"),
            (listed - found, "in symbols.txt but gone"),
            (found - listed, "exported but not in symbols.txt (--update)")):
        for name in sorted(names):
            print(f"{name}: {reason}")
            bad += 1
    print(f"{len(found)} symbols, {bad} complaints")
    return 1 if bad else 0


if __name__ == "__main__":
    arguments = [a for a in sys.argv[1:] if a != "--update"]
    sys.exit(main(*arguments, update="--update" in sys.argv))
