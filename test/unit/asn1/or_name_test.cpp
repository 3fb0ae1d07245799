#include "x400/asn1/or_name.hpp"

#include <catch2/catch.hpp>

#include "x400/asn1/or_text.hpp"

using namespace x400;
using namespace x400::asn1;

// The octets here were made by hand and by another encoder, not by the one under test.

namespace {

Octets hex(const std::string& text) { return *from_hex(text); }

ORName decoded(const std::string& text) {
  auto name = ORName::decode(hex(text));
  if (!name.ok()) FAIL(name.error().text());
  return *name;
}

ORAddress parsed(std::string_view text) {
  auto address = parse_or_address(text);
  if (!address.ok()) FAIL(address.error().text());
  return *address;
}

std::string again(const ORName& name) { return to_hex(name.encode()); }

// C=XX, A=TEST, P=DEMO, O=Org, S=Alice, G=A, CN=alice; as in the MSBind argument of vectors/p7.
const std::string alice =
    "603930276104130258586206130454455354a206130444454d4f83034f7267a50a8005416c696365810141310e300c80"
    "0101a1071305616c696365";
const std::string standard =
    "607930486105120332363262051203343030800531313232338103746964a2041302505283034f726784023737a51083"
    "024a52820249588102474e8002534ea60b13046869676813036c6f77301c301213075246432d38323213076128612962"
    "2e633006130158130179a00f300d310b3009060355040613025858";
const std::string names =
    "6069300b6104130258586203130120315a300e800101a10913074d75656c6c6572300e800102a10914074dc8756c6c65"
    "723015800118a110310e1e0c004d00fc006c006c00650072300e800103a10914074dc8756c6c65723011800119a10c31"
    "0a1c080000004d0001f600";
const std::string personal =
    "603d300b6104130258586203130120312e3013800104a10e310c80074dc8756c6c6572810147301780011aa1123110a0"
    "081e0604160443043aa2041e020418";
const std::string units =
    "6041300b610413025858620313012031323013800105a10e300c14074dc8756c6c6572140161301b80011ba116301431"
    "0c130264651e0604160443043a31041e020061";
const std::string domain_defined =
    "6041300b610413025858620313012031323015800106a110300e300c14017414074dc8756c6c6572301980011ca11430"
    "12301031041e02007431081e0604160443043a";
const std::string postal =
    "6081b4300b61041302585862031301203181a4300a800107a10513037064733009800108a10413025858300c800109a1"
    "0712053132333435301880010aa113311113066f666669636514074dc8756c6c6572300f80011da10a31081e06041604"
    "43043a300f800111a10a310813067374726565743013800128a10e310c1e0a006c006f00630061006c301d800110a118"
    "3116301013066c696e65203113066c696e65203214026c31300d800123a10831061e0400750031";
const std::string network =
    "6038300b610413025858620313012031293011800116a10c300a800534393132338101373008800117a103020105300a"
    "800163a1053003020101";
const std::string psap = "6027300b610413025858620313012031183016800116a111a00fa00404025037a30731050403540072";

}  // namespace

TEST_CASE("an O/R name of another encoder") {
  const ORName name = decoded(alice);
  CHECK(name.address.country == "XX");
  CHECK(name.address.admd == "TEST");
  CHECK(name.address.prmd == "DEMO");
  CHECK(name.address.organization.printable == "Org");
  CHECK(name.address.personal_name.surname.printable == "Alice");
  CHECK(name.address.personal_name.given.printable == "A");
  CHECK(name.address.common_name.printable == "alice");
  CHECK(name.directory_name.empty());
  CHECK(check(name.address).ok());
  CHECK(again(name) == alice);
}

TEST_CASE("standard attributes, numeric forms, domain-defined attributes, directory name") {
  const ORName name = decoded(standard);
  const ORAddress& a = name.address;
  CHECK(a.country == "262");
  CHECK(a.admd == "400");
  CHECK(a.x121_address == "11223");
  CHECK(a.terminal_id == "tid");
  CHECK(a.prmd == "PR");
  CHECK(a.numeric_user_id == "77");
  CHECK(a.personal_name.surname.printable == "SN");
  CHECK(a.personal_name.given.printable == "GN");
  CHECK(a.personal_name.initials.printable == "IX");
  CHECK(a.personal_name.generation.printable == "JR");
  REQUIRE(a.organizational_units.size() == 2);
  CHECK(a.organizational_units[0].printable == "high");
  REQUIRE(a.domain_defined.size() == 2);
  CHECK(a.domain_defined[0].type.printable == "RFC-822");
  CHECK(a.domain_defined[0].value.printable == "a(a)b.c");
  CHECK(to_hex(name.directory_name) == "300d310b3009060355040613025858");
  // The members of the personal name SET come in another order; nothing else differs.
  CHECK(again(decoded(again(name))) == again(name));
  CHECK(name.encode().size() == hex(standard).size());
}

TEST_CASE("extension attributes: teletex and universal forms") {
  const ORName name = decoded(names);
  CHECK(name.address.common_name.printable == "Mueller");
  CHECK(to_hex(view(name.address.common_name.teletex)) == "4dc8756c6c6572");
  CHECK(name.address.common_name.universal == "M\u00fcller");
  CHECK(name.address.organization.utf8() == "M\U0001F600");
  CHECK(decoded(again(name)).address.organization.universal == "M\U0001F600");

  const ORName person = decoded(personal);
  CHECK(person.address.personal_name.surname.universal == "Жук");
  CHECK(to_hex(view(person.address.personal_name.surname.teletex)) == "4dc8756c6c6572");
  CHECK(person.address.personal_name.given.teletex == "G");
  CHECK(person.address.personal_name.initials.universal == "И");

  const ORName unit = decoded(units);
  REQUIRE(unit.address.organizational_units.size() == 2);
  CHECK(unit.address.organizational_units[0].universal == "Жук");
  CHECK(unit.address.organizational_units[1].utf8() == "a");

  const ORName dda = decoded(domain_defined);
  REQUIRE(dda.address.domain_defined.size() == 1);
  CHECK(dda.address.domain_defined[0].value.universal == "Жук");
  CHECK(again(dda) == domain_defined);
}

TEST_CASE("extension attributes: postal, network, terminal, unknown") {
  const ORName name = decoded(postal);
  const PostalAddress& p = name.address.postal;
  CHECK(p.pds_name == "pds");
  CHECK(p.country == "XX");
  CHECK(p.postal_code == "12345");
  REQUIRE(p.parameters.size() == 3);
  CHECK(p.parameters[0].first == PostalAttribute::office_name);
  CHECK(p.parameters[0].second.printable == "office");
  CHECK(p.parameters[0].second.universal == "Жук");
  CHECK(p.parameters[2].first == PostalAttribute::local);
  CHECK(p.unformatted_lines == std::vector<std::string>{"line 1", "line 2"});
  CHECK(p.unformatted_teletex == "l1");
  CHECK(p.unformatted_universal == "u1");
  CHECK(again(decoded(again(name))) == again(name));
  CHECK(name.encode().size() == hex(postal).size());

  const ORName net = decoded(network);
  CHECK(net.address.network.e164_number == "49123");
  CHECK(net.address.network.e164_subaddress == "7");
  CHECK(net.address.terminal_type == TerminalType::g3_facsimile);
  REQUIRE(net.address.other_extensions.size() == 1);
  CHECK(net.address.other_extensions[0].first == 99);
  CHECK(again(net) == network);

  CHECK(again(decoded(psap)) == psap);
}

TEST_CASE("whatever arrives, no octet short of a name is taken for one") {
  for (const std::string& text :
       {alice, standard, names, personal, units, domain_defined, postal, network, psap}) {
    const Octets whole = hex(text);
    for (std::size_t n = 0; n < whole.size(); ++n) {
      auto name = ORName::decode(View(whole).first(n));
      REQUIRE_FALSE(name.ok());
      CHECK(name.error().kind() == ErrorKind::truncated);
    }
    for (std::size_t n = 0; n < whole.size(); ++n) {
      Octets damaged = whole;
      for (const int bit : {0, 3, 5, 7}) {
        damaged[n] = static_cast<std::uint8_t>(whole[n] ^ 1U << bit);
        auto name = ORName::decode(damaged);
        if (name.ok()) CHECK(ORName::decode(name->encode()).ok());
      }
    }
  }
}

TEST_CASE("an encoded name keeps its octets, also under another tag") {
  // [4] as in a delivery envelope, indefinite, with a constructed string inside.
  const Octets octets = hex("a480 3080 6180 3380 040158 040158 0000 0000 0000 0000");
  auto name = EncodedORName::decode(octets, ber::context(4));
  REQUIRE(name.ok());
  CHECK(name->address().country == "XX");
  CHECK(to_hex(name->octets()) ==
        "601230806180338004015804015800000000"
        "0000");
  CHECK(EncodedORName::decode(name->octets())->address().country == "XX");
  CHECK(EncodedORName::decode(octets).error().kind() == ErrorKind::malformed);
  CHECK(EncodedORName::decode(hex("4000")).error().kind() == ErrorKind::malformed);
  ber::Writer w;
  name->write(w, ber::context(5));
  CHECK(ORName::decode(w.octets(), ber::context(5))->address.country == "XX");
  CHECK(to_hex(EncodedORName(decoded(alice)).octets()) == alice);
}

TEST_CASE("the empty address is a directory name only") {
  const ORName name = decoded("6011 3000 a00d 300b 3109 3007 0603550403 1300");
  CHECK(name.address.empty());
  CHECK_FALSE(name.directory_name.empty());
  CHECK(check(name.address).error().kind() == ErrorKind::invalid);
}

TEST_CASE("equality and key") {
  const auto same = [](std::string_view a, std::string_view b) {
    const ORAddress x = parsed(a), y = parsed(b);
    const bool equal = same_address(x, y);
    CHECK(equal == (canonical_key(x) == canonical_key(y)));
    CHECK(equal == same_address(y, x));
    return equal;
  };
  CHECK(same("S=De  Vries ;A=a;C=us", "S=de vries;A=a;C=us"));
  CHECK(same("C=US;S=x;A=a", "a=A;c=us;s=X"));
  CHECK(same("S=x;P=p;C=us", "S=x;P=p;A= ;C=us"));
  CHECK(same("DDA:a=1;DDA:b=2;A=a;C=us", "DDA:B=2;DDA:A=1;A=a;C=us"));
  CHECK_FALSE(same("DDA:a=1;DDA:a=2;A=a;C=us", "DDA:a=2;DDA:a=1;A=a;C=us"));
  CHECK_FALSE(same("OU1=a;OU2=b;A=a;C=us", "OU1=b;OU2=a;A=a;C=us"));
  CHECK_FALSE(same("OU1=a;A=a;C=us", "O=a;A=a;C=us"));
  CHECK_FALSE(same("S=ab;A=a;C=us", "S=a b;A=a;C=us"));
  CHECK_FALSE(same("O=x;A=a;C=us", "O=y;A=a;C=us"));
  CHECK(same("CN=M\u00dcLLER;A=a;C=us", "CN=m\u00fcller;A=a;C=us"));
  CHECK(canonical_key(parsed("S=Al=ice;O=Org;P=P;A=ICAO;C=XX")) == "c=xx;a=icao;p=p;o=org;s=al\\=ice");
}

TEST_CASE("character sets do not part equal values") {
  ORAddress numeric, printable;
  numeric.country = printable.country = "XX";
  numeric.admd = "400";
  printable.admd = "400 ";
  CHECK(same_address(numeric, printable));

  ORAddress both, teletex, universal, other;
  both.common_name.printable = "Mueller";
  both.common_name.teletex = chars(hex("4dc8756c6c6572"));
  teletex.common_name.teletex = chars(hex("6dc8756c6c6572"));
  universal.common_name.universal = "M\u00fcller";
  other.common_name.teletex = "Mueller";
  CHECK(same_address(both, teletex));
  CHECK(same_address(teletex, universal));
  CHECK(canonical_key(teletex) == canonical_key(universal));
  CHECK_FALSE(same_address(teletex, other));
  other.common_name = ORText::of("mueller");
  CHECK(same_address(both, other));
}

TEST_CASE("check names what is missing, too long or of another repertoire") {
  const auto refusal = [](std::string_view text) {
    auto status = check(parsed(text));
    return status.ok() ? std::string() : status.error().text();
  };
  CHECK(refusal("S=x;A=a;C=us") == "");
  CHECK(refusal("X.121=123") == "");
  CHECK(refusal("N-ID=1;A=a;C=262") == "");
  CHECK(refusal("PD-C=us;PD-PC=1;A=a;C=us") == "");
  CHECK(refusal("S=x") != "");
  CHECK(refusal("A=a;C=us") != "");
  CHECK(refusal("S=x;A=a;C=usa") != "");
  CHECK(refusal("S=x;A=12345678901234567;C=us").find("ADMD") != std::string::npos);
  CHECK(refusal("G=x;A=a;C=us").find("surname") != std::string::npos);
  CHECK(refusal("DDA:ninechars=x;S=x;A=a;C=us").find("type") != std::string::npos);
  CHECK(refusal("N-ID=x;A=a;C=us").find("numeric") != std::string::npos);
}
