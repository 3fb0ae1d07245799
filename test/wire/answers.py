"""What came from the program under test, as one line of words per TSDU (TPDU where it carries none).

The words are those of the standards: CC, DR; AC, RF, AB, DN, AS, MIA ...; CPR, ARP; AARE, ABRT; RTOAC, RTAB;
invoke, result, error, reject. Values of the abstract services follow as tag{contents} in hexadecimal.
"""
import ber

CATEGORY_1 = {13: "CN", 14: "AC", 12: "RF", 9: "FN", 10: "DN", 8: "NF", 25: "AB", 26: "AA", 16: "OA", 15: "CDO",
              21: "GTC", 22: "GTA", 33: "TD", 2: "PT", 1: "GT"}
CATEGORY_2 = {1: "DT", 45: "AS", 29: "AR", 49: "MIP", 50: "MIA", 41: "AE", 42: "AEA", 25: "AI", 26: "AIA", 57: "AD",
              58: "ADA", 48: "ED", 0: "ER"}


def parameters(octets):
    """[(code, value)] of the parameter field of an SPDU; groups 1, 5 and 33 opened."""
    out, at = [], 0
    while at < len(octets):
        code, value, at = one_parameter(octets, at)
        if code in (1, 5, 33):
            out += parameters(value)
        else:
            out.append((code, value))
    return out


def one_parameter(octets, at):
    size = octets[at + 1]
    begin = at + 2
    if size == 0xFF:
        size = int.from_bytes(octets[at + 2:at + 4], "big")
        begin = at + 4
    return octets[at], octets[begin:begin + size], begin + size


class Spdu:
    def __init__(self, name, fields, rest):
        self.name, self.rest = name, rest
        self.fields = {}
        for code, value in fields:
            self.fields.setdefault(code, value)
        self.data = self.fields.get(193, self.fields.get(194, b""))


def spdu(tsdu):
    """The SPDU that counts of a TSDU: the last of concatenated ones."""
    si, fields, at = one_parameter(tsdu, 0)
    if si in (1, 2) and at < len(tsdu):
        si, fields, at = one_parameter(tsdu, at)
        return Spdu(CATEGORY_2.get(si, f"SPDU {si}"), parameters(fields), tsdu[at:])
    return Spdu(CATEGORY_1.get(si, f"SPDU {si}"), parameters(fields), tsdu[at:])


def user_data(octets):
    """Values of the PDVs of presentation user data: [(context, octets)]."""
    if not octets:
        return []
    top, _ = ber.read(octets)
    out = []
    for pdv in top.members or []:
        encoding = pdv.find("a0") or pdv.find("81")
        out.append((pdv.find("02").number(), encoding.content))
    return out


def rose(octets):
    value, _ = ber.read(octets)
    kinds = {"a1": "invoke", "a2": "result", "a3": "error", "a4": "reject"}
    if value.tag.hex() not in kinds:
        return str(value)
    members = value.members
    number = "null" if members[0].tag == b"\x05" else members[0].number()
    kind = kinds[value.tag.hex()]
    rest = members[1:]
    if kind == "reject":
        return f"reject {number} {rest[0].tag[0] & 0x1f}/{rest[0].number()}"
    if kind == "result":
        rest = rest[0].members if rest else []
    code = {"invoke": "op", "result": "op", "error": "code"}[kind]
    if not rest:
        return f"{kind} {number}"
    return f"{kind} {number} {code}={rest[0].number()} " + "".join(map(str, rest[1:]))


def apdu(octets):
    """An APDU of data: of ROSE, or RTTR around one, or a piece of one."""
    try:
        value, _ = ber.read(octets)
        if value.tag == b"\x04":
            try:
                inner, end = ber.read(value.content)
                if end != len(value.content):
                    return f"piece {len(value.content)}"
            except ber.Broken:
                return f"piece {len(value.content)}"
            if inner.tag == b"\x28":
                return f"external {inner.find('02').number()} " + rose(inner.find("a0").content)
            return "bare " + rose(value.content)
        return rose(octets)
    except (ber.Broken, AttributeError, IndexError):
        return "unreadable " + octets.hex()


def bind_value(octets):
    value, _ = ber.read(octets)
    tag = value.tag.hex()
    reliable = tag in ("b0", "b1", "b2") and value.members and value.members[0].tag[0] & 0xC0 == 0x80
    if not reliable:
        return {"b0": "bind", "b1": "bind-result", "b2": "bind-error"}.get(tag, tag) + " " + ber.dump(value.content)
    out = {"b0": "RTORQ", "b1": "RTOAC", "b2": "RTORJ"}[tag]
    for member in value.members:
        name = member.tag.hex()
        if name in ("80", "81", "82"):
            out += f" {int(name, 16) & 0xf}:{member.number()}"
        else:
            inner = member.members[0]
            if inner.tag.hex() in ("a0", "b2") and tag != "b2":
                inner = inner.members[0]
            out += " " + {"b0": "bind", "b1": "bind-result", "b2": "bind-error"}.get(inner.tag.hex(), "recover")
            out += " " + ber.dump(inner.content)
    return out


def acse(octets):
    value, _ = ber.read(octets)
    name = {"60": "AARQ", "61": "AARE", "62": "RLRQ", "63": "RLRE", "64": "ABRT"}.get(value.tag.hex(), str(value))
    if name == "AARE":
        source = value.at("a3").members[0]
        name += f" {value.at('a2', '02').number()} {'user' if source.tag.hex() == 'a1' else 'provider'} "
        name += str(source.members[0].number())
    if name in ("RLRQ", "RLRE") and value.find("80"):
        name += f" {value.find('80').number()}"
    if name == "ABRT":
        name += " user" if value.find("80").number() == 0 else " provider"
    information = value.find("be")
    if information is None:
        return name
    external = information.members[0]
    content = (external.find("a0") or external.find("81")).content
    if name.startswith("ABRT"):
        rtab, _ = ber.read(content)
        return name + (f" RTAB {rtab.find('80').number()}" if rtab.tag.hex() == "b6" else " " + ber.dump(content))
    return f"{name} {bind_value(content)}"


def results(members):
    out = []
    for entry in members:
        accepted = entry.find("80").number()
        out.append(str(accepted) + (f"/{entry.find('82').number()}" if entry.find("82") else ""))
    return "results=" + ",".join(out)


def presentation(octets):
    """CP, CPA, CPR, ARU or ARP."""
    if not octets:
        return ""
    value, _ = ber.read(octets)
    tag, out = value.tag.hex(), ""
    if tag == "30":
        if not value.find("a5") and not value.find("61") and value.find("81") or value.find("80"):
            return " ARP" + (f" {value.find('80').number()}" if value.find("80") else "")
        out, body = " CPR", value
    elif tag == "a0":
        body = value
    else:
        body = value.find("a2")
        out = " CP" if body.find("a4") else ""
    if body.find("83") is not None:
        out += f" psel={body.find('83').content.hex()}"
    if body.find("a4"):
        out += f" contexts={len(body.find('a4').members)}"
    if body.find("a5"):
        out += " " + results(body.find("a5").members)
    if body.find("8a"):
        out += f" {body.find('8a').number()}"
    if body.find("61"):
        pdv = body.find("61").members[0]
        out += " " + acse((pdv.find("a0") or pdv.find("81")).content)
    return out


def session(tsdu):
    """One TSDU in words."""
    s = spdu(tsdu)
    out, field = s.name, s.fields
    if s.name in ("AC", "CN"):
        out += f" version={field.get(22, b'').hex()} units={field.get(20, b'').hex()}"
        for code, name in ((26, "tokens"), (21, "tsdu"), (51, "calling"), (52, "called")):
            if code in field:
                out += f" {name}={field[code].hex()}"
        return out + presentation(s.data)
    if s.name == "RF":
        reason = field.get(50, b"\0")
        return f"RF {reason[0]}" + presentation(reason[1:])
    if s.name == "AB":
        return f"AB {field.get(17, b'?')[0]}" + presentation(s.data)
    if s.name in ("FN", "DN"):
        pdvs = user_data(s.data)
        return out + (" " + acse(pdvs[0][1]) if pdvs else "")
    if s.name == "PT" and s.data:
        return f"PT {ber.read(user_data(s.data)[0][1])[0].number()}"
    if s.name == "AS":
        return f"AS {ber.read(field[41])[0].number()}"
    if s.name in ("MIP", "MIA", "AE", "AEA"):
        return f"{s.name} {field[42].decode()}"
    if s.name in ("AI", "AD", "ED"):
        return f"{s.name} {field.get(50, b'?')[0]}"
    if s.name == "DT":
        if 25 in field:
            return f"DT enclosure={field[25].hex()} {len(tsdu)}"
        return "; ".join(f"{context}: {apdu(octets)}" for context, octets in user_data(s.rest))
    return out


def transport(code, header):
    """A TPDU that is no DT."""
    if code in (0xE0, 0xD0):
        out = ("CR" if code == 0xE0 else "CC") + f" class={header[6] >> 4}"
        at = 7
        while at + 1 < len(header):
            name = {0xC0: "size", 0xC1: "calling", 0xC2: "called", 0xC6: "options"}.get(header[at], f"{header[at]:02x}")
            out += f" {name}={header[at + 2:at + 2 + header[at + 1]].hex()}"
            at += 2 + header[at + 1]
        return out
    if code == 0x80:
        return f"DR {header[6]}"
    if code == 0x70:
        return f"ER {header[4]}"
    return f"TPDU {code:02x}"
