// Presentation data values and aborts (X.226 8.3, 8.4): PDV lists, ARU, ARP.
#pragma once

#include <optional>
#include <vector>

#include "x400/ber/oid.hpp"
#include "x400/ber/writer.hpp"
#include "x400/osi/rose_types.hpp"
#include "x400/osi/slice.hpp"

namespace x400::osi::presentation {

/// Basic encoding rules, the only transfer syntax here.
const ber::Oid& basic_encoding();

/// ARP reasons (Abort-reason).
enum class AbortReason : std::uint8_t {
  not_specified = 0,
  unrecognised_ppdu = 1,
  unexpected_ppdu = 2,
  unexpected_session_primitive = 3,
  unrecognised_parameter = 4,
  unexpected_parameter = 5,
  invalid_parameter = 6,
};

struct Fault {
  AbortReason reason = AbortReason::not_specified;
  std::string text;
};

/// One presentation data value. `value` is what stands inside [0] (or [1], [2]); whether it is one good
/// value is for its user to find out, because its end is known without looking in.
struct Pdv {
  ContextId context = 0;
  Slice value;
};

/// All values of user data (fully-encoded-data, tag 61), in order, at least one.
Result<std::vector<Pdv>, Fault> parse_user_data(const Slice& user_data);

/// Fully-encoded-data with one value; the header is new, the value's slices are the given ones.
Chain user_data(ContextId context, Chain value);
/// The same inside a PPDU under construction.
void put_user_data(ber::Writer& w, ContextId context, View value);

/// ARU: the contexts in force, and an ABRT on the ACSE context.
Octets encode_aru(const std::vector<ContextId>& contexts, ContextId acse, View abrt);
Octets encode_arp(AbortReason reason);

/// What an AB carried.
struct Abort {
  bool by_user = false;                ///< ARU; otherwise ARP, nothing, or not readable
  std::optional<std::int64_t> reason;  ///< of ARP
  std::vector<Pdv> user_data;          ///< of ARU; empty if it cannot be read
};
/// Never fails: an abort is an abort.
Abort parse_abort(const Slice& user_data);

}  // namespace x400::osi::presentation
