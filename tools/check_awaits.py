#!/usr/bin/env python3
"""Refuses `co_await` inside the condition of if, while, switch or do-while: g++ 12 miscompiles it (the coroutine's frame is
corrupted, at every optimisation level, without a warning). Write `const bool ready = co_await …; if (!ready) …`.

    tools/check_awaits.py [ROOT]
"""

import pathlib
import re
import sys

CONDITION = re.compile(r"\b(?:if|while|switch)(?:\s+constexpr)?\s*\(")
NOT_CODE = re.compile(r'//[^\n]*|"(?:\\.|[^"\\\n])*"')


def parenthesis(text, start):
    """What stands between the parenthesis that opens just before `start` and the one that closes it."""
    depth = 1
    for position in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[position], 0)
        if depth == 0:
            return text[start:position]
    return text[start:]


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent
    folders = [root / name for name in ("src", "tests", "bench")]
    files = sorted(p for folder in folders for p in folder.rglob("*") if p.suffix in (".hpp", ".cpp"))
    conditions = faults = 0
    for file in files:
        text = NOT_CODE.sub("", file.read_text(encoding="utf-8"))  # keeps line breaks, so that line numbers stay true
        for match in CONDITION.finditer(text):
            conditions += 1
            if re.search(r"\bco_await\b", parenthesis(text, match.end())):
                faults += 1
                print(f"{file.relative_to(root)}:{text.count(chr(10), 0, match.start()) + 1}: co_await in a condition")
    print(f"{len(files)} files, {conditions} conditions checked, {faults} with co_await")
    return 1 if faults or not files else 0


if __name__ == "__main__":
    sys.exit(main())
