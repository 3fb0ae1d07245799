// ACSE APDUs (X.227): AARQ, AARE, RLRQ, RLRE, ABRT, and the bind values in their user information.
#pragma once

#include <optional>
#include <vector>

#include "x400/ber/oid.hpp"
#include "x400/ber/walk.hpp"
#include "x400/osi/rose_types.hpp"
#include "x400/osi/slice.hpp"

namespace x400::osi::acse {

const ber::Oid& abstract_syntax();

inline constexpr ber::Tag aarq = ber::application(0), aare = ber::application(1), rlrq = ber::application(2),
                          rlre = ber::application(3), abrt = ber::application(4);

/// Bind{} of X.880: explicit tags around argument, result and error.
inline constexpr ber::Tag bind_argument = ber::context(16), bind_result = ber::context(17),
                          bind_error = ber::context(18);

/// Associate-result and diagnostics.
enum class Outcome : std::uint8_t { accepted = 0, rejected_permanent = 1, rejected_transient = 2 };
struct Diagnostic {
  bool provider = false;
  int code = 0;
};
namespace diagnostics {
inline constexpr Diagnostic null{false, 0}, no_reason{false, 1}, context_name{false, 2}, version{true, 2};
}

/// One EXTERNAL of user information.
struct External {
  std::optional<std::int64_t> context;  ///< indirect-reference
  Slice value;
};

/// An EXTERNAL by itself. Errors: malformed.
Result<External> parse_external(const Slice& value);

struct Aarq {
  bool version_1 = true;
  ber::Oid context_name;
  Slice calling_ap_title;
  std::vector<External> user_information;
};
/// `apdu`: the whole APDU, walked. Errors: malformed.
Result<Aarq> parse_aarq(const Slice& apdu);

struct Aare {
  ber::Oid context_name;
  std::int64_t result = 0;
  Diagnostic diagnostic;
  std::vector<External> user_information;
};
Result<Aare> parse_aare(const Slice& apdu);

/// Whether the octets are one APDU with this tag.
bool is(View apdu, ber::Tag tag);

/// The bind value in this tag: exactly one value of a universal type inside. A value of another shape (an
/// implicit tag, another choice) is malformed. Walked here: in an octet string nobody has looked before.
Result<Slice> open_bind(const Slice& value, ber::Tag tag, const ber::Limits& limits = ber::Limits::bind());

/// User information on its way out: one EXTERNAL.
struct Information {
  ContextId context = 0;
  View value;  ///< one whole value
};
/// `bind` inside an explicit tag: a bind value as user information has it.
Octets put_bind(ber::Tag tag, View bind);

Octets encode_aarq(const ber::Oid& context_name, const std::optional<Information>& information);
Octets encode_aare(const ber::Oid& context_name, Outcome outcome, Diagnostic diagnostic,
                   const std::optional<Information>& information);
Octets encode_rlrq();
Octets encode_rlre();
enum class AbortSource : std::uint8_t { user = 0, provider = 1 };
Octets encode_abrt(AbortSource source, const std::optional<Information>& information = std::nullopt);
struct Abrt {
  AbortSource source = AbortSource::user;  ///< user if it cannot be read
  std::vector<External> user_information;  ///< empty if it cannot be read
};
/// Never fails: an abort is an abort.
Abrt parse_abrt(const Slice& apdu);

}  // namespace x400::osi::acse
