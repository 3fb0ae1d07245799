// Messages to be delivered: made once, then only their numbers change, so that making them costs the
// measurement nothing.
#pragma once

#include <cstdint>
#include <string>

#include "x400/asn1/mts/fields.hpp"
#include "x400/asn1/or_name.hpp"
#include "x400/base/result.hpp"
#include "x400/osi/slice.hpp"

namespace bench {

/// A content of about `size` octets that reads as an interpersonal message.
x400::Result<x400::osi::Slice> message_of(std::size_t size);

struct EnvelopeOf {
  x400::asn1::ORAddress to;
  std::string originator = "C=XX;ADMD=TEST;PRMD=BENCH;O=Org;S=Sender";
  x400::asn1::mts::Priority priority = x400::asn1::mts::Priority::normal;
  bool military = false;  ///< content type P772
};

/// A value with a number in it (the local part of its message-delivery-identifier).
class Numbered {
 public:
  /// A MessageDeliveryEnvelope.
  static Numbered envelope(const EnvelopeOf& of);
  /// The argument of message-delivery in front of `content_size` octets of content.
  static Numbered argument_head(const x400::asn1::ORAddress& to, std::size_t content_size);

  x400::Octets with(std::uint64_t number) const;

 private:
  explicit Numbered(x400::Octets pattern);
  x400::Octets pattern_;
  std::size_t at_ = 0;
};

/// The address of a mailbox of measurements.
std::string address_text(unsigned mailbox);
x400::asn1::ORAddress address_of(unsigned mailbox);

}  // namespace bench
