#include "take_extension.hpp"

namespace x400::content {
namespace {

bool is_context(const Field& f) { return f.type().cls == ber::Class::context; }

// UTF8String, and NumericString (18) to BMPString (30): strings and times.
bool is_string(ber::Tag tag) {
  return tag == ber::tags::utf8_string ||
         (tag.cls == ber::Class::universal && tag.number >= 18 && tag.number <= 30);
}

Error unexpected(const Field& f, const char* wanted) {
  return Error(ErrorKind::malformed, to_string(f.type()) + " for " + wanted);
}

}  // namespace

Result<std::int64_t> read_number(const Field& f) {
  if (!is_context(f) && f.type() != ber::tags::integer && f.type() != ber::tags::enumerated)
    return unexpected(f, "a number");
  return ber::read_integer(f.element());
}

Result<std::string> read_characters(const Field& f) {
  if (!is_context(f) && !is_string(f.type())) return unexpected(f, "a character string");
  return ber::read_chars(f.element());
}

}  // namespace x400::content
