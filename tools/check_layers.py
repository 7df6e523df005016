#!/usr/bin/env python3
"""Checks that every #include between our folders points the way the layers do (docs/architecture.md, «Layers»).

    tools/check_layers.py [ROOT]      ROOT defaults to the repository; its src/ is read

Exit code 0 when all is well; otherwise every offence, as file:line, and 1. Prints how much it has checked, so that a check
that looks at nothing is seen.
"""

import pathlib
import re
import sys

# Within domain/ and platform/ a library uses only itself and those before it.
DOMAIN = ["stats", "geo", "dataset", "model", "standards", "report"]
PLATFORM = ["async", "json", "log", "metrics", "trace", "config", "http", "redis", "sql", "objects", "cache", "auth",
            "audit", "resilience", "registry", "jobs", "service"]
# Between the platform and the services, likewise in this order.
MIDDLE = ["contracts", "ingest", "storage"]

# What goes beyond the order, each with its reason.
EXCEPTIONS = {
    # Every service answers /health and /jobs in the contract's words, and that contract knows only base and platform/json.
    ("platform/service", "contracts/platform.hpp"),
}

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')
SOURCES = {".hpp", ".cpp"}


def layer_of(path):
    """`platform/http/server.hpp` > ("platform", "http"); `base/date.hpp` > ("base", "")."""
    parts = path.split("/")
    deep = parts[0] in ("domain", "platform", "services") and len(parts) > 2
    return parts[0], parts[1] if deep else ""


def position(order, name):
    return order.index(name) if name in order else None


def objection(source, target):
    """Why a file of layer `source` must not include one of layer `target`; None when it may."""
    (here, part), (there, other) = source, target
    if (here, part) == (there, other) or there == "base" or here == "app":
        return None
    if there == "app":
        return "only app includes app"
    if here == "base":
        return "base includes nothing of ours"
    if here in ("domain", "platform") and there == here:
        order = DOMAIN if here == "domain" else PLATFORM
        mine, theirs = position(order, part), position(order, other)
        if mine is None or theirs is None:
            return f"{here}/{part if mine is None else other} has no place in the order: add it to tools/check_layers.py"
        return None if theirs < mine else f"{here}/{other} stands after {here}/{part}"
    if here == "domain":
        return "domain includes only base and the domain before it"
    if here == "platform":
        return "platform includes only base and the platform before it"
    if there in ("domain", "platform"):
        return None
    if here in MIDDLE:
        if there in MIDDLE and position(MIDDLE, there) < position(MIDDLE, here):
            return None
        return f"{there} stands after {here}"
    if here == "services":
        return None if there in MIDDLE else "a service never includes another service"
    return f"src/{here} is not a layer"


def check(root):
    src = root / "src"
    files = sorted(p for p in src.rglob("*") if p.suffix in SOURCES)
    includes, offences = 0, []
    for file in files:
        name = file.relative_to(src).as_posix()
        source = layer_of(name)
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            includes += 1
            target = match[1]
            if not (src / target).is_file():
                offences.append(f"src/{name}:{number}: \"{target}\" is not a path from src/")
                continue
            if ("/".join(filter(None, source)), target) in EXCEPTIONS:
                continue
            why = objection(source, layer_of(target))
            if why:
                offences.append(f"src/{name}:{number}: includes {target}: {why}")
    return len(files), includes, offences


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent
    files, includes, offences = check(root)
    for offence in offences:
        print(offence)
    print(f"{files} files, {includes} includes of ours checked, {len(offences)} against the layers")
    return 1 if offences or files == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
