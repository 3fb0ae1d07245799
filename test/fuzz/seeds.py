#!/usr/bin/env python3
"""First inputs of the fuzz targets, from octets of real peers: test/vectors and a built corpus of messages.

Usage: seeds.py VECTORS OUT [CORPUS]. Fills OUT/<target>/.
"""
import hashlib
import pathlib
import sys


def put(out, target, octets):
    folder = out / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / hashlib.sha1(octets).hexdigest()[:16]).write_bytes(octets)


def dialogues(file):
    """Octets of both sides, by connection."""
    sides = {"A": b"", "B": b""}
    for line in file.read_text().splitlines():
        if line.startswith("# ---- connection"):
            if any(sides.values()):
                yield sides
            sides = {"A": b"", "B": b""}
        elif line[:2] in ("A ", "B "):
            sides[line[0]] += bytes.fromhex(line[2:].strip())
    if any(sides.values()):
        yield sides


def length_at(octets, at):
    first = octets[at]
    if first < 0x80:
        return at + 1, first
    count = first & 0x7F
    return at + 1 + count, int.from_bytes(octets[at + 1:at + 1 + count], "big")


def values(octets):
    """Constructed values inside octets that look like BER, found by their lengths."""
    for at in range(len(octets) - 2):
        if octets[at] & 0x20 and octets[at] & 0x1F != 0x1F and octets[at + 1] != 0x80 and octets[at + 1] < 0x84:
            begin, length = length_at(octets, at + 1)
            if 4 <= length and begin + length <= len(octets):
                yield octets[at:begin + length]


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    vectors, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    for file in sorted((vectors / "osi").glob("*.hex")):
        for sides in dialogues(file):
            for options in (0xF0, 0x02, 0x35):
                put(out, "responder", bytes([options]) + sides["A"])
                put(out, "initiator", bytes([options]) + sides["B"])
            for octets in sides.values():
                put(out, "ber", octets)
                for value in list(values(octets))[:200]:
                    for kind in range(30):
                        if hashlib.sha1(value + bytes([kind])).digest()[0] < 16:
                            put(out, "values", bytes([kind | (kind & 1) << 7]) + value)
    for file in sorted((vectors / "p7").glob("*.hex")):
        for sides in dialogues(file):
            put(out, "responder", bytes([0xF0]) + sides["A"])
            for octets in sides.values():
                for value in values(octets):
                    for kind in range(30):
                        if hashlib.sha1(value + bytes([kind])).digest()[0] < 64:
                            put(out, "values", bytes([kind | (kind & 1) << 7]) + value)
    if len(sys.argv) == 4:
        for file in sorted(pathlib.Path(sys.argv[3]).glob("*.content")):
            octets = file.read_bytes()
            if len(octets) <= 16384:
                for kind in range(4):
                    put(out, "content", bytes([kind]) + octets)
                put(out, "ber", octets)


main()
