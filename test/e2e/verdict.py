#!/usr/bin/env python3
"""Lets tshark judge recorded associations: no malformed, unknown or undecoded PDU.

Usage: verdict.py FILE.pcap... Prints each fault; exits 1 if there is one, or if nothing was decoded.

tshark knows P7 under the abstract syntaxes of 1988 only; those of 1994 have the same encoded length and are
renamed in a copy. What it cannot see: wrong values, doubled SET members, size bounds, SET order.

Over RTSE it decodes what is on the submission port; of the others it puts the activities together, checks EXTERNAL
and BER, and goes no further. It knows RTSE with P3 only: for P7 the abstract syntax is renamed to that of P3, and
the binds, which then look like those of P3, are not judged. Their values are the same as without RTSE.
"""
import os
import re
import subprocess
import sys
import tempfile

RENAMED = {17: 9, 15: 5, 13: 5, 16: 5}  # last arc of 2.6.0.2.x
MS_RTSE, MTS_RTSE = (bytes((6, 4, 0x56, 0, 2, arc)) for arc in (10, 8))
# Limits of the dissectors, not faults of ours.
ALLOWED = [
    r"Dissector for OID not implemented",         # contents and extensions of other standards
    r"Dissector for OID .* not implemented",
    r"lies beyond the end of the known sequence", # auto-action registration parameters are opaque to it
    r"Unknown Content \(unknown built-in content-type\)",  # EDI messages (35) have no dissector
    r"Disconnect Request",                        # every COTP DR is a note
    r"Connection (reset|finish|establish)", r"ACKed segment that wasn't captured",
    r"Previous segment\(s\) not captured", r"TCP window", r"This frame is a \(suspected\)",
]


def renamed(octets):
    for old, new in RENAMED.items():
        octets = octets.replace(bytes((6, 4, 0x56, 0, 2, old)), bytes((6, 4, 0x56, 0, 2, new)))
    return octets


def tshark(name, *arguments):
    run = subprocess.run(["tshark", "-r", name, "-d", "tcp.port==102,tpkt", "-o", "ber.warn_too_many_bytes:TRUE",
                          *arguments], capture_output=True, text=True, check=True)
    return [line for line in run.stdout.splitlines() if line.strip()]


def judge(name, judge_binds):
    faults = []
    wanted = "_ws.expert.severity >= 6291456" + ("" if judge_binds else " && !acse")
    for line in tshark(name, "-Y", wanted, "-T", "fields", "-e", "frame.number", "-e",
                       "_ws.col.Info", "-e", "_ws.expert.message"):
        number, info, messages = (line.split("\t") + ["", ""])[:3]
        for message in re.split(r",(?=[A-Z])", messages):
            if message and not any(re.search(a, message) for a in ALLOWED):
                faults.append(f"frame {number}: {message} ({info})")
    # An operation that no dissector took would only be a note: say which frames have ROSE and nothing in it.
    for line in tshark(name, "-Y", "ros && !p7 && !p3 && !ros.reject_element", "-T", "fields", "-e", "frame.number",
                       "-e", "_ws.col.Info"):
        faults.append(f"frame {line}: not decoded as P7 or P3")
    decoded = len(tshark(name, "-Y", "p7 || p3 || rtse"))
    return faults, decoded


def main():
    bad = 0
    for path in sys.argv[1:]:
        with open(path, "rb") as f:
            octets = renamed(f.read())
        p7_over_rtse = MS_RTSE in octets
        with tempfile.NamedTemporaryFile(suffix=".pcap", delete=False) as copy:
            copy.write(octets.replace(MS_RTSE, MTS_RTSE))
        try:
            faults, decoded = judge(copy.name, not p7_over_rtse)
        finally:
            os.unlink(copy.name)
        print(f"{os.path.basename(path)}: {decoded} frames decoded as P7, P3 or RTSE, {len(faults)} faults")
        for fault in faults[:40]:
            print("  " + fault)
        if faults or decoded == 0:
            bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
