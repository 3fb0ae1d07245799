#!/usr/bin/env python3
"""Runs cases of test/wire/cases against the real programs.

Usage: run.py --mstored PROGRAM --p7 PROGRAM [--only TEXT] [--verbose] FILE...

Each case tells what is sent to mstored, or to a program of ours as initiator, octet by octet, and what must come
back. Behind each case a normal user agent binds, lists and releases, and one that is bound all the time lists.
"""
import argparse
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time

import ber
import cases
import compose
import peer
import services
import store


def pattern(text, composer):
    """A pattern of answers as regular expression: blanks do not count, * is anything, | parts alternatives."""
    out = []
    for alternative in compose.split(text, "|"):
        alternative = re.sub(r'"([^"]*)"', lambda m: m.group(1).encode().hex(), alternative)
        alternative = re.sub(r"\$([a-z_0-9]+)", lambda m: composer.variables[m.group(1)].hex(), alternative)
        squeezed = re.sub(r"\s+", "", alternative)
        out.append(".*".join(re.escape(part) for part in squeezed.split("*")))
    return re.compile("|".join(f"(?:{o})" for o in out) + r"\Z")


class Run:
    """One case, once."""

    def __init__(self, suite, case, user, variant):
        self.suite, self.case = suite, case
        self.variables = {"me": services.or_name(user), "user": user.encode(), "pw": b"pw"}
        if case.use.startswith("p3"):
            self.variables["pw"] = b"mta-pw"
        if variant:
            self.variables[variant[0]] = variant[1]
        self.user, self.named = user, {}
        self.composer = compose.Composer(case.use, self.variables)
        self.mta_composer = compose.Composer(suite.file.mta_kind, self.variables)
        self.program = None

    def go(self):
        try:
            if self.case.given != "nothing":
                self.connect("main", self.case.given)
            for number, word, text in self.case.steps:
                self.line = number
                getattr(self, "do_" + word.replace("-", "_"))(text)
        finally:
            for connection in self.named.values():
                connection.close()
            if self.program and self.program.poll() is None:
                self.program.kill()
                self.program.wait()

    def connect(self, name, phase):
        port = self.suite.store.p3 if self.case.use.startswith("p3") else self.suite.store.p7
        self.named[name] = connection = peer.Connection.to(port, self.variables)
        for given, text, wanted in (("transport", "cr()", "CC"), ("bound", "cn()", "AC")):
            if phase == "tcp":
                return
            connection.send(self.composer.octets(text))
            got = connection.answer()
            if not got.startswith(wanted):
                raise AssertionError(f"to get {name} {given}: {got}")
            if phase == given:
                return
        raise compose.Fault(f"given {phase}?")

    def connection(self, text):
        """Of `NAME: rest`, or the main one; who speaks on it; rest."""
        named = re.match(r"([a-z0-9]+): ", text)
        name = named.group(1) if named and named.group(1) in self.named else "main"
        composer = self.mta_composer if name == "mta" else self.composer
        return self.named[name], composer, text[named.end():] if name != "main" else text

    def do_connect(self, text):
        name, _, phase = text.partition(" ")
        self.connect(name, phase)

    def do_send(self, text):
        """send [NAME:] [COUNT x] [by N] EXPRESSION"""
        connection, composer, text = self.connection(text)
        count = re.match(r"(\d+) x ", text)
        text = text[count.end():] if count else text
        by = re.match(r"by (\d+) ", text)
        text = text[by.end():] if by else text
        octets = composer.octets(text) * int(count.group(1) if count else 1)
        connection.send(octets, int(by.group(1)) if by else 0)

    def do_expect(self, text):
        connection, composer, text = self.connection(text)
        got = connection.answer()
        if not pattern(text, self.composer).match(re.sub(r"\s+", "", got)):
            raise AssertionError(f"got {got!r}, not {text}")

    def do_let(self, text):
        name, _, expression = text.partition(" = ")
        self.variables[name.strip()] = self.composer.octets(expression)

    def do_close(self, text):
        self.named[text or "main"].close()

    def do_finish(self, text):
        self.named[text or "main"].finish()

    def do_dts_at_most(self, text):
        largest = self.named["main"].largest
        if not 3 < largest <= int(text):
            raise AssertionError(f"the largest DT has {largest} octets")

    def do_logs(self, text):
        self.suite.store.line_with(text)

    def do_deliver(self, text):
        """deliver EXPRESSION: of the argument of a message-delivery, by a normal MTA on an association of its own."""
        self.suite.mta().deliver(self.composer.octets(text))

    def do_submit(self, text):
        """submit EXPRESSION: the user binds, if it has not yet, and submits: connection `user`."""
        if "user" not in self.named:
            self.connect("user", "bound")
        self.named["user"].send(self.composer.octets(f"ask(3, {text})"))

    def do_accept(self, text):
        """accept NAME [transport | bound [AC]]: the next connection that a program of ours makes to us."""
        name, _, phase = text.partition(" ")
        composer = self.mta_composer if name == "mta" else self.composer
        connection = peer.Connection(self.suite.listener.accept()[0], self.variables)
        self.named[name] = self.named.setdefault("main", connection) if self.program else connection
        for given, wanted, text in (("transport", "CR", "cc()"), ("bound", "CN", phase.partition(" ")[2] or "ac()")):
            if not phase:
                return
            got = connection.answer()
            if not got.startswith(wanted):
                raise AssertionError(f"{name} as {given}: {got}")
            connection.send(composer.octets(text))
            if phase.split(" ")[0] == given:
                return

    def do_run(self, text):
        """run ARGUMENTS: the program p7 against us."""
        password = self.suite.store.folder / "secrets" / "p7"
        self.program = subprocess.Popen(
            [self.suite.p7, "--store", f"127.0.0.1:{self.suite.mta_port}", "--user", "C=XX;ADMD=TEST;O=Org;S=x",
             "--password-file", str(password)] + text.split(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True)

    def do_exit(self, text):
        self.output, _ = self.program.communicate(timeout=peer.PATIENCE)
        if str(self.program.returncode) not in text.split(" | "):
            raise AssertionError(f"p7 ended with {self.program.returncode}:\n{self.output}")

    def do_says(self, text):
        if text not in self.output:
            raise AssertionError(f"p7 did not say {text!r} but:\n{self.output}")


class Suite:
    def __init__(self, options, file):
        self.file, self.p7 = file, options.p7
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=16)
        self.listener.settimeout(peer.PATIENCE)
        self.mta_port = self.listener.getsockname()[1]
        self.folder = tempfile.TemporaryDirectory(prefix="wire-")
        users = [f"u{i:03}" for i in range(len(file.cases))]
        self.users = dict(zip((c.name for c in file.cases), users))
        self.store = store.Store(options.mstored, pathlib.Path(self.folder.name) / "store", self.mta_port, users,
                                 "\n".join(file.config), file.selectors, file.mta)
        self.held = self.client("held")
        self.delivering = None

    def client(self, user, kind="p7-94"):
        return peer.Client(self.store.p7, kind, {"me": services.or_name(user), "pw": b"pw"})

    def mta(self):
        if self.delivering is None:
            self.delivering = peer.Client(self.store.p3, "p3-94", {"me": b"", "pw": b"mta-pw"})
        return self.delivering

    def do(self, case):
        user = case.user or self.users[case.name]
        self.store.forget_lines()
        known = compose.Composer(case.use, Run(self, case, user, None).variables)
        done = 0
        for variant in cases.variants(case, known):
            run = Run(self, case, user, variant)
            try:
                run.go()
            except Exception as fault:
                what = f" with ${variant[0]} = {variant[1].hex()}" if variant else ""
                line = getattr(run, "line", case.line)
                raise AssertionError(f"{case.file}:{line}: {case.name}{what}\n  {fault}") from fault
            done += 1
        self.held.list()
        normal = self.client("normal")
        normal.list()
        normal.leave()
        return done

    def end(self):
        if self.delivering:
            self.delivering.leave()
        self.held.leave()
        status = self.store.stop()
        self.folder.cleanup()
        if status != 0:
            raise AssertionError(f"mstored ended with {status}:\n" + "".join(self.store.log[-60:]))


def run_file(options, path):
    file = cases.File(path)
    chosen = [c for c in file.cases if options.only in c.name]
    if not chosen:
        return 0, []
    suite = Suite(options, file)
    failures, done = [], 0
    for case in chosen:
        began = time.monotonic()
        try:
            done += suite.do(case)
        except AssertionError as fault:
            failures.append(str(fault))
            if options.verbose:
                failures[-1] += "\n  log: " + "  ".join(suite.store.log[-4:])
            if suite.store.process.poll() is not None:
                failures.append("mstored has ended:\n" + "".join(suite.store.log[-60:]))
                return done, failures
        if options.verbose:
            print(f"{time.monotonic() - began:6.2f} s  {case.name}", file=sys.stderr)
    try:
        suite.end()
    except AssertionError as fault:
        failures.append(str(fault))
    return done, failures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mstored", required=True)
    parser.add_argument("--p7", required=True)
    parser.add_argument("--only", default="", help="cases whose names contain this")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("files", nargs="+")
    options = parser.parse_args()
    failed = total = 0
    for path in options.files:
        done, failures = run_file(options, path)
        total += done
        failed += len(failures)
        for failure in failures:
            print("FAILED " + failure)
    print(f"{total} runs, {failed} failures")
    # What runs nothing proves nothing.
    return 1 if failed or total == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
