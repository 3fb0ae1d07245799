#!/usr/bin/env python3
"""Inputs of the fuzz targets to begin with, always the same: octets of recorded peers (vectors), what the cases of the
wire suite send, and a built corpus of messages if there is one.

Usage: seeds.py TEST OUT [CORPUS]. TEST is the folder test. Fills OUT/<target>/.
"""
import hashlib
import pathlib
import sys

# Choices of association targets (association_target.hpp): everything at once; answers kept and our own operation, in
# pieces of 1; and released at once, in pieces of 64.
CHOICES = (0xE0, 0x12, 0x74)
KINDS = 31  # of values_target.cpp
MOST = 16384


def put(out, target, octets, share=256):
    """`share`: of different inputs that many in 256, the same ones always."""
    if len(octets) <= MOST and hashlib.sha1(octets).digest()[0] < share:
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


def some_kinds(out, octets, share, seen=set()):
    """Of values inside octets that many in 256, each as one of the types; the same ones always."""
    for value in values(octets):
        digest = hashlib.sha1(value).digest()
        if value not in seen and digest[0] < share:
            put(out, "values", bytes([digest[1] % KINDS | (digest[2] & 1) << 7]) + value)
        seen.add(value)


def packets(octets):
    """TPDUs of a stream of TPKTs."""
    at = 0
    while at + 4 <= len(octets) and octets[at] == 3:
        length = int.from_bytes(octets[at + 2:at + 4], "big")
        if length < 7:
            return
        yield octets[at + 4:at + length]
        at += length


# By the tag of a value, the layer whose APDU it is, and the choice of its target for it.
APDUS = {0x60: ("acse", 0), 0x61: ("acse", 1), 0x64: ("acse", 2), 0xB0: ("acse", 3), 0xB1: ("acse", 3),
         0xB2: ("acse", 3), 0xA1: ("rose", None), 0xA2: ("rose", None), 0xA3: ("rose", None), 0xA4: ("rose", None)}
RTSE = {0xB0: 0, 0xB1: 1, 0xB2: 2, 0xB6: 4}
# CP and CPA, user data; SEQUENCEs and [0] are CPR, ARP and ARU, but mostly something else: some of them.
PPDUS = {0x31: (0, 1), 0x61: (3,)}
PERHAPS = {0x30: (2, 4), 0xA0: (4,)}


def of_stream(octets, out, share):
    """Of what one side says: every layer's own inputs."""
    put(out, "tpkt", b"\x05" + octets, share)
    tsdu = b""
    for tpdu in packets(octets):
        header, data = tpdu[:tpdu[0] + 1], tpdu[tpdu[0] + 1:]
        put(out, "cotp", header)
        if header[1:2] == b"\xF0":
            tsdu += data
            if header[2:3] >= b"\x80":
                put(out, "session", tsdu, share)
                tsdu = b""
    for value in values(octets):
        some = PERHAPS if hashlib.sha1(value).digest()[0] < 8 else PPDUS
        for choice in some.get(value[0], PPDUS.get(value[0], ())):
            put(out, "presentation", bytes([choice]) + value, share // 4)
        if value[0] in APDUS:
            layer, choice = APDUS[value[0]]
            put(out, layer, (b"" if choice is None else bytes([choice])) + value, share)
        if value[0] in RTSE:
            put(out, "rtse", bytes([RTSE[value[0]]]) + value)
    put(out, "rtse", b"\x03\x02\x01\x05")


def of_vectors(vectors, out):
    for file in sorted((vectors / "osi").glob("*.hex")):
        for sides in dialogues(file):
            for octets in sides.values():
                of_stream(octets, out, 128)
            for choices in CHOICES:
                put(out, "responder", bytes([choices]) + sides["A"])
                put(out, "initiator", bytes([choices | ("rtse" in file.name)]) + sides["B"])
            for octets in sides.values():
                put(out, "ber", octets)
                some_kinds(out, octets, 64)
    for file in sorted((vectors / "p7").glob("*.hex")):
        for sides in dialogues(file):
            put(out, "responder", bytes([CHOICES[0]]) + sides["A"])
            for octets in sides.values():
                some_kinds(out, octets, 255)


def of_cases(test, out):
    """What the cases send to the responder, behind what they begin with; contents that they deliver."""
    sys.path.insert(0, str(test / "wire"))
    import cases
    import compose
    import services
    services.Services.clock, services.Services.random = staticmethod(lambda: 1767225600), staticmethod(bytes)
    for path in sorted((test / "wire/cases").glob("*.wire")):
        if path.stem in ("client", "submission", "limits"):
            continue
        for case in cases.File(path).cases:
            variables = {"me": services.or_name("user"), "user": b"user", "pw": b"pw"}
            composer = compose.Composer(case.use, variables)
            try:
                of_case(case, composer, out)
            except compose.Fault:
                pass  # made of what an answer says, or a case for many values


def of_case(case, composer, out):
    begin = {"transport": "cr()", "bound": "cr() cn()"}.get(case.given, "")
    octets = composer.octets(begin)
    for _, word, text in case.steps:
        if word == "let":
            name, _, expression = text.partition(" = ")
            composer.variables[name.strip()] = composer.octets(expression)
        elif word == "send" and not any(text.startswith(w) for w in ("by ", "user:", "mta:", "again:", "more:")):
            count, _, rest = text.partition(" x ")
            octets += composer.octets(rest) * int(count) if rest and count.isdigit() else composer.octets(text)
        elif word == "deliver":
            argument = composer.octets(text)
            for kind in range(4):
                put(out, "content", bytes([kind]) + content_of(argument))
    if octets:
        put(out, "responder", bytes([CHOICES[0]]) + octets)
        put(out, "ber", octets)
        some_kinds(out, octets, 64)
        of_stream(octets, out, 64)


def content_of(argument):
    import ber
    return ber.read(argument)[0].members[-1].content


def of_messages(corpus, out):
    for file in sorted(corpus.glob("*.content")):
        octets = file.read_bytes()
        for kind in range(4):
            put(out, "content", bytes([kind]) + octets)
        put(out, "ber", octets)


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    test, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    of_vectors(test / "vectors", out)
    of_cases(test, out)
    if len(sys.argv) == 4:
        of_messages(pathlib.Path(sys.argv[3]), out)


main()
