#!/usr/bin/env python3
"""The house's walls: who may include whom, include by include (design: arrows go down only).

Usage: layers_test.py ROOT. Prints each include that passes a wall and exits 1 if there is one.
"""
import os
import re
import subprocess
import sys

# Folder -> (layers whose headers it may include, outside libraries it may include).
LAYERS = ["base", "ber", "asn1", "content", "osi", "access", "settings", "mstore", "p7client", "server"]
RULES = {
    "asn1-modules/base": ({"base"}, set()),
    "asn1-modules/ber": ({"base", "ber"}, set()),
    "asn1-modules/values": ({"base", "ber", "asn1"}, {"fmt", "asn1c"}),
    "asn1-modules/content": ({"base", "ber", "asn1", "content"}, {"fmt", "asn1c"}),
    "libx400/osi": ({"base", "ber", "osi"}, set()),
    "libx400/access": ({"base", "ber", "osi", "asn1", "access"}, {"boost", "openssl", "fmt"}),
    "libx400/settings": ({"base", "settings"}, {"toml", "openssl"}),
    "libmstore": ({"base", "ber", "asn1", "content", "mstore"}, {"sqlite3", "fmt", "openssl", "zstd"}),
    "libp7client": ({"base", "ber", "osi", "asn1", "content", "access", "p7client"}, {"boost", "fmt"}),
    "server": (set(LAYERS), {"boost", "openssl", "fmt", "spdlog", "toml", "cli11", "systemd", "ldap", "sqlite3"}),
    "tools": (set(LAYERS) - {"server"}, {"boost", "openssl", "fmt", "spdlog", "toml", "cli11", "sqlite3"}),
    "examples": (set(LAYERS) - {"server"}, {"boost", "fmt"}),
}
OUTSIDE = [
    (r"boost/", "boost"), (r"openssl/", "openssl"), (r"fmt/", "fmt"), (r"spdlog/", "spdlog"),
    (r"toml\+\+/", "toml"), (r"CLI/", "cli11"), (r"systemd/", "systemd"), (r"l?ber\.h|ldap", "ldap"),
    (r"sqlite3\.h", "sqlite3"), (r"zstd\.h", "zstd"), (r"catch2/", "catch2"), (r"liburing", "uring"),
]
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def sources(root):
    listed = subprocess.run(["git", "-C", root, "ls-files", "-co", "--exclude-standard"],
                            capture_output=True, text=True, check=True).stdout.splitlines()
    return [f for f in listed if f.endswith((".hpp", ".cpp", ".h", ".c"))]


def rule_of(path):
    for folder, rule in RULES.items():
        if path.startswith(folder + "/"):
            return folder, rule
    return None, None


def outside_of(header):
    for pattern, name in OUTSIDE:
        if re.match(pattern, header):
            return name
    return None


def faults_of(path, text, folder, rule):
    layers, libraries = rule
    public = "/include/" in path
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        header = match.group(2)
        where = f"{path}:{number}: {header}"
        if header.startswith("x400/"):
            layer = header.split("/")[1]
            if layer not in layers:
                yield f"{where}: {folder} may not use layer {layer}"
            if match.group(1) == "<":
                yield f"{where}: our own headers are included with quotes"
            continue
        library = outside_of(header)
        if library and library not in libraries:
            yield f"{where}: {folder} may not use {library}"
        if public and library in {"sqlite3", "toml", "cli11", "spdlog", "ldap", "zstd"}:
            yield f"{where}: {library} may not show in a public header"
        if ".." in header.split("/"):
            yield f"{where}: no relative way out of a folder"


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else "."
    faults, looked = [], 0
    for path in sources(root):
        folder, rule = rule_of(path)
        full = os.path.join(root, path)
        if not rule or not os.path.exists(full):
            continue
        looked += 1
        with open(full, encoding="utf-8") as f:
            faults += faults_of(path, f.read(), folder, rule)
    for fault in faults:
        print(fault)
    print(f"layers: {looked} files, {len(faults)} faults")
    return 1 if faults or looked == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
