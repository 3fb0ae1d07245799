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
  other,  ///< known or not: none of the functional units agreed here has it
};
inline constexpr std::size_t kinds = 9;

namespace pi {
inline constexpr std::uint8_t connection_identifier = 1, connect_accept_item = 5, linking_information = 33,
                              called_reference = 9, calling_reference = 10, common_reference = 11,
                              transport_disconnect = 17, protocol_options = 19, user_requirements = 20,
                              tsdu_maximum = 21, version = 22, enclosure = 25, reason = 50, calling_ssel = 51,
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
  /// A value of exactly one octet; absent if it is not there or has another length.
  std::optional<std::uint8_t> octet(std::uint8_t code) const;
  /// Parameter 193, else 194; empty if neither is there.
  View user_data() const;
};

/// The SPDU of one TSDU, behind its GT or PT if it has one. Errors: malformed.
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
                              pt = 2, dt = 1, typed_data = 33;
}

}  // namespace x400::osi::session
