#include "x400/asn1/text.hpp"

#include <catch2/catch.hpp>

using namespace x400;
using namespace x400::asn1;

namespace {
Octets hex(const char* text) { return *from_hex(text); }
}  // namespace

TEST_CASE("T.61 is read: accents before letters, the right half, undefined octets") {
  CHECK(text::from_t61(hex("4dc8756c6c6572")) == "Müller");
  CHECK(text::from_t61(hex("c24164616d")) == "Ádam");
  CHECK(text::from_t61(hex("4fd56c65")) == "O\uFFFDle");  // no letter there in T.61
  CHECK(text::from_t61(hex("c96f")) == "ö");              // the umlaut of older editions
  CHECK(text::from_t61(hex("f961 fb e1 f1")) == "øaßÆæ");
  CHECK(text::from_t61(hex("a4 a6 23 24")) == "$##$");
  CHECK(text::from_t61(hex("c8")) == "\uFFFD");  // an accent with nothing after it
  CHECK(text::from_t61(hex("c20d0a")) == "\uFFFD\r\n");
  CHECK(text::from_t61(hex("cc61")) == "a\u0332");
  CHECK(text::from_t61(hex("c171")) == "q\u0300");  // no composed character exists
}

TEST_CASE("T.61 is written, and refused where it has no character") {
  CHECK(to_hex(*text::to_t61("Müller")) == "4dc8756c6c6572");
  CHECK(to_hex(*text::to_t61("Mu\u0308ller")) == "4dc8756c6c6572");
  CHECK(to_hex(*text::to_t61("ŁÓDŹ $#")) == "e8c24f44c25a20a4a6");
  CHECK(text::to_t61("жук").error().kind() == ErrorKind::invalid);
  CHECK(text::to_t61("\xff").error().kind() == ErrorKind::malformed);
}

TEST_CASE("every T.61 octet that has a meaning survives reading and writing") {
  for (unsigned o = 0; o < 256; ++o) {
    const Octets one{static_cast<std::uint8_t>(o)};
    const std::string read = text::from_t61(one);
    if (read == "\uFFFD" || o == '$' || o == '#') continue;
    INFO(o);
    CHECK(*text::to_t61(read) == one);
  }
}

TEST_CASE("Latin-1, BMP, universal and IA5 strings") {
  CHECK(text::from_latin1(hex("4de972")) == "Mér");
  CHECK(to_hex(*text::to_latin1("Mér")) == "4de972");
  CHECK(text::to_latin1("ł").error().kind() == ErrorKind::invalid);
  CHECK(text::from_bmp(hex("004d 0142 20ac")) == "Mł€");
  CHECK(text::from_bmp(hex("d83d de00")) == "\U0001F600");
  CHECK(text::from_bmp(hex("d83d 0041 00")) == "\uFFFDA\uFFFD");
  CHECK(to_hex(*text::to_bmp("Mł€")) == "004d014220ac");
  CHECK(text::to_bmp("\U0001F600").error().kind() == ErrorKind::invalid);
  CHECK(text::from_universal(hex("0000004d 0001f600 00110000 0000d800 00")) ==
        "M\U0001F600\uFFFD\uFFFD\uFFFD");
  CHECK(to_hex(*text::to_universal("M\U0001F600")) == "0000004d0001f600");
  CHECK(text::from_ia5(hex("41c1")) == "A\uFFFD");
}

TEST_CASE("repertoires") {
  CHECK(text::is_printable("Smith-Jones (O'Hara) a/b:c=d?+1,2."));
  CHECK_FALSE(text::is_printable("a@b"));
  CHECK_FALSE(text::is_printable("a*b"));
  CHECK(text::is_numeric("262 12"));
  CHECK_FALSE(text::is_numeric("26a"));
  CHECK(text::is_utf8("é€\U0001F600"));
  CHECK_FALSE(text::is_utf8("\xc0\x80"));
  CHECK_FALSE(text::is_utf8("\xed\xa0\x80"));
  CHECK_FALSE(text::is_utf8("\xf4\x90\x80\x80"));
  CHECK_FALSE(text::is_utf8("\xe2\x82"));
}

TEST_CASE("folding: case, spaces, accents") {
  CHECK(text::fold("De  Vries ") == text::fold("de vries"));
  CHECK(text::fold("  A  B  ") == "a b");
  CHECK(text::fold("") == "");
  CHECK(text::fold("   ") == "");
  CHECK(text::fold("MÜLLER") == text::fold("mu\u0308ller"));
  CHECK(text::fold("ŁÓDŹ") == "łódź");
  CHECK(text::fold("Ÿ Ā ŭ Ŭ Ĺ Ž") == "ÿ ā ŭ ŭ ĺ ž");
  CHECK(text::fold("ΑΘΗΝΑ Ώ") == "αθηνα ώ");
  CHECK(text::fold("КИЇВ") == "київ");
  CHECK(text::fold("ß×") == "ß×");
}
