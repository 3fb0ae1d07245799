#include "messages.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "x400/asn1/mts/content_split.hpp"
#include "x400/asn1/mts/delivery.hpp"
#include "x400/asn1/oids.hpp"
#include "x400/asn1/or_text.hpp"
#include "x400/content/compose.hpp"

namespace bench {

using namespace x400;
namespace mts = asn1::mts;

namespace {

constexpr std::string_view digits = "0000000000";

Octets encoded(const EnvelopeOf& of) {
  mts::MessageDeliveryEnvelope e;
  e.identifier = mts::MTSIdentifier({"XX", "TEST", "BENCH"}, "bench-" + std::string(digits));
  e.delivery_time = e.submission_time = mts::UtcTime::of(asn1::now());
  e.content_type = of.military ? mts::ContentType::of(asn1::oids::content_type::p772)
                               : mts::ContentType{mts::ContentType::p22};
  e.originator_name = asn1::EncodedORName(asn1::parse_or_address(of.originator).value());
  e.this_recipient = asn1::EncodedORName(of.to);
  e.priority = of.priority;
  return e.encode();
}

}  // namespace

Result<osi::Slice> message_of(std::size_t size) {
  content::NewHeading heading;
  heading.this_ipm.local = "bench";
  heading.subject = "A message to be measured";
  const std::size_t frame = 120;
  X400_TRY(part, content::ia5_text_part(std::string(size > frame ? size - frame : 1, 'x')));
  X400_TRY(octets, content::compose_ipm(heading, {part}));
  return osi::Slice(std::move(octets));
}

Numbered::Numbered(Octets pattern) : pattern_(std::move(pattern)) {
  const auto found = std::search(pattern_.begin(), pattern_.end(), digits.begin(), digits.end());
  at_ = static_cast<std::size_t>(found - pattern_.begin());
}

Numbered Numbered::envelope(const EnvelopeOf& of) { return Numbered(encoded(of)); }

Numbered Numbered::argument_head(const asn1::ORAddress& to, std::size_t content_size) {
  return Numbered(mts::message_delivery_head(encoded({to}), content_size));
}

Octets Numbered::with(std::uint64_t number) const {
  Octets value = pattern_;
  for (std::size_t i = digits.size(); i > 0; --i, number /= 10)
    value[at_ + i - 1] = static_cast<std::uint8_t>('0' + number % 10);
  return value;
}

std::string address_text(unsigned mailbox) {
  return fmt::format("C=XX;ADMD=TEST;PRMD=BENCH;O=Org;S=User{}", mailbox);
}

asn1::ORAddress address_of(unsigned mailbox) { return asn1::parse_or_address(address_text(mailbox)).value(); }

}  // namespace bench
