"""BER as plainly as can be, for the wire suite alone: it shares no code with the project."""


def length(n):
    if n < 0x80:
        return bytes([n])
    octets = n.to_bytes((n.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(octets)]) + octets


def tlv(tag, content):
    return tag + length(len(content)) + content


def integer(n, tag=b"\x02"):
    size = max(1, (n.bit_length() + 8) // 8)
    return tlv(tag, n.to_bytes(size, "big", signed=True))


def oid(text, tag=b"\x06"):
    arcs = [int(a) for a in text.split(".")]
    out = b""
    for arc in [arcs[0] * 40 + arcs[1]] + arcs[2:]:
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(arc & 0x7F | 0x80)
        out += bytes(reversed(groups))
    return tlv(tag, out)


class Broken(Exception):
    """Octets that are no BER."""


class Value:
    def __init__(self, tag, content, whole, members):
        self.tag, self.content, self.whole, self.members = tag, content, whole, members

    def find(self, tag):
        """The first member with the tag given in hexadecimal, or None."""
        return next((m for m in self.members or [] if m.tag.hex() == tag), None)

    def at(self, *tags):
        here = self
        for tag in tags:
            here = here.find(tag)
            if here is None:
                return None
        return here

    def number(self):
        return int.from_bytes(self.content, "big", signed=True)

    def __str__(self):
        inside = self.content.hex() if self.members is None else "".join(map(str, self.members))
        return f"{self.tag.hex()}{{{inside}}}"


def read(octets, at=0):
    """The value at `at` and the place behind it."""
    start = at
    try:
        at += 1
        if octets[start] & 0x1F == 0x1F:
            while octets[at] & 0x80:
                at += 1
            at += 1
        tag = octets[start:at]
        first = octets[at]
        at += 1
        if first == 0x80:
            members = []
            begin = at
            while octets[at:at + 2] != b"\0\0":
                member, at = read(octets, at)
                members.append(member)
            return Value(tag, octets[begin:at], octets[start:at + 2], members), at + 2
        size = first
        if first > 0x80:
            size = int.from_bytes(octets[at:at + (first & 0x7F)], "big")
            at += first & 0x7F
        end = at + size
        if end > len(octets):
            raise Broken("a length beyond the end")
        content = octets[at:end]
        members = read_all(content) if octets[start] & 0x20 else None
        return Value(tag, content, octets[start:end], members), end
    except IndexError:
        raise Broken("the end within a value") from None


def read_all(octets):
    values, at = [], 0
    while at < len(octets):
        value, at = read(octets, at)
        values.append(value)
    return values


def dump(octets):
    """Values as text, in the form in which cases write them: tag{contents}."""
    try:
        return "".join(map(str, read_all(octets)))
    except Broken:
        return "not-ber(" + octets.hex() + ")"
