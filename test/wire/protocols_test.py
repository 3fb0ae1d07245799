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
import mta
import peer
import provocations
import services
import store

USER, OTHER = "user", "other"

# What the document says and mstored is about to do: (operation, edition, error), ("extension", number, column), or the
# first two cells of a line that no case shows.
NOT_YET = set()


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
        self.faults, self.found, self.number, self.old = [], {}, 0, None
        self.unit_tests = {name for path in (root / "test").glob("**/*_test.cpp")
                           for name in re.findall(r'TEST_CASE\("([^"]+)"', path.read_text())}

    def same(self, what, said, found):
        said, found = set(said), set(found)
        for missing in sorted(said - found, key=str):
            self.faults.append(f"{what}: the document has {missing}, mstored or the sources do not")
        for unsaid in sorted(found - said, key=str):
            self.faults.append(f"{what}: {unsaid} is missing in the document")

    # ---- against mstored

    def peer(self, kind, text="cn()", user=USER, at=None):
        """A connection with a CN sent, and the answer."""
        variables = {"me": services.or_name(user), "user": user.encode(), "pw": b"pw"}
        if kind.startswith("p3"):
            variables["pw"] = b"mta-pw"
        composer = compose.Composer(kind, variables)
        at = at or self.store
        connection = peer.Connection.to(at.p3 if kind.startswith("p3") else at.p7, variables)
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

    def initiators(self):
        """What MTAs are asked for: one that knows all, one that knows 88 alone; and over RTSE such ones."""
        said = {(r[1], r[4]) for r in self.document.rows("Application contexts") if r[6] == "yes"}
        asked = self.mta.contexts | self.old_mta.contexts
        for reliable, contexts in (("P-DATA", asked), ("RTSE", self.reliable_mta().contexts)):
            found = {(f"2.6.0.1.{arc}", reliable) for arc in contexts}
            self.same(f"application contexts of the initiator over {reliable}", {s for s in said if s[1] == reliable}, found)
        invoked = {int(r[0]) for r in self.document.rows("Operations") if r[5] == "invoked"}
        self.same("operations that mstored invokes on P3", invoked, self.mta.operations)

    def reliable_mta(self):
        """It refuses what it is asked for, as if it knew no such context."""
        asked = mta.Mta()
        reliable = ["submit_reliable = true"]
        program = store.Store(self.mstored, self.folder / "reliable", asked.port, [USER], "", "", reliable)
        self.codes("p7-94", 3, ["submission()"], user=USER, at=program)
        if program.stop() != 0:
            self.faults.append("mstored that submits over RTSE did not end orderly")
        return asked

    def operations(self):
        columns = ((3, "p7-88"), (4, "p7-94"), (5, "p3-88"), (5, "p3-94"))
        ports = {"P7": {"retrieval": 3, "submission": 5, "administration": 7},
                 "P3": {"delivery": 3, "submission": 5, "administration": 7}}
        for column, kind in columns:
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

    # ---- errors

    def one_entry(self):
        """The mailbox of wrong arguments has entry 1, new, with its child 2."""
        bound = self.peer("p3-94", "cn()", OTHER)
        forwarded = "delivery(content=04{ipm(body=a9{31{} 30{31{6b03130132} 30{a0{3100 1600}}}})})"
        if not self.ask(bound, 5, forwarded).startswith("result"):
            self.faults.append("a delivery is not taken")
        bound[0].close()

    def ask(self, bound, code, argument, context=None):
        """The answer without context and identifier: "error code=21 ...", "result op=3 ...", "reject 1/2"."""
        connection, composer = bound[:2]
        self.number += 1
        place = "" if context is None else f", ctx={context}"
        connection.send(composer.octets(f"ask({code}, {argument}, id={self.number}{place})"))
        answer = connection.answer()
        told = re.match(rf"\d+: (\w+) {self.number} (.*)", answer)
        return f"{told.group(1)} {told.group(2)}" if told else answer

    def codes(self, kind, code, arguments, more="", user=OTHER, context=None, at=None):
        """Codes of the errors with which such arguments are answered."""
        bound = self.peer(kind, f"cn({more})", user, at)
        answers = [self.ask(bound, code, argument, context) for argument in arguments]
        bound[0].close()
        return {int(found.group(1)) for a in answers if (found := re.match(r"error code=(\d+) ", a))}

    def error_rows(self, heading, columns):
        """{(operation, edition or nothing): {column: codes}}"""
        rows = {}
        for row in self.document.rows(heading):
            cells = {name: numbers(row[at]) for name, at in columns.items()}
            rows[(row[0], row[1] if heading.startswith("Errors of P7") else "")] = cells
        return rows

    P7_COLUMNS = {"mstored": 2, "MTA": 3, "distress": 4, "beyond": 5}
    P3_COLUMNS = {"mstored": 1, "distress": 2}

    def p7_errors(self):
        said = self.error_rows("Errors of P7, by operation", self.P7_COLUMNS)
        self.same("operations of the errors of P7", said, {(o, e) for o in provocations.ARGUMENTS for e in ("88", "94")})
        for operation, edition in sorted(said):
            cells, what = said[operation, edition], f"{operation} {edition}"
            # mstored is asked once: the second time only the document differs.
            if (operation, edition) not in self.found:
                self.found[operation, edition] = (self.own_errors(f"p7-{edition}", operation),
                                                  self.passed_on(f"p7-{edition}", operation))
            own, passed = self.found[operation, edition]
            late = {code for o, e, code in (n for n in NOT_YET if len(n) == 3) if (o, e) == (operation, edition)}
            self.same(f"{what}: errors", cells["mstored"] - late, own - late)
            self.same(f"{what}: errors of the MTA", cells["MTA"], passed)
            old, new = provocations.STANDARD[operation]
            beyond = (cells["mstored"] | cells["MTA"] | cells["distress"]) - (old | new if edition == "94" else old)
            self.same(f"{what}: errors beyond its list", cells["beyond"], beyond)

    def own_errors(self, kind, operation):
        """Codes with which mstored itself answers."""
        code, arguments = provocations.ARGUMENTS[operation]
        own = self.codes(kind, code, arguments)
        if operation == "fetch":
            limited = "bindmore=a4{31{a0{31{oid(2.6.1.10.0)}}}}"
            own |= self.codes(kind, code, ["fetch(1, attributes=attrs(1))"], limited)
        right = provocations.RIGHT.get(operation)
        if right is None:
            return own
        if operation in ("message-submission", "probe-submission"):
            own |= self.refused_by_controls(kind, operation)
        if operation == "cancel-deferred-delivery":
            # What somebody else has submitted.
            self.codes(kind, 3, ["submission()"])
            own |= self.codes(kind, code, ['mts_id("mta-1")'], user="kept")
        if operation == "register":
            own |= self.codes(kind, code, [right], at=self.with_old_mta() if kind == "p7-94" else None)
        # The MTA closes every connection; this mailbox has none yet.
        self.mta.away = True
        own |= self.codes(kind, code, [right], user="lonely")
        self.mta.away = False
        return own

    def with_old_mta(self):
        """Another mstored, whose MTA knows 88 alone."""
        if self.old is None:
            self.old_mta = mta.Mta()
            self.old_mta.knows_94 = False
            self.old = store.Store(self.mstored, self.folder / "old", self.old_mta.port, [OTHER], "")
        return self.old

    def refused_by_controls(self, kind, operation):
        """The MTA permits no such operation, and then lifts that: each time with the answer to one of the other."""
        message, probe = (provocations.ARGUMENTS[o][0] for o in ("message-submission", "probe-submission"))
        limit, other = ("81020780", probe) if operation == "message-submission" else ("81020640", message)
        rights = {message: "submission()", probe: "probe()"}
        self.mta.answer = lambda o, argument: [f"invoke(2, 31{{{limit}}}, id=77)", results(o, argument)]
        self.codes(kind, other, [rights[other]])
        own = self.codes(kind, provocations.ARGUMENTS[operation][0], [provocations.RIGHT[operation]])
        self.mta.answer = lambda o, argument: ["invoke(2, 31{800100}, id=78)", results(o, argument)]
        self.codes(kind, other, [rights[other]])
        self.mta.answer = results
        return own

    def passed_on(self, kind, operation):
        """Codes of the errors of the MTA that reach the user, with their parameters."""
        if operation not in provocations.RIGHT:
            return set()
        code, right = provocations.ARGUMENTS[operation][0], provocations.RIGHT[operation]
        # Registrations go to an MTA of their edition alone.
        old = self.with_old_mta() if (kind, operation) == ("p7-88", "register") else None
        asked, passed = self.old_mta if old else self.mta, set()
        for error in provocations.OF_THE_MTA[operation] - ({12, 16} if old else set()):
            parameter = {3: '30{or("Other")}', 12: "020115", 16: "31{020100}"}.get(error, "0500")
            asked.answer = lambda o, argument, e=error, p=parameter: f"error({e}, {p}, id=$id)"
            bound = self.peer(kind, "cn()", OTHER, old)
            if self.ask(bound, code, right) == f"error code={error} {ber.dump(bound[1].octets(parameter))}":
                passed.add(error)
            bound[0].close()
        asked.answer = results
        return passed

    def p3_errors(self):
        said = self.error_rows("Errors of P3, by operation", self.P3_COLUMNS)
        self.same("operations of the errors of P3", [o for o, _ in said], provocations.P3_ARGUMENTS)
        for (operation, _), cells in sorted(said.items()):
            code, context, arguments = provocations.P3_ARGUMENTS[operation]
            for kind in ("p3-88", "p3-94"):
                found = self.codes(kind, code, arguments, context=context)
                self.same(f"errors of {operation} on {kind}", cells["mstored"], found)
            beyond = (cells["mstored"] | cells["distress"]) - provocations.P3_STANDARD[operation]
            self.same(f"errors of {operation} beyond its list", [], beyond)

    def errors(self):
        """Names and numbers as the sources have them, and who answers with them as the tables by operation say."""
        header = (self.root / "asn1-modules/values/include/x400/asn1/ms/codes.hpp").read_text()
        constants = re.findall(r"(\w+) = (\d+)[,;]", header[header.index("namespace error_code"):])
        rows = self.document.rows("Errors")
        known = {(int(code), name.replace("_", "-")) for name, code in constants}
        self.same("errors", {(int(r[0]), r[1]) for r in rows}, known)
        p7 = self.error_rows("Errors of P7, by operation", self.P7_COLUMNS)
        p3 = self.error_rows("Errors of P3, by operation", self.P3_COLUMNS)
        found = set()
        for row in rows:
            code, who = int(row[0]), []
            for edition in ("88", "94"):
                cells = [c for (_, e), c in p7.items() if e == edition]
                own = any(code in c["mstored"] | c["distress"] for c in cells)
                who.append("mstored" if own else "the MTA" if any(code in c["MTA"] for c in cells) else "-")
            who.append("mstored" if any(code in c["mstored"] | c["distress"] for c in p3.values()) else "-")
            found.add((code, *who))
        self.same("who answers with an error", {(int(r[0]), *r[2:5]) for r in rows}, found)

    # ---- extensions of envelopes

    def extensions(self):
        rows = self.document.rows("Extensions of envelopes")
        known = self.known_extensions()
        numbered = [r for r in rows if r[0].isdigit()]
        self.same("extensions", {(int(r[0]), r[1], r[2]) for r in numbered}, known)
        tables = self.extension_attributes()
        for at, table in ((4, "submission"), (5, "delivery"), (6, "report")):
            said = {(int(r[0]), r[at].partition(": ")[2]) for r in numbered if ": " in r[at]}
            self.same(f"attributes of extensions of a {table}", said, tables[table])

    def known_extensions(self):
        source = (self.root / "asn1-modules/values/src/mts/extension.cpp").read_text()
        array = source[source.index("known = {{"):source.index("}};")]
        entries = re.findall(r'\{"([^"]*)"(?:, Critical::(\w+))?\}', array)
        return {(n, name, critical or "-") for n, (name, critical) in enumerate(entries) if n}

    def extension_attributes(self):
        names = dict(re.findall(r'X400_ATTRIBUTE\(general, \d+, (\w+), "([^"]+)"',
                                (self.root / "asn1-modules/values/include/x400/asn1/attributes_general.def").read_text()))
        source = (self.root / "libmstore/src/service/envelope_tables.cpp").read_text()
        out = {}
        for table in ("submission", "delivery", "report"):
            rows = source[source.index(f"{table}_extension_rows()"):]
            rows = rows[:rows.index("return rows")]
            out[table] = {(int(n), names[name]) for n, name in re.findall(r"\{(\d+), &a::(\w+)", rows)}
        return out

    def extensions_asked(self):
        """Each extension, critical for all, in a submission, a delivery and a report."""
        rows = {r[0]: r for r in self.document.rows("Extensions of envelopes")}
        found = {}
        users, mtas = self.peer("p7-94", "cn()", OTHER), self.peer("p3-94", "cn()", OTHER)
        for name in rows:
            kind = {"above 46": "80012f", "private": "83{2a03}"}.get(name) or f"8001{int(name):02x}"
            value = provocations.VALUES.get(int(name) if name.isdigit() else 0, "0500")
            extension = f"30{{{kind} 810205e0 a2{{{value}}}}}"
            history = "" if name == "30" else provocations.HISTORY
            found[name] = (self.submitted(users, extension),
                           self.ask(mtas, 5, f"delivery(otherend=a9{{{extension}}})"),
                           self.ask(mtas, 6, f"report(more=a1{{{history} {extension}}})"))
        for name, answers in found.items():
            for at, answer in zip((4, 5, 6), answers):
                said = {"kept": "result", "kept, 13 if critical": "error code=13", "passed on": "passed on",
                        "resolved here": "error code=11"}[rows[name][at].partition(": ")[0]]
                if not answer.startswith(said) and ("extension", name, at) not in NOT_YET:
                    self.faults.append(f"extension {name}: the document says {rows[name][at]!r}, mstored {answer}")
        users[0].close()
        self.kept(mtas)
        mtas[0].close()

    def submitted(self, users, extension):
        got = []
        self.mta.answer = lambda o, argument: (got.append(argument), results(o, argument))[1]
        answer = self.ask(users, 3, f"submission(more=a2{{{extension}}})")
        self.mta.answer = results
        return "passed on" if got and ber.dump(users[1].octets(extension)) in got[0] else answer

    def kept(self, mtas):
        """All extensions in one envelope, which is fetched as it came."""
        every = [f"30{{8001{n:02x} a2{{{provocations.VALUES.get(n, '0500')}}}}}" for n in range(1, 47)]
        mtas[1].variables["user"] = b"kept"
        answer = self.ask(mtas, 5, f"delivery(otherend=a9{{{' '.join(every)}}})")
        user = self.peer("p7-94", "cn()", "kept")
        envelope = self.ask(user, 22, "fetch(1, attributes=attrs(18))")
        user[0].close()
        for text in every:
            if ber.dump(mtas[1].octets(text)) not in envelope:
                self.faults.append(f"an extension is not kept: {text}: {answer}")

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
        for row in self.document.rows("Layers"):
            if row[-1] not in known:
                self.faults.append(f"{row[0]}: no case {row[-1]!r}")
        for heading in ("Parameters of P7", "Parameters of P3"):
            for row in self.document.rows(heading):
                self.shown(row, row[2:-1], [known.get(name) or name for name in row[-1].split("; ")])
        for row in self.document.rows("Choices"):
            for name in row[-1].split("; "):
                if name not in known and name not in self.unit_tests and (row[0], row[1]) not in NOT_YET:
                    self.faults.append(f"{row[0]}, {row[1]}: no case {name!r}")
        for row in self.document.rows("Refusals"):
            case = known.get(row[3])
            if case is None:
                self.faults.append(f"{row[1]}: no case {row[3]!r}")
                continue
            expected = [squeezed(t) for _, word, t in case.steps if word == "expect" and len(compose.split(t, "|")) == 1]
            if not any(squeezed(row[2]) in e for e in expected):
                self.faults.append(f"{row[1]}: case {row[3]!r} does not expect {row[2]!r} and that alone")

    def shown(self, row, cells, shown_by):
        """Whether the cases of a line expect what its cells say, of 88 and 94 or of both."""
        what, silent = f"{row[0]}, {row[1]}", all(re.match("never|-$", cell) for cell in cells)
        for case in shown_by:
            if isinstance(case, str):
                if case not in self.unit_tests and (case != "-" or not (silent or (row[0], row[1]) in NOT_YET)):
                    self.faults.append(f"{what}: no case {case!r}")
                continue
            status = cells[0] if len(cells) == 1 or case.use.startswith("p7-88") else cells[1]
            expected = [t for _, word, t in case.steps if word == "expect" and len(compose.split(t, "|")) == 1]
            if not any(re.search(expectation(status), e) for e in expected):
                self.faults.append(f"{what}: case {case.name!r} does not expect {status!r} and that alone")

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
        wrong = {"Layers": unproved, "Parameters of P7": unproved, "Parameters of P3": unproved, "Choices": unproved,
                 "Refusals": unproved, "Message Store": [["message groups", "1"]],
                 "Extensions of envelopes": [["47", "none", "-", "-", "passed on", "kept", "kept"]],
                 "Errors of P7, by operation": [["change-credentials", "94", "5, 6, 33", "-", "-", "-"]],
                 "Errors of P3, by operation": [["change-credentials", "5", "-", "-"]],
                 }.get(heading, [])
        kept = [r for r in rows if r[1] != "list"] if heading == "Operations" else rows[:-1]
        self.faults, self.document.tables[heading] = [], kept + wrong
        check()
        if not self.faults:
            true.append(f"{heading}: a wrong line is not found")
        self.faults, self.document.tables[heading] = true, rows

    def all(self):
        for heading, check in (("Layers", self.cases), ("Parameters of P7", self.cases), ("Parameters of P3", self.cases),
                               ("Choices", self.cases), ("Refusals", self.cases), ("Errors", self.errors),
                               ("Extensions of envelopes", self.extensions), ("Limits", self.limits),
                               ("Operations", self.names)):
            self.checked(heading, check)
        with tempfile.TemporaryDirectory() as folder:
            self.folder, self.mta = pathlib.Path(folder), mta.Mta()
            self.mta.answer = results
            users = [USER, OTHER, "lonely", "kept"]
            self.store = store.Store(self.mstored, self.folder / "store", self.mta.port, users, "")
            for heading, check in (("Application contexts", self.contexts), ("Operations", self.operations),
                                   ("Message Store", self.abilities), ("Matching rules", self.abilities),
                                   ("Attributes", self.abilities)):
                self.checked(heading, check)
            self.attribute_uses()
            self.one_entry()
            for heading, check in (("Errors of P7, by operation", self.p7_errors),
                                   ("Errors of P3, by operation", self.p3_errors)):
                self.checked(heading, check)
            self.extensions_asked()
            self.initiators()
            for program in (self.store, self.old):
                if program is not None and program.stop() != 0:
                    self.faults.append("mstored did not end orderly")
        return self.faults


def numbers(cell):
    return set() if cell == "-" else {int(n) for n in cell.split(", ")}


def results(operation, _):
    """What an MTA answers that takes all."""
    value = {3: "submitted()", 4: "submitted()"}.get(operation, "0500")
    return f"result({operation}, {value}, id=$id)"


def expectation(status):
    """A pattern of what a case expects that shows a status."""
    if told := re.match(r"bind-error (\d+)", status):
        return rf"bind-error .*\{{{int(told.group(1)):02x}\}}"
    if told := re.match(r"error (\d+)", status):
        return rf"code={told.group(1)}( |$)"
    if re.match("reject|-$", status):
        return r"reject \S+ 1/|AARE 1 user 1$"
    return r"result|\bAC\b|invoke|\bCN\b"


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
