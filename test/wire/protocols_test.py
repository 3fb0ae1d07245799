#!/usr/bin/env python3
"""docs/protocols.md tells the truth: each checked table is held against a running mstored, cases or sources.

Usage: protocols_test.py --mstored PROGRAM ROOT [--document FILE]
"""
import argparse
import pathlib
import re
import sys
import tempfile

import ber
import cases
import compose
import peer
import services
import store

USER = "user"


class Document:
    """Tables by their headings: {heading: [row, ...]}, a row a list of its cells."""

    def __init__(self, path):
        self.tables, heading = {}, None
        for line in path.read_text().splitlines():
            if line.startswith("## "):
                heading = line[3:].removesuffix(" (checked)")
                self.tables[heading] = []
            elif line.startswith("|") and heading and not line.startswith("|-"):
                self.tables[heading].append([cell.strip() for cell in line.strip("|").split("|")])

    def rows(self, heading):
        rows = self.tables.get(heading, [])[1:]
        if not rows:
            raise SystemExit(f"no table under {heading!r}")
        return rows


class Checker:
    def __init__(self, document, mstored, root):
        self.document, self.mstored, self.root = document, mstored, root
        self.faults = []

    def same(self, what, said, found):
        said, found = set(said), set(found)
        for missing in sorted(said - found, key=str):
            self.faults.append(f"{what}: the document has {missing}, mstored or the sources do not")
        for unsaid in sorted(found - said, key=str):
            self.faults.append(f"{what}: {unsaid} is missing in the document")

    # ---- against mstored

    def peer(self, kind, text="cn()"):
        """A connection with a CN sent, and the answer."""
        variables = {"me": services.or_name(USER), "user": USER.encode(), "pw": b"pw"}
        if kind.startswith("p3"):
            variables["pw"] = b"mta-pw"
        composer = compose.Composer(kind, variables)
        connection = peer.Connection.to(self.store.p3 if kind.startswith("p3") else self.store.p7, variables)
        connection.send(composer.octets("cr()"))
        connection.answer()
        connection.send(composer.octets(text))
        return connection, composer, connection.answer()

    def contexts(self):
        said = {(r[1], r[2], r[3], r[4]) for r in self.document.rows("Application contexts") if r[5] == "yes"}
        found = set()
        for kind in ("p7-94", "p7-88", "p7-94-rtse", "p7-88-rtse", "p3-94", "p3-88", "p3-94-rtse", "p3-88-rtse"):
            for arc in range(14):
                connection, _, answer = self.peer(kind, f"cn(name=oid(2.6.0.1.{arc}))")
                connection.close()
                # Contexts of the other edition's syntaxes are refused one by one.
                if answer.startswith("AC") and "results=0,0,0,0,0 " in answer:
                    edition = re.search("88|94", kind).group()
                    found.add((f"2.6.0.1.{arc}", kind[:2].upper(), edition, "RTSE" if "rtse" in kind else "P-DATA"))
        self.same("application contexts of the responder", said, found)

    def operations(self):
        columns = {3: "p7-88", 4: "p7-94", 5: "p3-94"}
        ports = {"P7": {"retrieval": 3, "submission": 5, "administration": 7},
                 "P3": {"delivery": 3, "submission": 5, "administration": 7}}
        for column, kind in columns.items():
            names = {context: port for port, context in ports[kind[:2].upper()].items()}
            said = {(int(r[0]), r[2]) for r in self.document.rows("Operations") if r[column] == "answered"}
            found = set()
            for context, port in names.items():
                for code in range(40):
                    connection, composer, _ = self.peer(kind)
                    # Nothing that any of them takes: whoever knows the operation says so.
                    connection.send(composer.octets(f"ask({code}, 800163, id=1, ctx={context})"))
                    answer = connection.answer()
                    connection.close()
                    if not answer.endswith("reject 1 1/1"):
                        found.add((code, port))
            self.same(f"operations answered on {kind}", said, found)

    def configuration(self, kind):
        connection, _, answer = self.peer(kind, "cn(bindmore=a5{0101ff})")
        connection.close()
        text = answer.partition("bind-result ")[2]
        out = {}
        for name in ("a3", "a4", "a6", "a7", "a8", "a9", "aa"):
            inside = member(text[2:], name)
            out[name] = re.findall(r"0[26]\{([0-9a-f]+)\}", inside)
        return out

    def abilities(self):
        told = {"p7-94": self.configuration("p7-94"), "p7-88": self.configuration("p7-88")}
        said = {r[0]: [] if r[1] == "none" else r[1].split(", ") for r in self.document.rows("Message Store")}
        for edition in told:
            self.same(f"auto-actions {edition}", map(oid, said["auto-actions"]), told[edition]["a3"])
            self.same(f"content types {edition}", map(oid, said["content types"]), told[edition]["a6"])
        new = told["p7-94"]
        self.same("entry classes", map(int, said["entry classes"]), [int(c, 16) for c in new["a7"]])
        self.same("bind extensions", said["bind extensions"], new["a9"])
        self.same("message groups", said["message groups"], new["aa"])
        self.same("matching rules", [oid(r[0]) for r in self.document.rows("Matching rules")], new["a8"])
        rows = self.document.rows("Attributes")
        self.same("attributes 94", [oid(r[0]) for r in rows], new["a4"])
        self.same("attributes 88", [oid(r[0]) for r in rows if r[4] == "88"], told["p7-88"]["a4"])

    def attribute_uses(self):
        """What may be asked for in List and Summarize, one attribute after the other."""
        connection, composer, _ = self.peer("p7-94")
        number = 0
        for row in self.document.rows("Attributes"):
            for column, text in ((5, f"ask(21, list(attributes=attrs({row[0]})), id="),
                                 (6, f"ask(20, 31{{a1{{31{{}}}} a2{{30{{attr({row[0]})}}}}}}, id=")):
                number += 1
                connection.send(composer.octets(text + f"{number})"))
                answer = connection.answer()
                found = "yes" if f"result {number} " in answer else "no" if "code=21" in answer else answer
                if found != row[column]:
                    what = "List" if column == 5 else "Summarize"
                    self.faults.append(f"{row[1]} in {what}: the document says {row[column]}, mstored {found}")
        connection.close()

    # ---- against cases and sources

    def cases(self):
        known = {}
        for path in sorted((self.root / "test/wire/cases").glob("*.wire")):
            for case in cases.File(path).cases:
                if case.name in known:
                    self.faults.append(f"a case twice: {case.name}")
                known[case.name] = case
        if len(known) < 250:
            self.faults.append(f"only {len(known)} cases")
        for row in self.document.rows("Layers") + self.document.rows("Parameters"):
            if row[-1] not in known:
                self.faults.append(f"{row[0]}: no case {row[-1]!r}")
        for row in self.document.rows("Refusals"):
            case = known.get(row[3])
            if case is None:
                self.faults.append(f"{row[1]}: no case {row[3]!r}")
                continue
            expected = [squeezed(t) for _, word, t in case.steps if word == "expect" and len(compose.split(t, "|")) == 1]
            if not any(squeezed(row[2]) in e for e in expected):
                self.faults.append(f"{row[1]}: case {row[3]!r} does not expect {row[2]!r} and that alone")

    def errors(self):
        header = (self.root / "asn1-modules/values/include/x400/asn1/ms/codes.hpp").read_text()
        constants = re.findall(r"(\w+) = (\d+)[,;]", header[header.index("namespace error_code"):])
        said = {(int(r[0]), r[1]) for r in self.document.rows("Errors")}
        self.same("errors", said, {(int(code), name.replace("_", "-")) for name, code in constants})

    def limits(self):
        header = (self.root / "server/src/config/config.hpp").read_text()
        struct = re.search(r"struct LimitsConfig \{(.*?)\n\};", header, re.S).group(1)
        found = set()
        for kind, name, value in re.findall(r"(std::size_t|Milliseconds) (\w+)(?: = |\{)([\d' *]+)[;}]", struct):
            product = 1
            for factor in value.replace("'", "").split("*"):
                product *= int(factor)
            found.add((name, product, kind == "Milliseconds"))
        said = set()
        for name, value, *_ in self.document.rows("Limits"):
            number, _, unit = value.partition(" ")
            factor = {"": 1, "KiB": 2**10, "MiB": 2**20, "s": 1000, "min": 60000}[unit]
            said.add((name, int(number) * factor, unit in ("s", "min")))
        self.same("limits", said, found)

    def names(self):
        """Operations by port, code and name, as the sources have them."""
        header = (self.root / "libx400/access/include/x400/access/contexts.hpp").read_text()
        source = (self.root / "libx400/access/src/contexts.cpp").read_text()
        places = {name: (int(code), port) for name, port, code in
                  re.findall(r"(\w+)\{Port::(\w+), (\d+)\}", header)}
        found = {(*places[name], text) for name, text in re.findall(r'OperationRule\{op::(\w+), "([^"]+)"', source)}
        self.same("names of operations", {(int(r[0]), r[2], r[1]) for r in self.document.rows("Operations")}, found)

    def checked(self, heading, check):
        """Runs a check; and once more with the table's last line broken, which it must find."""
        check()
        true, rows = self.faults, self.document.tables[heading]
        unproved = [rows[-1][:-1] + ["no such case"]]
        wrong = {"Layers": unproved, "Parameters": unproved, "Refusals": unproved,
                 "Message Store": [["message groups", "1"]]}.get(heading, [])
        kept = [r for r in rows if r[1] != "list"] if heading == "Operations" else rows[:-1]
        self.faults, self.document.tables[heading] = [], kept + wrong
        check()
        if not self.faults:
            true.append(f"{heading}: a wrong line is not found")
        self.faults, self.document.tables[heading] = true, rows

    def all(self):
        for heading, check in (("Layers", self.cases), ("Parameters", self.cases), ("Refusals", self.cases), ("Errors", self.errors),
                               ("Limits", self.limits), ("Operations", self.names)):
            self.checked(heading, check)
        with tempfile.TemporaryDirectory() as folder:
            self.store = store.Store(self.mstored, pathlib.Path(folder) / "store", 1, [USER], "")
            for heading, check in (("Application contexts", self.contexts), ("Operations", self.operations),
                                   ("Message Store", self.abilities), ("Matching rules", self.abilities),
                                   ("Attributes", self.abilities)):
                self.checked(heading, check)
            self.attribute_uses()
            if self.store.stop() != 0:
                self.faults.append("mstored did not end orderly")
        return self.faults


def member(text, tag):
    """Contents of the member with this tag of "{...}", a constructed value as answers write it."""
    at = 1
    while at < len(text) - 1:
        begin = text.index("{", at)
        end = compose.closing(text, begin)
        if text[at:begin] == tag:
            return text[begin + 1:end]
        at = end + 1
    return ""


def oid(text):
    return ber.oid(text)[2:].hex()


def squeezed(text):
    return re.sub(r"\s+", "", text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mstored", required=True)
    parser.add_argument("--document", type=pathlib.Path)
    parser.add_argument("root", type=pathlib.Path)
    options = parser.parse_args()
    document = Document(options.document or options.root / "docs/protocols.md")
    faults = Checker(document, options.mstored, options.root).all()
    for fault in faults:
        print("FAILED " + fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
