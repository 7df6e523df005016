#!/usr/bin/env python3
"""Checks that the folder table of docs/architecture.md and src/ agree: every folder that holds code is a row, and only those.

    tools/check_folder_map.py [ROOT]
"""

import pathlib
import re
import sys

ROW = re.compile(r"^\|\s*`(src/[^`]+)`\s*\|")
SOURCES = {".hpp", ".cpp"}


def mapped(root):
    text = (root / "docs" / "architecture.md").read_text(encoding="utf-8")
    return [match[1].rstrip("/") for match in map(ROW.match, text.splitlines()) if match]


def folder_of(file, src):
    """A library's folder: two levels below src for layers made of libraries, one for the others. Deeper folders belong to it."""
    parts = file.relative_to(src).parts[:-1]
    deep = parts and parts[0] in ("domain", "platform", "ingest", "services")
    return "/".join(("src",) + parts[: 2 if deep else 1])


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent
    src = root / "src"
    present = {folder_of(p, src) for p in src.rglob("*") if p.suffix in SOURCES}
    rows = mapped(root)
    faults = [f"docs/architecture.md has no row for `{folder}`" for folder in sorted(present - set(rows))]
    faults += [f"docs/architecture.md has a row for `{folder}`, which does not exist" for folder in rows if folder not in present]
    faults += [f"docs/architecture.md has `{folder}` twice" for folder in sorted(set(rows)) if rows.count(folder) > 1]
    for fault in faults:
        print(fault)
    print(f"{len(present)} folders, {len(rows)} rows checked, {len(faults)} faults")
    return 1 if faults or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
