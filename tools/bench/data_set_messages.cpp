#include <fmt/format.h>

#include "data_set.hpp"
#include "x400/asn1/or_text.hpp"
#include "x400/content/compose.hpp"
#include "x400/content/compose_military.hpp"

namespace bench {

using namespace x400;

namespace {

constexpr unsigned originators = 50, subjects = 100, priorities = 3;
constexpr std::uint64_t urgent = 1, non_urgent = 2, rare = 11, large = 3,
                        military = 7;  // of each hundred, thousand

Result<std::vector<Octets>> text_part(std::size_t size) {
  X400_TRY(part, content::ia5_text_part(std::string(size, 'x')));
  return std::vector<Octets>{std::move(part)};
}

content::NewHeading heading(const std::string& subject) {
  content::NewHeading heading;
  heading.this_ipm.local = "bench";
  heading.subject = subject;
  return heading;
}

Result<osi::Slice> plain(const std::string& subject, std::size_t size) {
  X400_TRY(parts, text_part(size));
  X400_TRY(octets, content::compose_ipm(heading(subject), parts));
  return osi::Slice(std::move(octets));
}

Result<osi::Slice> flash(std::size_t size) {
  X400_TRY(parts, text_part(size));
  auto h = heading("Flash traffic");
  h.this_ipm.user = asn1::EncodedORName(asn1::parse_or_address(originator_text(0)).value());
  h.this_ipm.local = content::military_identifier(1, asn1::now());
  content::NewRecipient recipient;
  recipient.who = asn1::EncodedORName(address_of(0));
  h.primary.push_back(std::move(recipient));
  content::NewMilitary m;
  m.primary_precedence = content::Precedence::flash;
  X400_TRY(octets, content::compose_p772(h, m, parts));
  return osi::Slice(std::move(octets));
}

unsigned priority_of(std::uint64_t number) {
  const std::uint64_t n = number % 100;
  return n == urgent ? 2 : n == non_urgent || n == non_urgent + 1 ? 1 : 0;
}

}  // namespace

std::string originator_text(unsigned number) {
  return fmt::format("C=XX;ADMD=TEST;PRMD=BENCH;O=Org;S=Sender{}", number);
}

Result<DataSetMessages> DataSetMessages::make(std::size_t size) {
  DataSetMessages made;
  for (unsigned o = 0; o < originators; ++o)
    for (unsigned p = 0; p < priorities; ++p)
      for (const bool is_military : {false, true}) {
        EnvelopeOf e;
        e.to = address_of(0);
        e.originator = originator_text(o);
        e.priority = static_cast<asn1::mts::Priority>(p);
        e.military = is_military;
        made.envelopes_.push_back(Numbered::envelope(e));
      }
  for (unsigned s = 0; s < subjects; ++s) {
    X400_TRY(content, plain(fmt::format("Report {} about the weather", s), size));
    made.plain_.push_back(std::move(content));
  }
  X400_TRY(rare_content, plain(fmt::format("Report about the {} at the zoo", rare_word), size));
  X400_TRY(large_content, plain("A larger report", 3 * size));
  X400_TRY(flash_content, flash(size));
  made.rare_ = std::move(rare_content);
  made.large_ = std::move(large_content);
  made.military_ = std::move(flash_content);
  return made;
}

Octets DataSetMessages::envelope(std::uint64_t number) const {
  const std::uint64_t o = number / 7 % originators;
  const std::uint64_t is_military = number % 1000 == military ? 1 : 0;
  return envelopes_[(o * priorities + priority_of(number)) * 2 + is_military].with(number);
}

const osi::Slice& DataSetMessages::content(std::uint64_t number) const {
  switch (number % 1000) {
    case rare: return rare_;
    case large: return large_;
    case military: return military_;
    default: return plain_[number % subjects];
  }
}

}  // namespace bench
