// Octets nobody should send: an error or a reading, never anything else. Meant for the sanitizers.
#include <random>

#include "people.hpp"
#include "vectors.hpp"
#include "x400/asn1/oids.hpp"
#include "x400/content/ats.hpp"
#include "x400/content/compose_military.hpp"
#include "x400/content/edi.hpp"
#include "x400/content/file_transfer.hpp"
#include "x400/content/forwarded.hpp"
#include "x400/content/ipm_extensions.hpp"
#include "x400/content/readable.hpp"
#include "x400/content/text_parts.hpp"

using namespace x400;
using namespace x400::content;
using test::heading_to;
using test::hex;
using test::person;

namespace {

const asn1::Time noon{std::chrono::sys_days{std::chrono::year{2026} / 1 / 2} + std::chrono::hours(12)};

// A message with something of everything.
Octets rich_message() {
  NewHeading h = heading_to({"Bob", "Carol"});
  h.this_ipm.local = military_identifier(1, noon);
  h.primary[0].notify.rn = true;
  h.primary[0].precedence = 57;
  h.expiry_time = noon;
  h.replied_to = NewIdentifier{{}, "0"};
  h.extensions = {authorization_time(noon), *extended_subject("\xC3\xA9"), *languages({"fr"})};
  NewMilitary m;
  m.primary_precedence = Precedence::flash;
  m.sics = {"ABC"};
  m.message_type = MilitaryMessageType{1, "X"};
  const Octets inner = *compose_ipm(heading_to({"Bob"}), {*ia5_text_part("inner")});
  return *compose_p772(
      h, m,
      {*ia5_text_part("\x01PRI: SS\r\nFT: 021200\r\n\x02TEXT"), *teletex_part({"a", "\xC3\xA9"}),
       *general_text_part("\xC3\xA9"), *file_transfer_part({"n", noon, {}, "d"}, hex("01020304")),
       *message_part({noon, hex("3103810102")}, inner),
       content_part({}, asn1::oids::content_type::p22, inner), bilateral_part(hex("05"))});
}

// Everything this library can be asked about a content.
void read_everything(View content) {
  (void)readable(content, Format::p772);
  (void)readable(content, Format::edi);
  (void)read_edim(content);
  (void)content_format(content);
  const auto object = InformationObject::read(content);
  if (!object.ok()) return;
  (void)object->check();
  const Ipm* m = object->ipm();
  if (m == nullptr) return;
  (void)requestors(m->heading, Request::rn);
  (void)read_ipm_extensions(m->heading.extensions());
  (void)read_military_heading(m->heading.extensions());
  (void)encoded_information_types(*m);
  for (const Forwarded& f : forwarded_messages(*m)) (void)f.content.encoded();
  for (const BodyPart& p : m->body) {
    (void)text(p);
    (void)read_file_transfer(p);
    (void)p.whole.encoded();
  }
}

}  // namespace

TEST_CASE("cut at every octet: an error, and nothing else") {
  const Octets content = rich_message();
  REQUIRE(InformationObject::read(content).ok());
  for (std::size_t n = 0; n < content.size(); ++n) {
    // A copy of exactly n octets, so that a read beyond them is seen.
    const Octets cut(content.begin(), content.begin() + static_cast<std::ptrdiff_t>(n));
    CHECK_FALSE(InformationObject::read(cut).ok());
    read_everything(cut);
  }
}

TEST_CASE("octets changed at random are read or refused") {
  const Octets content = rich_message();
  std::mt19937 random(20260102);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  for (int round = 0; round < 4000; ++round) {
    Octets changed = content;
    for (std::size_t i = 0, n = 1 + below(4); i < n; ++i) {
      const std::size_t at = below(changed.size());
      switch (below(4)) {
        case 0: changed[at] = static_cast<std::uint8_t>(random()); break;
        case 1: changed[at] = static_cast<std::uint8_t>(changed[at] ^ 1U << below(8)); break;
        case 2: changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(at)); break;
        default: changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(at), 0x80); break;
      }
    }
    read_everything(changed);
  }
}

TEST_CASE("random octets") {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    Octets octets(random() % 64);
    for (auto& o : octets) o = static_cast<std::uint8_t>(random());
    if (!octets.empty() && random() % 2 == 0) octets[0] = random() % 2 == 0 ? 0xa0 : 0xa1;
    read_everything(octets);
  }
}

TEST_CASE("thousands of forwarded messages side by side are bounded") {
  const Octets inner = *compose_ipm(heading_to({"Bob"}), {});
  const Octets part = *message_part({}, inner);
  std::vector<Octets> parts(5000, part);
  const Octets content = *compose_ipm(heading_to({"Bob"}), parts);
  const auto object = InformationObject::read(content);
  REQUIRE(object.ok());
  CHECK(forwarded_messages(*object->ipm()).size() == max_forwarded);
}
