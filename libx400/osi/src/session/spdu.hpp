// SPDUs (X.225 8): structure, kinds, parameters; read and written.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "x400/base/octets.hpp"
#include "x400/base/result.hpp"

namespace x400::osi::session {

/// What a TSDU holds. An SI means one thing at the start of a TSDU and another behind GT or PT.
enum class Kind : std::uint8_t {
  cn,     ///< connect
  ac,     ///< accept
  rf,     ///< refuse
  fn,     ///< finish
  dn,     ///< disconnect
  ab,     ///< abort
  aa,     ///< abort accept
  dt,     ///< data transfer, behind GT
  oa,     ///< overflow accept
  cdo,    ///< connect data overflow
  other,  ///< known or not: none of the functional units agreed here has it
  // Of half-duplex, minor synchronise, exceptions and activity management.
  gt,   ///< give tokens, without confirmation
  pt,   ///< please tokens
  gtc,  ///< give tokens confirm
  gta,  ///< give tokens acknowledge
  as,   ///< activity start
  ar,   ///< activity resume
  mip,  ///< minor synchronisation point
  mia,  ///< its acknowledgement
  ae,   ///< activity end
  aea,  ///< its acknowledgement
  ai,   ///< activity interrupt
  aia,  ///< its acknowledgement
  ad,   ///< activity discard
  ada,  ///< its acknowledgement
  ed,   ///< exception data
};
inline constexpr std::size_t kinds = static_cast<std::size_t>(Kind::ed) + 1;

namespace pi {
inline constexpr std::uint8_t connection_identifier = 1, connect_accept_item = 5, linking_information = 33,
                              called_reference = 9, calling_reference = 10, common_reference = 11,
                              sync_type = 15, tokens = 16, transport_disconnect = 17, protocol_options = 19,
                              user_requirements = 20, tsdu_maximum = 21, version = 22, enclosure = 25,
                              token_setting = 26, activity = 41, serial = 42, reason = 50, calling_ssel = 51,
                              called_ssel = 52, data_overflow = 60, user_data = 193, extended_user_data = 194;
}

struct Parameter {
  std::uint8_t group = 0;  ///< PGI it stands in, 0: none
  std::uint8_t code = 0;
  View value;
};

/// Views into the TSDU it was read from.
struct Spdu {
  Kind kind = Kind::other;
  std::uint8_t si = 0;
  std::vector<Parameter> parameters;
  View user_information;  ///< DT: what follows the parameters

  std::optional<View> find(std::uint8_t code) const;
  /// The same outside of any group, or inside this one.
  std::optional<View> find(std::uint8_t code, std::uint8_t group) const;
  /// A value of exactly one octet; absent if it is not there or has another length.
  std::optional<std::uint8_t> octet(std::uint8_t code) const;
  /// Parameter 193, else 194; empty if neither is there.
  View user_data() const;
};

/// All SPDUs of one TSDU in order. A GT or PT in front of others counts only if it moves or asks for a token;
/// alone it always does. Errors: malformed; limit for more than eight.
Result<std::vector<Spdu>> parse_all(View tsdu);
/// The last of them: what most TSDUs are about.
Result<Spdu> parse(View tsdu);

/// Builds one SPDU; parameters in the order of the calls.
class Builder {
 public:
  explicit Builder(std::uint8_t si) : si_(si) {}

  Builder& add(std::uint8_t code, View value);
  Builder& add(std::uint8_t code, std::uint8_t octet) { return add(code, View(&octet, 1)); }
  Builder& add_group(std::uint8_t code, const Builder& inner) { return add(code, inner.parameters_); }
  /// Limit beyond the 65535 octets of parameters an SPDU can have.
  Result<Octets> finish() const;
  std::size_t size() const { return parameters_.size(); }

 private:
  std::uint8_t si_;
  Octets parameters_;
};

namespace si {
inline constexpr std::uint8_t cn = 13, ac = 14, rf = 12, fn = 9, dn = 10, nf = 8, ab = 25, aa = 26, gt = 1,
                              pt = 2, dt = 1, typed_data = 33, oa = 16, cdo = 15, gtc = 21, gta = 22;
// Behind GT.
inline constexpr std::uint8_t as = 45, ar = 29, mip = 49, ae = 41, ai = 25, ad = 57;
// Behind PT.
inline constexpr std::uint8_t mia = 50, aea = 42, aia = 26, ada = 58, ed = 48;
}  // namespace si

}  // namespace x400::osi::session
