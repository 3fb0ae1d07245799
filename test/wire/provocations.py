"""What mstored is asked so that it answers with an error: each operation of P7 and P3 with all that may be wrong in it."""

# An extension of the Message Store, and one of an envelope, that nobody knows.
UNKNOWN = "30{28{06022a03 a0{0500}}}"
REVERSED = "a1{a0{30{a0{020105} a1{020102}}}}"
TWO_INITIALS = 'a2{sub(2.6.1.7.4, a0{14{"A"}} a0{14{"B"}})}'
NO_SUCH_RULE = "a2{eq(6, 020100)}"


def of_selector(extensions, selection=""):
    """Arguments of Summarize, List, Fetch or Delete that are wrong in what all of them have; `extensions`: their tag."""
    for selector in (REVERSED, TWO_INITIALS, NO_SUCH_RULE):
        yield f"31{{a1{{31{{{selector}}}}} {selection}}}"
    yield f"31{{a0{{020163}} a1{{31{{}}}} {selection}}}"
    yield f"31{{a1{{31{{}}}} {selection} {extensions}{{{UNKNOWN}}}}}"


def submissions(probe):
    """Wrong submissions: of another, with a forwarding request for nothing, with options that are not served."""
    recipients = f"{'a3' if probe else 'a1'}{{31{{or(\"Other\") 80020308}}}}"

    def argument(originator="$me", more="", options=""):
        if probe:
            return f"31{{{originator} 460116 {more} {recipients} {options}}}"
        return f"30{{31{{{originator} 460116 {more} {recipients}}} 04{{ipm()}} {options}}}"

    yield argument('or("somebody")')
    yield argument(more="a2{30{800124 a2{020163}}}")
    yield argument(options="a4{31{a0{020105}}}")
    yield argument(options='a4{31{a2{31{30{1b{"A"}}}}}}')
    yield argument(options=f"a4{{31{{a3{{{UNKNOWN}}}}}}}")


# By the name of the operation: its code and arguments. The mailbox holds entry 1, new, with its child 2.
ARGUMENTS = {
    "summarize": (20, ["31{a1{31{}} a2{30{06022a03}}}", *of_selector("a3")]),
    "list": (21, ["list(attributes=attrs(1))", *of_selector("a4", "a3{31{}}")]),
    "fetch": (22, ["fetch(99)", "fetch(1, attributes=attrs(1))", "31{a2{020101} a3{31{31{06022a03}}}}",
                   *of_selector("a4", "a3{31{}}")]),
    "delete": (23, ["31{a2{31{020163}}}", "31{a2{31{020101}}}", "31{a2{31{020102}}}", *of_selector("a3")]),
    "register-MS": (24, [
        "31{a3{31{06022a03}}}", "31{a0{31{30{06022a03 a0{020101} a1{0500}}}}}", "31{a5{31{31{06022a03}}}}",
        "31{a0{31{30{oid(2.6.4.4.1) a0{02020081} a1{31{}}}}}}", '31{a8{30{a0{31{a0{30{1b{"A"}}}}}}}}',
        f"31{{aa{{{UNKNOWN}}}}}", '31{a7{31{a2{31{30{1b{"A"}}}}}}}',
        '31{a4{30{a0{16{"wrong"}} a1{16{"new"}}}}}', "31{a4{30{a0{16{$pw}} a1{1600}}}}"]),
    "message-submission": (3, list(submissions(False))),
    "probe-submission": (4, list(submissions(True))),
    "cancel-deferred-delivery": (7, []),
    "register": (1, []),
    "change-credentials": (8, ['31{a0{16{"wrong"}} a1{16{"new"}}}', "31{a0{16{$pw}} a1{1600}}"]),
}

# What is right, and passed on to the MTA.
RIGHT = {"message-submission": "submission()", "probe-submission": "probe()", "cancel-deferred-delivery": 'mts_id("m-1")',
         "register": "31{}"}

# The errors that the ASN.1 of X.413 and X.411 lists for each operation: in 88, and what 94 adds.
RETRIEVAL = {21, 25, 26, 27, 29}
SUBMISSION = {1, 2, 3, 4, 11, 12, 13, 15}
STANDARD = {
    "summarize": (RETRIEVAL, {31, 34}),
    "list": (RETRIEVAL, {31, 34}),
    "fetch": (RETRIEVAL | {24, 28}, {31, 34}),
    "delete": ({23, 25, 26, 27, 28, 29}, {31, 34}),
    "register-MS": ({5, 6, 21, 22, 26, 27, 29}, {30, 31, 32}),
    "message-submission": (SUBMISSION, {27, 30, 31, 34}),
    "probe-submission": (SUBMISSION, {27, 30, 31, 34}),
    "cancel-deferred-delivery": ({7, 8, 15}, set()),
    "register": ({10}, {12, 15, 16}),
    "change-credentials": ({5, 6, 12, 15}, set()),
}

# What an MTA can answer with (15 is a store's own).
OF_THE_MTA = {"message-submission": SUBMISSION - {15}, "probe-submission": SUBMISSION - {15},
              "cancel-deferred-delivery": {7, 8}, "register": {10, 12, 16}}

# P3: operations of an MTA, each with what may be wrong in it: (operation, context, argument).
HISTORY = '30{80011e a2{30{30{$me 17{"260301115900Z"}}}}}'
CRITICAL = "30{83{2a03} 81020520 a2{0500}}"
P3_ARGUMENTS = {
    "message-delivery": (5, 3, ['delivery(to=or("nobody", tag=a4))', f"delivery(otherend=a9{{{CRITICAL}}})"]),
    "report-delivery": (6, 3, ["report()", f"report(more=a1{{{HISTORY} {CRITICAL}}})"]),
    "submission-control": (2, 5, ["31{}", "31{a5{31{31{06022a03}}}}", "31{820100}"]),
    "change-credentials": (8, 7, ['31{a0{16{"mta-pw"}} a1{16{"new"}}}']),
}

P3_STANDARD = {"message-delivery": {1, 12, 13}, "report-delivery": {1, 12, 13}, "submission-control": {12, 15},
               "change-credentials": {5, 6, 12, 15}}

# A value that each extension of an envelope can have where it is taken apart; the others are NULL here.
VALUES = {20: "31{}", 22: "0a0101", 25: "30{}", 26: "30{}", 30: '30{30{$me 17{"260301115900Z"}}}', 31: 'or("List")',
          37: "30{}", 38: "30{}", 42: "31{}"}
