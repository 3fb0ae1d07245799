"""The language of octets in cases.

    0d 0102          octets in hexadecimal, blanks as wanted
    "text"           its octets
    30{ ... }        a BER value: tag (all octets up to a blank), length of what is inside, what is inside
    30~{ ... }       the same with indefinite length
    30^{ ... }       the same with its length in four octets
    name(a, k=b)     what a function below makes; $name: a variable of the case

Functions make right octets of one layer unless told otherwise, so that a case shows the one thing that is wrong.
"""
import re

import ber
import layers
import services


class Fault(Exception):
    """A case that cannot be read."""


class Arguments:
    def __init__(self, composer, text):
        self.composer, self.given, self.positional = composer, {}, []
        for part in split(text, ","):
            key = re.match(r"([a-z_0-9]+)=", part)
            if key:
                self.given[key.group(1)] = part[key.end():]
            else:
                self.positional.append(part)
        self.used = set()

    def text(self, key, default=None):
        self.used.add(key)
        if isinstance(key, int):
            return self.positional[key].strip() if key < len(self.positional) else default
        return self.given[key].strip() if key in self.given else default

    def number(self, key, default=None):
        text = self.text(key)
        return default if text is None else int(text, 0)

    def octets(self, key, default=b""):
        text = self.text(key)
        return default if text is None else self.composer.octets(text)


def split(text, separator):
    """Parts of `text` between separators outside brackets and quotes."""
    parts, depth, quoted, begin = [], 0, False, 0
    for at, c in enumerate(text):
        if c == '"':
            quoted = not quoted
        elif not quoted and c in "({":
            depth += 1
        elif not quoted and c in ")}":
            depth -= 1
        elif not quoted and depth == 0 and text.startswith(separator, at):
            parts.append(text[begin:at].strip())
            begin = at + len(separator)
    parts.append(text[begin:].strip())
    return parts if parts != [""] else []


def closing(text, at):
    """Where the bracket at `at` ends."""
    depth, quoted = 0, False
    for i in range(at, len(text)):
        if text[i] == '"':
            quoted = not quoted
        elif not quoted and text[i] in "({":
            depth += 1
        elif not quoted and text[i] in ")}":
            depth -= 1
            if depth == 0:
                return i
    raise Fault(f"a bracket does not end: {text[at:at + 40]}")


class Composer(layers.Layers, services.Services):
    """`kind`: application context of the case. Variables: me (the case's user), pw, and what it sets."""

    def __init__(self, kind, variables):
        self.kind, self.variables = kind, variables

    @property
    def reliable(self):
        return self.kind.endswith("rtse")

    def octets(self, text):
        out, at = b"", 0
        while at < len(text):
            c = text[at]
            if c.isspace():
                at += 1
            elif c == '"':
                end = text.index('"', at + 1)
                out += text[at + 1:end].encode()
                at = end + 1
            elif c == "$":
                name = re.match(r"\$([a-z_0-9]+)", text[at:])
                if not name or name.group(1) not in self.variables:
                    raise Fault(f"unknown variable at {text[at:at + 20]}")
                out += self.variables[name.group(1)]
                at += name.end()
            elif call := re.match(r"[a-z][a-z_0-9]*\(", text[at:]):
                end = closing(text, at + call.end() - 1)
                out += self.call(call.group()[:-1], text[at + call.end():end])
                at = end + 1
            elif pair := re.match(r"([0-9a-f]{2})+", text[at:]):
                at += pair.end()
                digits = pair.group()
                form = re.match(r"[~^]?\{", text[at:])
                if not form:
                    out += bytes.fromhex(digits)
                    continue
                end = closing(text, at + form.end() - 1)
                out += self.value(bytes.fromhex(digits), form.group()[0], text[at + form.end():end])
                at = end + 1
            else:
                raise Fault(f"cannot read {text[at:at + 30]!r}")
        return out

    def value(self, tag, form, inside):
        content = self.octets(inside)
        if form == "~":
            return tag + b"\x80" + content + b"\0\0"
        if form == "^":
            return tag + b"\x84" + len(content).to_bytes(4, "big") + content
        return ber.tlv(tag, content)

    def call(self, name, text):
        function = getattr(self, "make_" + name, None)
        if function is None:
            raise Fault(f"unknown function {name}")
        a = Arguments(self, text)
        out = function(a)
        if set(a.given) - a.used:
            raise Fault(f"{name} has no argument {sorted(set(a.given) - a.used)}")
        return out

    # ---- plain

    def make_int(self, a):
        return ber.integer(a.number(0), a.octets("tag", b"\x02"))

    def make_oid(self, a):
        return ber.oid(a.text(0), a.octets("tag", b"\x06"))

    def make_rep(self, a):
        return a.octets(1) * a.number(0)

    def make_nest(self, a):
        """nest(count, 30, inside): a value in a value, count deep."""
        out = a.octets(2)
        for _ in range(a.number(0)):
            out = ber.tlv(a.octets(1), out) if a.text("form") is None else a.octets(1) + b"\x80" + out + b"\0\0"
        return out
