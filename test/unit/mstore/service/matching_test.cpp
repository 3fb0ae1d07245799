// Matching rules on encoded values: what a search finds must not depend on how it was made fast.
#include "service/matching.hpp"

#include <random>

#include "mstore/service_world.hpp"
#include "service/match_groups.hpp"
#include "service/name_sketch.hpp"
#include "x400/asn1/text.hpp"

using namespace x400;
using namespace x400::mstore;
using namespace x400::mstore::test;
using asn1::MatchingRule;
using asn1::ORAddress;
using asn1::ORName;
using asn1::ORText;
using Piece = ms::SubstringPiece;

namespace {

constexpr auto any = Piece::Where::any, initial = Piece::Where::initial, final = Piece::Where::final;

bool contains(const Octets& value, std::vector<Piece> pieces) {
  return get(service::make_substrings(pieces))->matches(value);
}
bool same_string(const Octets& value, const Octets& assertion) {
  return get(service::make_match(MatchingRule::ms_string, assertion))->matches(value);
}
bool same_name(const ORName& value, const ORName& assertion) {
  return get(service::make_match(MatchingRule::or_name, assertion.encode()))->matches(value.encode());
}

Octets octets_value(ber::Tag tag, const Octets& octets) {
  ber::Writer w;
  w.primitive(tag, octets);
  return std::move(w).take();
}
Octets bmp(std::string_view text) {
  return octets_value(ber::tags::bmp_string, get(asn1::text::to_bmp(text)));
}
Octets universal(std::string_view text) {
  return octets_value(ber::tags::universal_string, get(asn1::text::to_universal(text)));
}
Octets t61(std::string_view text) {
  return octets_value(ber::tags::teletex_string, get(asn1::text::to_t61(text)));
}
Octets latin1(std::string_view text) {
  return octets_value(ber::tags::general_string, get(asn1::text::to_latin1(text)));
}
// The string in two segments, and of indefinite length.
Octets segmented(ber::Tag tag, std::string_view a, std::string_view b) {
  Octets out{static_cast<std::uint8_t>(0x20 | tag.number), 0x80};
  append(out, text_value(ber::tags::octet_string, a));
  append(out, text_value(ber::tags::octet_string, b));
  append(out, Octets{0, 0});
  return out;
}

}  // namespace

TEST_CASE("letter case and surplus spaces do not matter, whatever the string type") {
  for (const Octets& value :
       {t61("  Flight   PLAN Alpha "), text_value(ber::tags::printable_string, "flight plan alpha"),
        text_value(ber::tags::ia5_string, "FLIGHT PLAN  ALPHA"),
        text_value(ber::tags::utf8_string, " Flight plan Alpha"),
        text_value(ber::tags::visible_string, "flight plan alpha  "), bmp("FLIGHT  plan ALPHA"),
        universal(" flight plan  Alpha"), latin1("Flight Plan Alpha"),
        segmented(ber::tags::teletex_string, "  FLIGHT ", " plan alpha")}) {
    INFO(to_hex(value));
    CHECK(same_string(value, t61("flight plan alpha")));
    CHECK(same_string(value, bmp("  FLIGHT plan  alpha ")));
    CHECK_FALSE(same_string(value, t61("flightplan alpha")));
    CHECK_FALSE(same_string(value, t61("flight plan alph")));
    CHECK(contains(value, {{any, t61("T P")}}));
    CHECK(contains(value, {{any, t61("plan ")}}));
    CHECK_FALSE(contains(value, {{any, t61("plana")}}));
    CHECK(contains(value, {{initial, t61("FLI")}, {any, t61("pl")}, {final, t61("PHA")}}));
    CHECK_FALSE(contains(value, {{initial, t61("light")}}));
    CHECK_FALSE(contains(value, {{final, t61("alph")}}));
    CHECK(get(service::make_ordering(MatchingRule::ms_string_ordering, service::Bound::at_least,
                                     t61("FLIGHT PLAN ALPHA")))
              ->matches(value));
    CHECK_FALSE(get(service::make_ordering(MatchingRule::ms_string_ordering, service::Bound::at_least,
                                           t61("flight plan alphb")))
                    ->matches(value));
  }
}

TEST_CASE("letters beyond ASCII are compared by what they are, not by their octets") {
  for (const Octets& value : {t61("Été à Zürich"), bmp("ÉTÉ À ZÜRICH"), universal("été  à zürich"),
                              latin1("été à Zürich"), text_value(ber::tags::utf8_string, "Été à Zürich"),
                              text_value(ber::tags::utf8_string, "E\u0301te\u0301 a\u0300 Zu\u0308rich")}) {
    INFO(to_hex(value));
    CHECK(same_string(value, t61("ÉTÉ À ZÜRICH")));
    CHECK(contains(value, {{any, bmp("té à")}}));
    CHECK(contains(value, {{any, latin1("ZÜR")}}));
    CHECK_FALSE(contains(value, {{any, t61("zur")}}));
    CHECK_FALSE(contains(value, {{any, t61("ete")}}));
  }
  // The letter before an accent is not the letter: its octet alone must not be found.
  CHECK_FALSE(contains(text_value(ber::tags::utf8_string, "caf e\u0301"), {{final, t61("e")}}));
  CHECK(same_string(text_value(ber::tags::utf8_string, "ПЛАН"), bmp("план")));
  CHECK(same_string(text_value(ber::tags::utf8_string, "a\u00a0b"), t61("A B")));
}

TEST_CASE("strings of any length, empty ones, and what is no string") {
  for (const std::size_t size : {1u, 15u, 16u, 17u, 127u, 128u, 255u, 256u, 257u, 1000u, 70'000u}) {
    std::string text(size, 'X');
    text.front() = 'A';
    text.back() = 'Z';
    const Octets value = t61(text);
    INFO(size);
    CHECK(contains(value, {{final, t61("z")}}));
    CHECK(same_string(value, value));
    CHECK_FALSE(same_string(value, t61(text + "y")));
    CHECK(contains(t61(text + "  end"), {{any, t61("z e")}}));
  }
  CHECK(same_string(t61(""), t61("   ")));
  CHECK(contains(t61(""), {{any, t61("")}}));
  CHECK_FALSE(contains(t61(""), {{any, t61("a")}}));
  CHECK_FALSE(contains(octets_value(ber::tags::octet_string, to_octets("abc")), {{any, t61("a")}}));
  CHECK_FALSE(contains(hex("1405 6162"), {{any, t61("a")}}));   // longer than it is
  CHECK_FALSE(contains(hex("1401 61 00"), {{any, t61("a")}}));  // something behind it
  CHECK_FALSE(contains({}, {{any, t61("a")}}));
}

TEST_CASE("fold_ascii says what fold says, or nothing") {
  std::mt19937 dice(3);
  std::array<char, 64> room{};
  for (int round = 0; round < 5000; ++round) {
    std::string text;
    const std::size_t size = dice() % 70;
    while (text.size() < size) text += " aZ\tx@[`{"[dice() % 9];
    if (dice() % 5 == 0 && !text.empty()) text[dice() % size] = static_cast<char>(0xc3);
    const auto folded = asn1::text::fold_ascii(view(text), room);
    const bool ascii = asn1::text::is_ia5(text);
    INFO(text);
    REQUIRE(folded.has_value() == (text.empty() || (ascii && size <= room.size())));
    if (folded) REQUIRE(*folded == asn1::text::fold(text));
  }
}

namespace {

class Names {
 public:
  explicit Names(std::uint32_t seed) : dice_(seed) {}

  ORName name() {
    ORAddress a;
    a.country = pick({"XX", "xx", "YY", ""});
    if (one_in(2)) a.admd = pick({"TEST", "test ", " ", ""});
    a.prmd = pick({"DEMO", "Demo", "", "OTHER"});
    if (one_in(4)) a.x121_address = pick({"123", "124"});
    if (one_in(5)) a.terminal_id = pick({"t1", "T1", "t2"});
    if (one_in(5)) a.numeric_user_id = pick({"1", "2"});
    if (one_in(2)) a.organization = text();
    for (int i = below(4); i > 1; --i) a.organizational_units.push_back(text());
    if (one_in(2)) a.personal_name.surname = text();
    if (!a.personal_name.surname.empty() && one_in(3)) a.personal_name.given = text();
    if (!a.personal_name.surname.empty() && one_in(6)) a.personal_name.initials = text();
    if (one_in(2)) a.common_name = text();
    if (one_in(6)) a.domain_defined.push_back({text(), text()});
    if (one_in(8)) a.network.e164_number = "4711";
    ORName n{a, {}};
    // Name ::= one RDN, commonName
    if (one_in(4))
      n.directory_name = hex(one_in(2) ? "300c310a300806035504031301 41" : "300c310a300806035504031301 42");
    return n;
  }
  // The same, here and there written otherwise.
  ORName respelt(ORName n) {
    ORAddress& a = n.address;
    for (ORText* t : {&a.organization, &a.personal_name.surname, &a.personal_name.given, &a.common_name})
      if (one_in(3)) respell(*t);
    for (ORText& t : a.organizational_units)
      if (one_in(3)) respell(t);
    if (one_in(8)) a.country = pick({"XX", "YY"});
    if (one_in(8)) a.personal_name.surname = text();
    if (one_in(8)) n.directory_name = {};
    return n;
  }

 private:
  int below(int n) { return static_cast<int>(dice_() % static_cast<unsigned>(n)); }
  bool one_in(int n) { return below(n) == 0; }
  std::string pick(std::vector<std::string> from) {
    return from[static_cast<std::size_t>(below(static_cast<int>(from.size())))];
  }
  ORText text() {
    const std::string t = pick({"Smith", "SMITH", "Sm ith", "Jones", "Müller"});
    ORText out = ORText::of(t);
    if (one_in(6)) respell(out);
    return out;
  }
  void respell(ORText& t) {
    if (t.empty()) return;
    const std::string text = t.utf8();
    if (one_in(2)) t.teletex = std::string(chars(get(asn1::text::to_t61(text))));
    if (one_in(3)) t.universal = text;
    if (one_in(2) && (!t.teletex.empty() || !t.universal.empty())) t.printable.clear();
  }

  std::mt19937 dice_;
};

bool same_directory_name(const ORName& a, const ORName& b) {
  return !a.directory_name.empty() && a.directory_name == b.directory_name;
}

}  // namespace

TEST_CASE("names match as their addresses or directory names are the same, however they are spelt") {
  int same = 0, told = 0;
  constexpr int rounds = 6000;
  Names names(17);
  for (int round = 0; round < rounds; ++round) {
    const ORName assertion = names.name();
    const ORName value = round % 2 == 0 ? names.respelt(assertion) : names.name();
    // What the codec gives back: empty and absent are not told apart everywhere.
    const ORName read = get(ORName::decode(value.encode())), wanted = get(ORName::decode(assertion.encode()));
    const bool expected =
        same_directory_name(read, wanted) || (!read.address.empty() && !wanted.address.empty() &&
                                              asn1::same_address(read.address, wanted.address));
    INFO(round << ": " << to_hex(value.encode()) << " and " << to_hex(assertion.encode()));
    REQUIRE(same_name(value, assertion) == expected);
    same += expected ? 1 : 0;
    const Octets octets = value.encode();
    told += service::NameSketch(wanted).may_equal(get(ber::read_one(octets))) ? 0 : 1;
  }
  // Both happen, and most that differ are told by a look.
  CHECK(same > rounds / 10);
  CHECK(told > (rounds - same) * 2 / 3);
}

TEST_CASE("a name is read also where its encoding is unusual") {
  const auto matcher = get(service::make_match(MatchingRule::or_name, name(bob_address)));
  CHECK(matcher->matches(name("C=xx;A=test;P=demo;O=ORG;S=BOB")));
  CHECK_FALSE(matcher->matches(name(alice_address)));
  // Indefinite lengths outside and inside; the surname in segments.
  Octets surname = hex("a0 80 04 01 42 04 02 6f 62 00 00");
  const auto of = [&](const Octets& s) {
    Octets out = hex(
        "60 80 30 80 61 04 13 02 58 58 62 06 13 04 54 45 53 54 a2 06 13 04 44 45 4d 4f 83 03 4f 72 67 a5 80");
    append(out, s);
    append(out, hex("00 00 00 00 00 00"));
    return out;
  };
  CHECK(matcher->matches(of(surname)));
  CHECK(matcher->matches(of(hex("80 03 42 6f 62"))));
  CHECK_FALSE(matcher->matches(of(hex("80 03 42 6f 63"))));
  // A bare address is a name too; what is neither is none.
  const Octets bob = name(bob_address);
  const auto e = get(ber::read_one(bob));
  ber::Writer w;
  w.header(ber::tags::sequence, true, e.content.size());
  w.raw(e.content);
  CHECK(matcher->matches(std::move(w).take()));
  CHECK_FALSE(matcher->matches(teletex("Bob")));
  CHECK_FALSE(matcher->matches(hex("6003 30 05 61")));
}

TEST_CASE("descriptors match by their formal names, wherever those stand") {
  const auto descriptor = [](const Octets& members) {
    ber::Writer w;
    w.constructed(ber::tags::set, [&] { w.raw(members); });
    return std::move(w).take();
  };
  const auto joined = [](Octets a, const Octets& b) {
    append(a, b);
    return a;
  };
  const Octets free_form = hex("80 03 42 6f 62");
  const auto bob = get(service::make_match(MatchingRule::or_descriptor, descriptor(name(bob_address))));
  CHECK(bob->matches(descriptor(name(bob_address))));
  CHECK(bob->matches(descriptor(joined(free_form, name(bob_address)))));
  CHECK(bob->matches(descriptor(joined(name("C=xx;A=test;P=demo;O=ORG;S=BOB"), free_form))));
  CHECK_FALSE(bob->matches(descriptor(joined(name(alice_address), free_form))));
  CHECK_FALSE(bob->matches(descriptor(free_form)));
  const auto free = get(service::make_match(MatchingRule::or_descriptor, descriptor(free_form)));
  CHECK(free->matches(descriptor(hex("80 05 20 62 4f 42 20"))));
  CHECK_FALSE(free->matches(descriptor(hex("80 03 42 6f 63"))));
}

TEST_CASE("IPM identifiers: users are compared where both have one") {
  const auto id = [](const Octets& user, std::string_view local) {
    ber::Writer w;
    w.constructed(ber::application(11), [&] {
      w.raw(user);
      w.primitive(ber::tags::printable_string, local);
    });
    return std::move(w).take();
  };
  const auto bob = get(service::make_match(MatchingRule::ipm_identifier, id(name(bob_address), " 1 ")));
  CHECK(bob->matches(id(name(bob_address), "1")));
  CHECK(bob->matches(id({}, "1")));
  CHECK_FALSE(bob->matches(id(name(alice_address), "1")));
  CHECK_FALSE(bob->matches(id(name(bob_address), "2")));
  const auto anybody = get(service::make_match(MatchingRule::ipm_identifier, id({}, "1")));
  CHECK(anybody->matches(id(name(alice_address), "1")));
  CHECK_FALSE(anybody->matches(id(name(alice_address), "10")));
}
