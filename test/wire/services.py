"""Values of the MTS and MS abstract services and of contents for the language of cases."""
import hashlib
import os
import time

import ber


def or_name(surname, tag=b"\x60"):
    """ORName of C=XX;ADMD=TEST;O=Org;S=surname."""
    body = ber.tlv(b"\x61", ber.tlv(b"\x13", b"XX")) + ber.tlv(b"\x62", ber.tlv(b"\x13", b"TEST"))
    body += ber.tlv(b"\x83", b"Org") + ber.tlv(b"\xa5", ber.tlv(b"\x80", surname.encode()))
    return ber.tlv(tag, ber.tlv(b"\x30", body))


def identifier(local):
    """MTSIdentifier of XX/TEST."""
    domain = ber.tlv(b"\x61", ber.tlv(b"\x13", b"XX")) + ber.tlv(b"\x62", ber.tlv(b"\x13", b"TEST"))
    return ber.tlv(b"\x64", ber.tlv(b"\x63", domain) + ber.tlv(b"\x16", local))


class Services:
    made = 0
    # Of this moment; seeds of the fuzz targets have others, to be the same each time.
    clock, random = staticmethod(time.time), staticmethod(os.urandom)

    def make_or(self, a):
        """or("surname", tag=60)"""
        return or_name(a.octets(0).decode(), a.octets("tag", b"\x60"))

    def make_mts_id(self, a):
        return identifier(a.octets(0))

    # ---- contents

    def make_ipm(self, a):
        """ipm(subject=, heading=more fields, body=): a P22 message."""
        heading = a.octets("id", bytes.fromhex("6b03130131"))
        if a.text("subject") is not None:
            heading += ber.tlv(b"\xa8", ber.tlv(b"\x14", a.octets("subject")))
        heading += a.octets("heading")
        body = a.octets("body", bytes.fromhex("a006 3100 16024869".replace(" ", "")))
        return ber.tlv(b"\xa0", ber.tlv(b"\x31", heading) + ber.tlv(b"\x30", body))

    # ---- credentials

    def make_protected(self, a):
        """protected(password=, form=ia5|octets, time=seconds from now, random=, hash=, algorithm=, drop=, answers=, more=):
        [1] of X.411's ProtectedPassword: a hash over SET { password, time1 [0], random1 [2] } and what it was made of.
        drop: time or random, left out of both. answers: time, random or both, in both as time2 [1] and random2 [3]."""
        at = time.gmtime(self.clock() + a.number("time", 0))
        written = time.strftime("%y%m%d%H%M%SZ", at).encode()
        members = b"" if a.text("drop") == "time" else ber.tlv(b"\x80", written)
        if a.text("answers") in ("time", "both"):
            members += ber.tlv(b"\x81", written)
        if a.text("drop") != "random":
            members += ber.tlv(b"\x82", b"\0" + a.octets("random", self.random(16)))
        if a.text("answers") in ("random", "both"):
            members += ber.tlv(b"\x83", b"\0" + self.random(16))
        password = a.octets("password", self.variables["pw"])
        form = b"\x04" if a.text("form") == "octets" else b"\x16"
        hashed = hashlib.new(a.text("hash", "sha256"), ber.tlv(b"\x31", ber.tlv(form, password) + members)).digest()
        name = ber.oid(a.text("algorithm", "2.16.840.1.101.3.4.2.1")) + b"\x05\0"
        signature = ber.tlv(b"\x30", ber.tlv(b"\x30", name) + ber.tlv(b"\x03", b"\0" + hashed))
        return ber.tlv(b"\xa1", signature + members + a.octets("more"))

    # ---- P3

    def other_fields(self, a):
        fields = a.octets("type", bytes.fromhex("800116"))
        fields += a.octets("originator", or_name("Origin"))
        fields += a.octets("othermore")
        fields += a.octets("to", or_name(self.variables["user"].decode(), b"\xa4"))
        fields += a.octets("submitted", ber.tlv(b"\x87", b"260301115900Z"))
        return ber.tlv(b"\x31", fields + a.octets("otherend"))

    def make_delivery(self, a):
        """delivery(id=, time=, othermore=, content=): argument of message-delivery to the case's user."""
        Services.made += 1
        fields = a.octets("id", identifier(b"wire-%d" % Services.made))
        fields += a.octets("time", ber.tlv(b"\x17", b"260301120000Z"))
        fields += a.octets("other") if a.text("other") is not None else self.other_fields(a)
        content = a.octets("content") if a.text("content") is not None else ber.tlv(b"\x04", self.make_ipm(a))
        return ber.tlv(b"\x30", fields + content + a.octets("end"))

    def make_report(self, a):
        """report(subject=, recipients=, more=): argument of report-delivery."""
        subject = a.octets("subject", identifier(b"unknown"))
        one = ber.tlv(b"\x31", or_name("Other", b"\xa0") +
                      ber.tlv(b"\xa1", a.octets("outcome", ber.tlv(b"\xa0", ber.tlv(b"\x80", b"260301120500Z")))))
        recipients = ber.tlv(b"\x30", a.octets("recipients", one))
        return ber.tlv(b"\x31", subject + a.octets("more") + recipients)

    def make_submission(self, a):
        """submission(originator=, recipients=, more=, content=): argument of message-submission."""
        recipient = ber.tlv(b"\x31", or_name("Other") + bytes.fromhex("80020308"))
        fields = a.octets("originator", self.variables["me"]) + a.octets("type", bytes.fromhex("460116"))
        fields += a.octets("more") + ber.tlv(b"\xa1", a.octets("recipients", recipient))
        content = a.octets("content") if a.text("content") is not None else ber.tlv(b"\x04", self.make_ipm(a))
        return ber.tlv(b"\x30", a.octets("envelope", ber.tlv(b"\x31", fields)) + content)

    def make_probe(self, a):
        recipient = ber.tlv(b"\x31", or_name("Other") + bytes.fromhex("80020308"))
        fields = a.octets("originator", self.variables["me"]) + bytes.fromhex("460116")
        return ber.tlv(b"\x31", fields + a.octets("more") + ber.tlv(b"\xa3", a.octets("recipients", recipient)))

    def make_submitted(self, a):
        """submitted(id=): result of message-submission."""
        time = ber.tlv(b"\x80", b"260301115900Z")
        return ber.tlv(b"\x31", identifier(a.octets("id", b"mta-1")) + time + a.octets("more"))

    # ---- P7

    def make_attr(self, a):
        """attr(n): the general attribute type 2.6.4.3.n; or with a whole object identifier."""
        text = a.text(0)
        return ber.oid(text if "." in text else "2.6.4.3." + text)

    def make_attrs(self, a):
        """attrs(n, n, ...): members of an EntryInformationSelection."""
        return b"".join(ber.tlv(b"\x31", ber.oid(t if "." in t else "2.6.4.3." + t)) for t in a.positional)

    def item(self, kind, content):
        return ber.tlv(b"\xa0", ber.tlv(bytes([0xA0 | kind]), content))

    def make_eq(self, a):
        """eq(n, value): the filter item equality; kind= another one with an assertion."""
        return self.item(a.number("kind", 0), ber.tlv(b"\x30", self.make_attr(a) + a.octets(1)))

    def make_sub(self, a):
        """sub(n, strings): the filter item substrings."""
        return self.item(1, ber.tlv(b"\x30", self.make_attr(a) + ber.tlv(b"\x30", a.octets(1))))

    def make_present(self, a):
        return self.item(4, self.make_attr(a))

    def make_range(self, a):
        """range(from, to): a range of numbers; either may be left empty."""
        ends = b"".join(ber.tlv(bytes([0xA0 + i]), ber.integer(a.number(i))) for i in (0, 1) if a.text(i))
        return ber.tlv(b"\xa1", ber.tlv(b"\xa0", ber.tlv(b"\x30", ends)))

    def make_fetch(self, a):
        """fetch(number, attributes=): FetchArgument, precise."""
        return ber.tlv(b"\x31", ber.tlv(b"\xa2", ber.integer(a.number(0))) +
                       ber.tlv(b"\xa3", ber.tlv(b"\x31", a.octets("attributes"))))

    def make_list(self, a):
        """list(filter=, range=, limit=, child=, attributes=none|types, class=): ListArgument; no attributes asked for."""
        selector = a.octets("child") + a.octets("range")
        if a.text("filter") is not None:
            selector += ber.tlv(b"\xa2", a.octets("filter"))
        if a.text("limit") is not None:
            selector += ber.tlv(b"\xa3", ber.integer(a.number("limit")))
        attributes = b"" if a.text("attributes") == "none" else ber.tlv(b"\xa3", ber.tlv(b"\x31", a.octets("attributes")))
        first = ber.tlv(b"\xa0", ber.integer(a.number("class"))) if a.text("class") is not None else b""
        return ber.tlv(b"\x31", first + ber.tlv(b"\xa1", ber.tlv(b"\x31", selector)) + attributes)
