// What composing functions share.
#pragma once

#include <string>
#include <string_view>

#include "x400/ber/writer.hpp"

namespace x400::content {

/// Writer::constructed with contents that can fail; what was written is worthless then.
template <class F>
Status write_constructed(ber::Writer& w, ber::Tag tag, F&& contents) {
  Status status = Ok{};
  w.constructed(tag, [&] { status = contents(); });
  return status;
}

/// The octets written, if all went well.
inline Result<Octets> taken(ber::Writer&& w, Status&& status) {
  if (!status.ok()) return std::move(status).error();
  return std::move(w).take();
}

/// Error: invalid, beginning with `what`.
Status check_printable(std::string_view text, std::size_t most, std::string_view what);

Octets encoded_integer(std::int64_t n);

/// UniversalOrBMPString of X.411 in the two-octet form; the four-octet form where it must be.
Result<Octets> encoded_bmp_set(std::string_view utf8, std::size_t most, std::string_view what);

}  // namespace x400::content
