#include "x400/asn1/mts/extension_values.hpp"

#include <catch2/catch.hpp>

#include "mts_vectors.hpp"
#include "x400/asn1/or_text.hpp"

using namespace x400;
using namespace x400::asn1;
using namespace x400::asn1::mts;
using mts_vectors::octets;

namespace {

ExtensionField decoded(const std::string& hex) {
  auto field = ExtensionField::decode(octets(hex));
  if (!field.ok()) FAIL(field.error().text());
  return *field;
}

Extensions with(ExtensionField field) {
  Extensions e;
  e.add(std::move(field));
  return e;
}

EncodedORName name(const char* text) { return EncodedORName(*parse_or_address(text)); }

}  // namespace

TEST_CASE("extension fields: standard and private, criticality, absent value") {
  const ExtensionField dl = decoded("300c 800103 81020520 a203 0a0101");
  CHECK(dl.type() == ExtensionType(std::int64_t{3}));
  CHECK(dl.criticality() == Criticality{false, false, true});
  CHECK(to_hex(dl.value()) == "0a0101");
  CHECK(dl == flag_extension(extension::dl_expansion_prohibited, true));

  const ExtensionField priv = decoded("3009 83032b1a02 81020520");
  CHECK(priv.type() == ExtensionType(ber::Oid{1, 3, 26, 2}));
  CHECK(priv.value().empty());
  CHECK(to_hex(ExtensionField(ber::Oid{1, 3, 26, 2}, {false, false, true}, {}).octets()) ==
        "300983032b1a0281020520");

  // Other forms of the same: eight bits, indefinite lengths.
  const ExtensionField odd = decoded("3080 800103 81020020 a2800a01010000 0000");
  CHECK(odd.criticality() == Criticality{false, false, true});
  CHECK(to_hex(odd.value()) == "0a0101");
  CHECK(to_hex(odd.octets()) ==
        "30808001038102002"
        "0a2800a010100000000");
}

TEST_CASE("extension fields that are none") {
  for (const char* hex : {"3000", "3003810100", "3003840101", "30058001038200", "3008800103a20302010100",
                          "30058001030500", "1003800103", "3009800103a206020101020101"}) {
    INFO(hex);
    auto field = ExtensionField::decode(octets(hex));
    REQUIRE_FALSE(field.ok());
    CHECK(field.error().kind() == ErrorKind::malformed);
  }
  const Octets whole = octets("300c80010381020520a2030a0101");
  for (std::size_t n = 0; n < whole.size(); ++n)
    CHECK(ExtensionField::decode(View(whole).first(n)).error().kind() == ErrorKind::truncated);
}

TEST_CASE("names and recommended criticality") {
  CHECK(extension_name(26) == "dl-expansion-history");
  CHECK(extension_name(46) == "certificate-selectors-override");
  CHECK(extension_name(0).empty());
  CHECK(extension_name(47).empty());
  CHECK(extension_name(-1).empty());
  CHECK(recommended_criticality(2) == Criticality{true, false, false});
  CHECK(recommended_criticality(21) == Criticality{true, false, false});
  CHECK(recommended_criticality(16) == Criticality{false, false, true});
  CHECK(recommended_criticality(25) == Criticality{});
}

TEST_CASE("sets of extensions") {
  Extensions e;
  e.add(flag_extension(3, true));
  e.add(number_extension(36, 7));
  CHECK(e.repeated() == nullptr);
  CHECK(e.find(36) != nullptr);
  CHECK(e.erase(ExtensionType(std::int64_t{36})));
  CHECK_FALSE(e.erase(ExtensionType(std::int64_t{36})));
  CHECK(e.find(36) == nullptr);
  e.add(flag_extension(3, false));
  REQUIRE(e.repeated() != nullptr);
  e.set(flag_extension(3, false));
  CHECK(e.fields().size() == 1);
  CHECK_FALSE(*flag(e, 3));
}

TEST_CASE("typed values of another encoder") {
  const Extensions none;
  CHECK_FALSE(*flag(none, 3));
  CHECK_FALSE(*number(none, 36));
  CHECK(redirection_history(none)->empty());

  CHECK(*number(with(decoded("3008 800124 a203 020107")), 36) == 7);
  CHECK((*latest_delivery_time(with(decoded("3014 800105 a20f 170d 3236303130313132303030305a"))))->text ==
        "260101120000Z");
  CHECK(*requested_delivery_method(with(decoded("300d 800106 a208 3006 020101 020100"))) ==
        std::vector<std::int64_t>{1, 0});
  CHECK(*content_correlator(with(decoded("300b 800117 a206 1604 636f7272"))) == to_octets("corr"));
  auto mta =
      reporting_mta_name(with(decoded("301a 800127 a215 3013 630b 610413025858 6203130120 1604 4d544131")));
  REQUIRE(mta.ok());
  CHECK((*mta)->name == "MTA1");
  CHECK((*mta)->domain == GlobalDomain{"XX", "", ""});
  auto label = message_security_label(with(decoded("3014 800114 a20f 310d 06022a03 020103 13044d41524b")));
  REQUIRE(label.ok());
  CHECK((*label)->classification == classification::confidential);
  CHECK((*label)->policy == ber::Oid{1, 2, 3});
  CHECK((*label)->privacy_mark == "MARK");
}

TEST_CASE("typed values are written and read") {
  const EncodedORName bob = name("S=bob;A=a;C=us");
  CHECK(to_hex((*or_name(with(or_name_extension(2, bob)), 2))->octets()) == to_hex(bob.octets()));
  CHECK(or_name_extension(2, bob).criticality() == Criticality{true, false, false});
  CHECK((*latest_delivery_time(with(latest_delivery_time(UtcTime{"260101120000Z"}))))->text ==
        "260101120000Z");
  CHECK(*requested_delivery_method(with(requested_delivery_method({1, 9}))) ==
        std::vector<std::int64_t>{1, 9});
  CHECK(same_address(**originator_return_address(with(originator_return_address(bob.address()))),
                     bob.address()));
  CHECK(*content_correlator(with(content_correlator(to_octets("x")))) == to_octets("x"));

  auto redirections = redirection_history(
      with(redirection_history({{bob, UtcTime{"260101120000Z"}, RedirectionReason::alias}})));
  REQUIRE(redirections.ok());
  REQUIRE(redirections->size() == 1);
  CHECK((*redirections)[0].reason == RedirectionReason::alias);
  CHECK((*redirections)[0].time.text == "260101120000Z");

  auto expansions = expansion_history(
      with(expansion_history(26, {{bob, UtcTime{"1"}}, {name("S=x;A=a;C=us"), UtcTime{"2"}}})), 26);
  REQUIRE(expansions.ok());
  REQUIRE(expansions->size() == 2);
  CHECK((*expansions)[1].time.text == "2");

  CHECK((*reporting_mta_name(with(reporting_mta_name({{"XX", " ", ""}, "MTA", {}}))))->name == "MTA");
  CHECK(dl_exempted_recipients(with(dl_exempted_recipients({bob, bob})))->size() == 2);

  SecurityLabel label;
  label.policy = ber::Oid{1, 2, 3};
  label.classification = 4;
  label.privacy_mark = "M";
  label.categories.push_back({ber::Oid{1, 2, 4}, octets("020105")});
  CHECK(*message_security_label(with(message_security_label(label))) == label);
  CHECK(label.encode() == octets("3117 020104 06022a03 310b 3009 80022a04 a103020105 13014d"));
}

TEST_CASE("a value of another type is malformed, never something else") {
  for (const char* hex : {"3008 800103 a203 020101", "3003 800103", "3007 800103 a202 3000"})
    CHECK(flag(with(decoded(hex)), 3).error().kind() == ErrorKind::malformed);
  const Extensions wrong = with(decoded("3008 800119 a203 020101"));
  CHECK(redirection_history(wrong).error().kind() == ErrorKind::malformed);
  CHECK(expansion_history(with(decoded("300a 80011a a205 3003 020101")), 26).error().kind() ==
        ErrorKind::malformed);
  CHECK(content_correlator(with(decoded("3008 800117 a203 020101"))).error().kind() == ErrorKind::malformed);
  CHECK(or_name(with(decoded("3008 800102 a203 020101")), 2).error().kind() == ErrorKind::malformed);
}
