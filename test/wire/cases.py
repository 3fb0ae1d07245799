"""Reads case files (README.md)."""
import pathlib

import compose

# What the lines of a case begin with, and whether they are done in order.
FIELDS = ("clause", "proves", "use", "given", "user")
STEPS = ("send", "expect", "deliver", "submit", "connect", "accept", "run", "exit", "says", "close",
         "finish", "logs", "dts-at-most", "let")


class Case:
    def __init__(self, file, line, name, defaults):
        self.file, self.line, self.name = file, line, name
        self.clause = self.proves = self.user = None
        self.use, self.given = defaults.get("use", "p7-94"), defaults.get("given", "transport")
        self.loop = None
        self.steps = []


class File:
    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.config, self.mta, self.cases, self.defaults, self.selectors = [], [], [], {}, ""
        self.mta_kind = "mts-94"  # the application context in which mstored submits
        lines = self.path.read_text().splitlines()
        at = 0
        while at < len(lines):
            number, text = at + 1, lines[at]
            at += 1
            # A line that goes on is indented deeper than a step is.
            while at < len(lines) and lines[at].startswith("      ") and lines[at].strip():
                text += " " + lines[at].strip()
                at += 1
            if text.strip() and not text.lstrip().startswith("#"):
                self.take(number, text)
        for case in self.cases:
            if not case.clause or not case.proves or not case.steps:
                raise compose.Fault(f"{path}:{case.line}: a case wants clause, proves and steps")
        names = [c.name for c in self.cases]
        if len(set(names)) != len(names):
            raise compose.Fault(f"{path}: a name twice: {sorted(n for n in names if names.count(n) > 1)}")

    def take(self, number, text):
        word, _, rest = text.strip().partition(" ")
        rest = rest.strip()
        if not text.startswith(" "):
            if word == "case":
                self.cases.append(Case(self.path.name, number, rest, self.defaults))
            elif word == "config":
                self.config.append(rest)
            elif word == "mta":
                self.mta.append(rest)
                if rest == "submit_reliable = true":
                    self.mta_kind = "mts-94-rtse"
            elif word == "selectors":
                self.selectors = rest + ";"
            elif word in ("use", "given"):
                self.defaults[word] = rest
            else:
                raise compose.Fault(f"{self.path}:{number}: {word} is nothing of a file")
            return
        if not self.cases:
            raise compose.Fault(f"{self.path}:{number}: before the first case")
        case = self.cases[-1]
        if word in FIELDS:
            setattr(case, word, rest)
        elif word == "for":
            name, _, source = rest.partition(" in ")
            case.loop = (name.strip(), source.strip())
        elif word in STEPS:
            case.steps.append((number, word, rest))
        else:
            raise compose.Fault(f"{self.path}:{number}: {word} is nothing of a case")


def variants(case, composer):
    """Values of the variable of a case that is done many times: [(name, octets)], or [None]."""
    if case.loop is None:
        return [None]
    name, source = case.loop
    kind, _, text = source.partition(" ")
    if kind == "each":
        return [(name, composer.octets(part)) for part in compose.split(text, ";")]
    octets = composer.octets(text)
    if kind == "prefixes":
        return [(name, octets[:n]) for n in range(len(octets))]
    if kind == "flips":
        # One bit of each octet; which one changes from octet to octet.
        return [(name, octets[:n] + bytes([octets[n] ^ 1 << n % 8]) + octets[n + 1:]) for n in range(len(octets))]
    if kind == "drops":
        return [(name, octets[:n] + octets[n + 1:]) for n in range(len(octets))]
    raise compose.Fault(f"{case.file}:{case.line}: for {kind}?")
