#include "x400/asn1/or_text.hpp"

#include <catch2/catch.hpp>

using namespace x400;
using namespace x400::asn1;

namespace {

ORAddress parsed(std::string_view text) {
  auto address = parse_or_address(text);
  if (!address.ok()) FAIL(address.error().text());
  return *address;
}

std::string refusal(std::string_view text) {
  auto address = parse_or_address(text);
  REQUIRE_FALSE(address.ok());
  CHECK(address.error().kind() == ErrorKind::malformed);
  return address.error().text();
}

std::vector<std::string> units(std::string_view text) {
  std::vector<std::string> names;
  for (const ORText& unit : parsed(text).organizational_units) names.push_back(unit.utf8());
  return names;
}

}  // namespace

TEST_CASE("the rightmost OU of form B is the most significant") {
  const ORAddress b = parsed("/OU=low/OU=high/O=o/ADMD=a/C=us/");
  const std::vector<std::string> high_first{"high", "low"};
  CHECK(units("/OU=low/OU=high/O=o/ADMD=a/C=us/") == high_first);
  CHECK(units("OU1=high;OU2=low;O=o;A=a;C=us") == high_first);
  CHECK(same_address(b, parsed("OU1=high;OU2=low;O=o;A=a;C=us")));
  CHECK(print_rfc2156(b) == "/OU=low/OU=high/O=o/ADMD=a/C=US/");
  CHECK(print_f401(b) == "O=o; OU1=high; OU2=low; A=a; C=US");
  // SEQUENCE { high, low }
  CHECK(to_hex(b.encode()).find("a60b13046869676813036c6f77") != std::string::npos);
  CHECK(refusal("OU=low;OU=high;O=o;A=a;C=us").find("OU1") != std::string::npos);
  CHECK(units("OU=one;O=o;A=a;C=us") == std::vector<std::string>{"one"});
  refusal("OU1=a;OU=b;C=us");
  refusal("OU1=a;OU3=b;C=us");
}

TEST_CASE("quotes and doubled separators") {
  const ORAddress b = parsed("/O=a$/b/ADMD= /C=us/");
  CHECK(b.organization.printable == "a/b");
  CHECK(b.admd == " ");
  CHECK(parsed("O=a;;b;C=us").organization.utf8() == "a;b");
  CHECK(parsed("/O=a//b/C=us/").organization.utf8() == "a/b");
  CHECK(parsed("/O=a$$$=$;b;C=us").organization.utf8() == "a$=;b");
  CHECK(parsed("O=a=b;C=us").organization.utf8() == "a=b");
  CHECK(refusal("/O=a$").find("'$'") != std::string::npos);
}

TEST_CASE("ADMD: absent, empty and blank are a single space") {
  CHECK(parsed("S=x;C=us").admd == " ");
  CHECK(parsed("S=x;P=p").admd == " ");
  CHECK(parsed("S=x;A=;C=us").admd == " ");
  CHECK(parsed("/S=x/ADMD=/C=us/").admd == " ");
  CHECK_FALSE(parsed("X.121=123").admd);
  CHECK(print_f401(parsed("S=x;P=p;C=us")) == "S=x; P=p; C=US");
  CHECK(print_rfc2156(parsed("S=x;P=p;C=us")) == "/S=x/PRMD=p/ADMD= /C=US/");
}

TEST_CASE("form A of RFC 1685, any order, any case, either separator spacing") {
  const ORAddress a = parsed(" c=aq;A=snomail ;p=abl; o=a bank ltd;S=smith; G=john;");
  CHECK(print_f401(a) == "G=john; S=smith; O=a bank ltd; P=abl; A=snomail; C=AQ");
  CHECK(same_address(a, parsed("G=john; S=smith; O=a bank ltd; P=abl; A=snomail; C=aq")));
  CHECK(same_address(a, parsed("/G=john; S=smith/O=a bank ltd/PRMD=abl/ADMD=snomail/C=aq")));
  CHECK(print_f401(parsed("C=XX;ADMD=TEST;PRMD=DEMO;O=Org;S=Alice;G=A")) ==
        "G=A; S=Alice; O=Org; P=DEMO; A=TEST; C=XX");
}

TEST_CASE("domain-defined attributes: order, and '=' in the type") {
  const ORAddress a = parsed("DDA:one=1;DDA:two=2;A=a;C=us");
  CHECK(print_rfc2156(a) == "/DD.two=2/DD.one=1/ADMD=a/C=US/");
  CHECK(parsed(print_rfc2156(a)).domain_defined[0].type.utf8() == "one");
  const ORAddress odd = parsed("dda:a==b=c=d;A=a;C=us");
  CHECK(odd.domain_defined[0].type.utf8() == "a=b");
  CHECK(odd.domain_defined[0].value.utf8() == "c=d");
  CHECK(parsed(print_f401(odd)).domain_defined[0].type.utf8() == "a=b");
  CHECK(parsed(print_rfc2156(odd)).domain_defined[0].value.utf8() == "c=d");
  refusal("DDA:=x;C=us");
  refusal("DDA:x=;C=us");
}

TEST_CASE("values beyond the printable repertoire") {
  const ORAddress a = parsed("/CN=Mueller*M{200}uller/ADMD=a/C=us/");
  CHECK(a.common_name.printable == "Mueller");
  CHECK(to_hex(view(a.common_name.teletex)) == "4dc8756c6c6572");
  CHECK(print_rfc2156(a) == "/CN=Mueller*M{200}uller/ADMD=a/C=US/");
  CHECK(print_f401(a) == "CN=Mueller; A=a; C=US");
  const ORAddress utf8 = parsed("CN=Müller;O=Жук;A=a;C=us");
  CHECK(to_hex(view(utf8.common_name.teletex)) == "4dc8756c6c6572");
  CHECK(utf8.organization.universal == "Жук");
  CHECK(print_rfc2156(utf8) == "/CN=*M{200}uller/O=Жук/ADMD=a/C=US/");
  CHECK(same_address(parsed(print_rfc2156(utf8)), utf8));
  CHECK(same_address(parsed(print_f401(utf8)), utf8));
  CHECK(parsed("/CN=a$*b/ADMD=a/C=us/").common_name.utf8() == "a*b");
  refusal("/CN=*{256}/C=us/");
  refusal("/CN=*{1/C=us/");
  refusal("/CN=*{}/C=us/");
  refusal("S=x;C=\xff");
  refusal("P=M\u00fcller;C=us");
}

TEST_CASE("personal names with dots") {
  const ORAddress a = parsed("/PN=John.K.L.Smith/ADMD=a/C=us/");
  CHECK(print_f401(a) == "G=John; I=KL; S=Smith; A=a; C=US");
  CHECK(print_f401(parsed("/PN=J.Smith/ADMD=a/C=us/")) == "I=J; S=Smith; A=a; C=US");
  CHECK(print_f401(parsed("/PN=Smith/ADMD=a/C=us/")) == "S=Smith; A=a; C=US");
  refusal("/PN=J..Smith/C=us/");
  refusal("/PN=J.Smith/S=Smith/C=us/");
}

TEST_CASE("terminal, network and postal attributes") {
  const std::string terminal = "X.121=234; ISDN=49123; NET-SUB=7; N-ID=5; T-ID=tid; T-TY=g3fax; A=a; C=US";
  CHECK(print_f401(parsed(terminal)) == terminal);
  CHECK(print_rfc2156(parsed(terminal)) ==
        "/X121=234/NET-NUM=49123/NET-SUB=7/UA-ID=5/T-ID=tid/NET-TTYPE=g3fax/ADMD=a/C=US/");
  CHECK(same_address(parsed(print_rfc2156(parsed(terminal))), parsed(terminal)));
  CHECK(parsed("T-TY=12;X.121=1").terminal_type == static_cast<TerminalType>(12));
  refusal("T-TY=fax;X.121=1");
  const std::string postal =
      "PD-SN=pds; PD-OF=office; PD-PN=person; PD-S=street; PD-B=box; PD-PC=123; PD-C=US; PD-A1=one; "
      "PD-A2=two; A=a; C=US";
  CHECK(print_f401(parsed(postal)) == postal);
  CHECK(print_rfc2156(parsed(postal)) ==
        "/PD-SYSTEM=pds/PD-OFFICE=office/PD-PN=person/PD-STREET=street/PD-BOX=box/PD-CODE=123/PD-C=US/"
        "PD-ADDRESS=one|two/ADMD=a/C=US/");
  CHECK(same_address(parsed(print_rfc2156(parsed(postal))), parsed(postal)));
  const ORAddress accents = parsed("PD-A1=Straße;PD-A2=zwei;A=a;C=us");
  CHECK(accents.postal.unformatted_lines.empty());
  CHECK(print_f401(accents) == "PD-A1=Straße; PD-A2=zwei; A=a; C=US");
  CHECK(same_address(parsed(print_rfc2156(accents)), accents));
}

TEST_CASE("what is no address") {
  CHECK(refusal("").find("empty") != std::string::npos);
  refusal("/");
  refusal(";;");
  CHECK(refusal("S=x;S=y;C=us").find("twice") != std::string::npos);
  CHECK(refusal("C=us;C=de").find("twice") != std::string::npos);
  CHECK(refusal("S=x;XY=z").find("'XY'") != std::string::npos);
  CHECK(refusal("S;C=us").find("no value") != std::string::npos);
  CHECK(refusal("S=;C=us").find("no value") != std::string::npos);
}
