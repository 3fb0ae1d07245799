#include "x400/content/body.hpp"

#include "vectors.hpp"
#include "x400/asn1/oids.hpp"
#include "x400/content/file_transfer.hpp"
#include "x400/content/text_parts.hpp"

using namespace x400;
using namespace x400::content;
using test::hex;
namespace et = asn1::oids::body_part;

namespace {

// The parts borrow `octets`.
BodyPart part_of(const Octets& octets) {
  auto e = ber::read_one(octets);
  REQUIRE(e.ok());
  return read_body_part(*e);
}

}  // namespace

TEST_CASE("case 13: an extended ia5 text is an ia5 text") {
  // data EXTERNAL { 2.6.1.4.0, single-ASN1-type IA5String }, parameters [0] EXTERNAL { 2.6.1.11.0, SET {} }
  const Octets octets =
      hex("af21 a00a 0604 56010b00 a002 3100 2813 0604 56010400 a00b 1609 48656c6c6f20796f75");
  const BodyPart p = part_of(octets);
  CHECK(p.broken == "");
  CHECK(p.kind == PartKind::ia5_text);
  CHECK(p.extended);
  CHECK(p.type == et::et_ia5_text);
  CHECK(p.parameters_type == et::ep_ia5_text);
  CHECK(to_hex(p.parameters->encoded()) == "3100");
  CHECK(*text(p) == "Hello you");
  CHECK(p.size() == octets.size());
}

TEST_CASE("case 14: general text and its character sets") {
  // repertoires {1, 6, 100}; text "Caf" E9
  const Octets octets =
      hex("af25 a013 0604 56010b0b a00b 3109 020101 020106 020164 280e 0604 5601040b a006 1b04 436166e9");
  const BodyPart p = part_of(octets);
  CHECK(p.broken == "");
  CHECK(p.kind == PartKind::general_text);
  CHECK(*character_sets(p) == std::vector<std::int64_t>{1, 6, 100});
  CHECK(*text(p) == "Caf\xC3\xA9");
}

TEST_CASE("general text in other right halves") {
  CHECK(decode_general_text(hex("d0"), {1, 6, 144}) == "\xD0\xB0");  // Cyrillic а
  CHECK(decode_general_text(hex("1b2d4c d0 1b2d41 e9"), {1, 6}) == "\xD0\xB0\xC3\xA9");
  CHECK(decode_general_text(hex("1b2842 41"), {}) == "A");  // ASCII to G0
  CHECK(decode_general_text(hex("41 1b"), {}) == "A");      // torn escape
  CHECK(decode_general_text(hex("a1 41"), {126}) ==
        "\xE2\x80\x98"
        "A");  // Greek quotation mark
}

TEST_CASE("teletex pages in T.61") {
  const Octets octets = hex("a513 3103 800102 300c 1405 43 6166c265 1403 c875 21");
  const BodyPart p = part_of(octets);
  CHECK(p.kind == PartKind::teletex);
  CHECK(p.broken == "");
  CHECK(*text(p) == "Caf\xC3\xA9\f\xC3\xBC!");
}

TEST_CASE("bilaterally defined, nationally defined, list forms") {
  const Octets bilateral = hex("8e03 010203");
  CHECK(to_hex(part_of(bilateral).data->encoded()) == "0403010203");
  CHECK(part_of(bilateral).type == et::et_bilaterally_defined);
  const Octets national = hex("a703 020107");
  CHECK(to_hex(part_of(national).data->encoded()) == "020107");
  const Octets g4 = hex("a302 3000");
  CHECK(to_hex(part_of(g4).whole.encoded()) == "30023000");
}

TEST_CASE("case 16: a tag nobody assigned") {
  const Octets octets = hex("ac03 020101");
  const BodyPart p = part_of(octets);
  CHECK(p.kind == PartKind::unknown);
  CHECK_FALSE(p.type.has_value());
  CHECK(p.broken == "");
  CHECK(equal(p.whole.received(), octets));
  CHECK_FALSE(text(p).ok());
}

TEST_CASE("the three encodings of an EXTERNAL") {
  // mm-message's data as an OCTET STRING value in each of them
  for (const char* text_hex :
       {"af10 280e 0604 56010409 a006 0404 01020304", "af10 280e 0604 56010409 8106 0404 01020304",
        "af11 280f 0604 56010409 8207 00 0404 01020304",
        "af14 2812 0604 56010409 a10a 0402 0404 0404 01020304"}) {
    const Octets octets = hex(text_hex);
    const BodyPart p = part_of(octets);
    CHECK(p.broken == "");
    REQUIRE(p.data.has_value());
    CHECK(to_hex(p.data->encoded()) == "040401020304");
    CHECK(p.kind == PartKind::bilaterally_defined);
  }
}

TEST_CASE("broken parts stay in the list, with the reason") {
  for (const char* text_hex : {"a000", "a002 3100", "8000", "af00", "af02 2800", "af06 2804 0600 a000",
                               "af0a 2808 0604 56010400 8200", "a900", "a504 0201"}) {
    INFO(text_hex);
    Octets octets = hex(text_hex);
    auto e = ber::Reader(octets).next();
    if (!e.ok()) continue;
    CHECK(read_body_part(*e).broken != "");
  }
  const Octets bad_in_list = hex("3010 a000 a009 3100 1605 68656c6c6f 8e01 07");
  const auto parts = read_body(Field(*ber::read_one(bad_in_list)));
  REQUIRE(parts.ok());
  REQUIRE(parts->size() == 3);
  CHECK(parts->at(0).broken != "");
  CHECK(*text(parts->at(1)) == "hello");
}

TEST_CASE("case 15: a file transfer, octet-aligned") {
  using test::tlv;
  // X.420 IPMSFileTransferBodyPartType; the attributes' tags are those of ISO 8571-4.
  const std::string attributes =
      tlv("a4", tlv("a0", "1904 612e677a") + tlv("a5", tlv("81", "32303236303130323033303430355a")) +
                    tlv("ad", "810104"));
  const std::string environment = tlv("a2", tlv("a0", "8003 2a0305") + tlv("a3", "1902 6f6b 1903 796573"));
  const std::string parameters = tlv("a0", "0604 56010b0c" + tlv("a0", tlv("30", environment + attributes)));
  const auto external = [](const std::string& octets) { return tlv("28", "0603 2a0304" + octets); };
  const std::string data =
      tlv("28",
          "0604 5601040c" + tlv("a0", tlv("30", external("8104 1f8b0800") + external(tlv("a0", "0402 0102")) +
                                                    external("a107 0402 0708 0401 09"))));
  const Octets octets = hex(tlv("af", parameters + data));
  const BodyPart p = part_of(octets);
  CHECK(p.broken == "");
  CHECK(p.kind == PartKind::file_transfer);
  const auto f = read_file_transfer(p);
  REQUIRE(f.ok());
  CHECK(f->name == "a.gz");
  CHECK(f->size == 4);
  CHECK(f->modified == "20260102030405Z");
  CHECK(f->application == ber::Oid{1, 2, 3, 5});
  CHECK(f->description == "ok yes");
  REQUIRE(f->data.size() == 3);
  CHECK(to_hex(f->primary()) == "1f8b0800");
  CHECK(to_hex(f->data[1]) == "0102");
  CHECK(to_hex(f->data[2]) == "070809");
}
