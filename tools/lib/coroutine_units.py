#!/usr/bin/env python3
"""Prints the object files, as targets of the build tool, of all units that hold coroutines.

Usage: coroutine_units.py BUILD-FOLDER. gcc 12 miscompiles some coroutine expressions; what a second compiler
builds without a warning is at least no fault of its kind.
"""
import json
import os
import re
import sys

COROUTINE = re.compile(r"\bco_(await|return|yield)\b")


def main():
    folder = sys.argv[1]
    with open(os.path.join(folder, "compile_commands.json"), encoding="utf-8") as f:
        commands = json.load(f)
    found = []
    for entry in commands:
        with open(entry["file"], encoding="utf-8", errors="replace") as f:
            if COROUTINE.search(f.read()):
                found.append(os.path.relpath(os.path.join(entry["directory"], entry["output"]), folder))
    if not found:
        sys.exit("no unit with a coroutine: has the pattern gone stale?")
    print("\n".join(found))


main()
