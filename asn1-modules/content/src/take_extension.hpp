// Reading one extension's value into the member it belongs to.
#pragma once

#include <string>

#include "x400/content/extensions.hpp"

namespace x400::content {

/// Reads the value of the extension, if it is there, into `to`; errors name it.
template <class T, class Read>
Status take_extension(const Extensions& all, const ber::Oid& type, const char* what, T& to, Read read) {
  const auto value = all.value(type);
  if (!value) return Ok{};
  auto got = read(*value);
  if (!got.ok()) return got.error().in(what);
  to = std::move(got).value();
  return Ok{};
}

/// An INTEGER or ENUMERATED, or one under a context tag. Errors: malformed, limit.
Result<std::int64_t> read_number(const Field& f);
/// A character string or time, or one under a context tag. Errors: malformed.
Result<std::string> read_characters(const Field& f);

}  // namespace x400::content
