// MTSIdentifier: the one name of a message, probe or report through its whole life (X.411 8.5.1).
//
// message-submission-identifier, message-delivery-identifier and subject-submission-identifier of a message
// are the same value. One mailbox may lawfully receive it twice (aliases, distribution lists), so it is no
// key by itself.
//
// Threads: values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "x400/base/octets.hpp"
#include "x400/base/result.hpp"
#include "x400/ber/tag.hpp"
#include "x400/ber/writer.hpp"

namespace x400::asn1::mts {

/// GlobalDomainIdentifier: a management domain.
struct GlobalDomain {
  static constexpr ber::Tag tag = ber::application(3);

  std::string country;  ///< alpha-2 or X.121 digits
  std::string admd;     ///< " " if none
  std::string prmd;     ///< empty: absent

  /// Errors: truncated, malformed, limit.
  static Result<GlobalDomain> decode(View octets);
  void write(ber::Writer& w) const;
  /// "/PRMD=LF/ADMD=ICAO/C=XX/".
  std::string to_string() const;
  /// As O/R addresses compare: case and surplus spaces do not matter.
  friend bool operator==(const GlobalDomain& a, const GlobalDomain& b);
};

class MTSIdentifier {
 public:
  static constexpr ber::Tag tag = ber::application(4);

  MTSIdentifier() : MTSIdentifier(GlobalDomain{}, {}) {}
  /// `local`: 1..32 IA5 characters, unique in the domain for as long as anything may refer to it.
  MTSIdentifier(GlobalDomain domain, std::string local);

  /// Keeps the octets as received. Errors: truncated, malformed, limit.
  static Result<MTSIdentifier> decode(View octets);
  /// "[/PRMD=LF/ADMD=ICAO/C=XX/;a.1]" (RFC 2156). Error: malformed.
  static Result<MTSIdentifier> parse(std::string_view text);

  const GlobalDomain& domain() const { return domain_; }
  const std::string& local() const { return local_; }
  View octets() const { return octets_; }  ///< the whole TLV: as received, or made here
  std::string to_string() const;           ///< the text form
  /// Equal for equal identifiers; for maps and indexes.
  std::string key() const;

  /// Domains as O/R addresses compare, the local part octet by octet.
  friend bool operator==(const MTSIdentifier& a, const MTSIdentifier& b) {
    return a.local_ == b.local_ && a.domain_ == b.domain_;
  }

 private:
  GlobalDomain domain_;
  std::string local_;
  Octets octets_;
};

}  // namespace x400::asn1::mts
