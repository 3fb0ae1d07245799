"""Octets of the layers for the language of cases: each function's result is right but for what its arguments change."""
import ber


def params(code, value):
    """A session parameter or SPDU: code, length, value."""
    n = len(value)
    return bytes([code]) + (bytes([n]) if n < 255 else b"\xff" + n.to_bytes(2, "big")) + value


def tpkt(tpdu, version=3, size=None):
    return bytes([version, 0]) + (len(tpdu) + 4 if size is None else size).to_bytes(2, "big") + tpdu


def tsdu(octets, piece=8189):
    out, rest = b"", octets
    while len(rest) > piece:
        out += tpkt(b"\x02\xf0\x00" + rest[:piece])
        rest = rest[piece:]
    return out + tpkt(b"\x02\xf0\x80" + rest)


# Application context: its last arc, syntaxes by last arcs of contexts 1 (bind, RTSE), 3, 5, 7; functional units.
KINDS = {
    "p7-94": (11, (17, 15, 13, 16), "0002"), "p7-88": (4, (9, 5, 1, 6), "0002"),
    "p7-94-rtse": (12, (10, 15, 13, 16), "0249"), "p7-88-rtse": (5, (10, 5, 1, 6), "0249"),
    "p3-94": (8, (11, 14, 1, 16), "0002"), "p3-88": (1, (11, 2, 1, 6), "0002"),
    "mts-94": (7, (11, 1, 14, 16), "0002"), "mts-94-rtse": (9, (8, 1, 14, 16), "0249"),
    "p3-94-rtse": (10, (8, 14, 1, 16), "0249"), "p3-88-rtse": (3, (8, 2, 1, 6), "0249"),
}
# Presentation context of an operation: retrieval or delivery 3, submission 5, administration 7.
CONTEXT_OF = {2: 5, 3: 5, 4: 5, 7: 5, 1: 7, 8: 7}


class Layers:
    # ---- transport

    def make_tpkt(self, a):
        return tpkt(a.octets(0), a.number("version", 3), a.number("size"))

    def make_cr(self, a):
        fields = b""
        if a.text("size") != "none":
            fields += params(0xC0, a.octets("size", b"\x0d"))
        for code, key in ((0xC1, "calling"), (0xC2, "called"), (0xC7, "alternatives")):
            if a.text(key) is not None:
                fields += params(code, a.octets(key))
        fields += a.octets("more")
        head = b"\xe0\0\0" + a.octets("ref", b"\x0b\x0b") + a.octets("class", b"\0") + fields
        return tpkt(bytes([a.number("li", len(head))]) + head)

    def make_cc(self, a):
        fields = b"" if a.text("size") == "none" else params(0xC0, a.octets("size", b"\x0d"))
        head = b"\xd0" + a.octets("dst", self.variables.get("ref", b"\0\1")) + b"\x0c\x0c" + a.octets("class", b"\0")
        head += fields + a.octets("more")
        return tpkt(bytes([len(head)]) + head)

    def make_dr(self, a):
        return tpkt(b"\x06\x80\0\1\x0b\x0b" + bytes([a.number(0, 128)]))

    def make_dt(self, a):
        return tpkt(b"\x02\xf0" + a.octets("eot", b"\x80") + a.octets(0))

    def make_tsdu(self, a):
        return tsdu(a.octets(0), a.number("piece", 8189))

    # ---- session

    def make_p(self, a):
        return params(a.number(0), a.octets(1))

    def make_long(self, a):
        """long(code, value): a parameter or SPDU with its length in three octets."""
        value = a.octets(1)
        return bytes([a.number(0), 255]) + len(value).to_bytes(2, "big") + value

    def make_spdu(self, a):
        """spdu(si, parameters, user information): a TSDU of it."""
        return tsdu(params(a.number(0), a.octets(1)) + a.octets(2))

    def make_gt(self, a):
        """gt(si, parameters, user information): behind a GT, as category 2 wants."""
        return tsdu(b"\1\0" + params(a.number(0), a.octets(1)) + a.octets(2))

    def make_pt(self, a):
        return tsdu(b"\2\0" + params(a.number(0), a.octets(1)) + a.octets(2))

    def make_cn(self, a):
        item = params(19, b"\0") + (params(21, a.octets("tsdu")) if a.text("tsdu") else b"")
        if a.text("version") != "none":
            item += params(22, a.octets("version", b"\2"))
        if self.reliable and a.text("tokens") != "none":
            item += params(26, a.octets("tokens", b"\0"))
        fields = a.octets("before") + params(5, a.octets("item", item))
        if a.text("units") != "none":
            fields += params(20, a.octets("units", bytes.fromhex(KINDS[self.kind][2])))
        for code, key in ((51, "calling"), (52, "called")):
            if a.text(key) is not None:
                fields += params(code, a.octets(key))
        fields += a.octets("more")
        data = a.octets("data") if a.text("data") is not None else self.cp(a)
        return tsdu(params(13, fields + (params(a.number("pgi", 193), data) if data else b"")))

    def make_ac(self, a):
        """An AC of a responder that accepts all; bind: the value inside [17]."""
        fields = params(5, a.octets("item", params(19, b"\0") + params(22, b"\2")))
        fields += params(20, a.octets("units", bytes.fromhex(KINDS[self.kind][2])))
        data = a.octets("data") if a.text("data") is not None else self.cpa(a)
        return tsdu(params(14, fields + params(193, data)))

    def make_rf(self, a):
        return tsdu(params(12, params(17, b"\1") + params(50, bytes([a.number(0)]) + a.octets(1))))

    def make_fn(self, a):
        return tsdu(params(9, params(17, b"\1") + params(193, a.octets(0, self.pdv(9, b"\x62\x03\x80\x01\x00")))))

    def make_dn(self, a):
        return tsdu(params(10, params(193, a.octets(0, self.pdv(9, b"\x63\x03\x80\x01\x00")))))

    def make_ab(self, a):
        data = a.octets(0)
        return tsdu(params(25, params(17, a.octets("td", b"\3")) + (params(193, data) if data else b"")))

    # ---- presentation

    def pdv(self, context, value, tag=b"\xa0"):
        return ber.tlv(b"\x61", ber.tlv(b"\x30", ber.integer(context) + ber.tlv(tag, value)))

    def make_pdv(self, a):
        return self.pdv(a.number(0), a.octets(1), a.octets("tag", b"\xa0"))

    def make_data(self, a):
        """data(context, value): GT, DT and the value on the context."""
        return tsdu(b"\1\0\1\0" + self.pdv(a.number(0), a.octets(1), a.octets("tag", b"\xa0")))

    def context_list(self):
        syntaxes = ["2.6.0.2.%d" % s for s in KINDS[self.kind][1]] + ["2.2.1.0.1"]
        return b"".join(self.context(2 * i + 1, s) for i, s in enumerate(syntaxes))

    def context(self, number, syntax, transfer=b"\x06\x02\x51\x01"):
        return ber.tlv(b"\x30", ber.integer(number) + ber.oid(syntax) + ber.tlv(b"\x30", transfer))

    def make_ctx(self, a):
        """ctx(id, abstract syntax, transfer=names)"""
        return self.context(a.number(0), a.text(1), a.octets("transfer", b"\x06\x02\x51\x01"))

    def make_row(self, a):
        """row(count, first id, abstract syntax): contexts with odd identifiers."""
        return b"".join(self.context(a.number(1) + 2 * i, a.text(2)) for i in range(a.number(0)))

    def make_ctxs(self, a):
        """The list of contexts that the application context of the case has."""
        return self.context_list()

    def cp(self, a):
        body = b""
        if a.text("psel") is not None:
            body += ber.tlv(b"\x82", a.octets("psel"))
        if a.text("list") != "none":
            body += ber.tlv(b"\xa4", a.octets("list", self.context_list()))
        body += a.octets("cpmore")
        body += a.octets("userdata") if a.text("userdata") is not None else \
            self.pdv(a.number("acse", 9), self.aarq(a))
        mode = ber.tlv(b"\xa0", ber.tlv(b"\x80", a.octets("mode", b"\1")))
        parts = [mode, ber.tlv(b"\xa2", body)]
        return ber.tlv(b"\x31", b"".join(reversed(parts) if a.text("swap") else parts) + a.octets("cpend"))

    def make_cp(self, a):
        return self.cp(a)

    def cpa(self, a):
        count = a.number("results", 5)
        results = b"".join(bytes.fromhex("3007800100 81025101".replace(" ", "")) for _ in range(count))
        body = ber.tlv(b"\xa5", a.octets("list", results))
        body += a.octets("userdata") if a.text("userdata") is not None else \
            self.pdv(a.number("acse", 9), self.aare(a))
        return ber.tlv(b"\x31", bytes.fromhex("a003800101") + ber.tlv(b"\xa2", body))

    def make_cpa(self, a):
        return self.cpa(a)

    # ---- ACSE

    def external(self, context, value):
        return ber.tlv(b"\x28", ber.integer(context) + ber.tlv(b"\xa0", value))

    def make_external(self, a):
        return self.external(a.number(0), a.octets(1))

    def aarq(self, a):
        name = a.octets("name", ber.oid("2.6.0.1.%d" % KINDS[self.kind][0]))
        fields = a.octets("acfirst") + (ber.tlv(b"\xa1", name) if name else b"") + a.octets("acmore")
        information = a.octets("info") if a.text("info") is not None else self.external(1, self.opened(a))
        return ber.tlv(b"\x60", fields + (ber.tlv(b"\xbe", information) if information else b""))

    def make_aarq(self, a):
        return self.aarq(a)

    def aare(self, a):
        fields = ber.tlv(b"\xa1", a.octets("name", ber.oid("2.6.0.1.%d" % KINDS[self.kind][0])))
        fields += ber.tlv(b"\xa2", ber.integer(a.number("result", 0)))
        fields += ber.tlv(b"\xa3", a.octets("diagnostic", bytes.fromhex("a103020100")))
        bound = bytes.fromhex("3104a2021600")
        if self.kind.startswith("mts"):
            bound = ber.tlv(b"\x31", ber.tlv(b"\x80", b"MTA1") + ber.tlv(b"\xa2", ber.tlv(b"\x16", b"mta-pw")))
        value = ber.tlv(b"\xb1", a.octets("bound", bound))
        if self.reliable:
            value = ber.tlv(b"\xb1", bytes.fromhex("800120810108") + ber.tlv(b"\xa2", ber.tlv(b"\xa0", value)))
        information = a.octets("info") if a.text("info") is not None else self.external(1, value)
        return ber.tlv(b"\x61", fields + (ber.tlv(b"\xbe", information) if information else b""))

    def make_aare(self, a):
        return self.aare(a)

    def opened(self, a):
        """The bind in [16], in RT-OPEN where the context is reliable."""
        bind = ber.tlv(b"\xb0", self.bind_argument(a))
        if not self.reliable:
            return bind
        fields = a.octets("rtorq", bytes.fromhex("800120 810108 820101".replace(" ", "")))
        return ber.tlv(b"\xb0", fields + ber.tlv(b"\xa3", a.octets("open", ber.tlv(b"\xa0", bind))))

    def bind_argument(self, a):
        if a.text("bind") is not None:
            return a.octets("bind")
        password = a.octets("password", self.variables["pw"])
        if self.kind.startswith("p3"):
            name = a.octets("user", ber.tlv(b"\x80", b"MTA1"))
        else:
            name = a.octets("user", self.variables["me"])
        credentials = a.octets("credentials", ber.tlv(b"\xa2", ber.tlv(b"\x16", password)))
        return ber.tlv(b"\x31", name + credentials + a.octets("bindmore"))

    # ---- ROSE

    def make_invoke(self, a):
        """invoke(operation, argument, id=1, linked=)"""
        fields = a.octets("idtlv", ber.integer(a.number("id", 1)))
        if a.text("linked") is not None:
            fields += ber.integer(a.number("linked"), b"\x80")
        return ber.tlv(b"\xa1", fields + ber.integer(a.number(0)) + a.octets(1))

    def make_result(self, a):
        """result(operation, value, id=)"""
        inner = ber.tlv(b"\x30", ber.integer(a.number(0)) + a.octets(1)) if a.positional else b""
        return ber.tlv(b"\xa2", ber.integer(a.number("id", 1)) + inner)

    def make_error(self, a):
        """error(code, parameter, id=)"""
        return ber.tlv(b"\xa3", ber.integer(a.number("id", 1)) + ber.integer(a.number(0)) + a.octets(1))

    def make_reject(self, a):
        """reject(kind, problem, id=)"""
        return ber.tlv(b"\xa4", ber.integer(a.number("id", 1)) +
                       ber.tlv(bytes([0x80 | a.number(0)]), bytes([a.number(1)])))

    def make_ask(self, a):
        """ask(operation, argument, id=1, ctx=): an invocation in its TSDU."""
        context = a.number("ctx", CONTEXT_OF.get(a.number(0), 3))
        return tsdu(b"\1\0\1\0" + self.pdv(context, self.make_invoke(a)))

    # ---- RTSE

    def make_as(self, a):
        return tsdu(b"\1\0" + params(45, params(41, ber.integer(a.number(0, 1)))))

    def make_rttr(self, a):
        return tsdu(b"\1\0\1\0" + self.pdv(1, ber.tlv(b"\x04", a.octets(0))))

    def make_mip(self, a):
        return tsdu(b"\1\0" + params(49, params(42, str(a.number(0, 1)).encode())))

    def make_ae(self, a):
        return tsdu(b"\1\0" + params(41, params(42, str(a.number(0, 1)).encode())))

    def make_transfer(self, a):
        """transfer(activity, APDU, ctx=3): a whole activity; form=bare: without EXTERNAL."""
        value = a.octets(1)
        if a.text("form") != "bare":
            value = self.external(a.number("ctx", 3), value)
        return tsdu(b"\1\0" + params(45, params(41, ber.integer(a.number(0))))) + \
            tsdu(b"\1\0\1\0" + self.pdv(1, ber.tlv(b"\x04", value))) + tsdu(b"\1\0" + params(41, params(42, b"1")))

    def make_please(self, a):
        return tsdu(params(2, params(16, b"\1") + params(193, self.pdv(1, ber.integer(a.number(0, 1))))))

    def make_gtc(self, a):
        return tsdu(b"\x15\0")

    def make_gta(self, a):
        return tsdu(b"\x16\0")

    def make_mia(self, a):
        return tsdu(b"\2\0" + params(50, params(42, str(a.number(0, 1)).encode())))

    def make_aea(self, a):
        return tsdu(b"\2\0" + params(42, params(42, str(a.number(0, 1)).encode())))
