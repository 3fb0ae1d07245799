// The door to the generated codec: decode and encode one value of a generated type.
//
// Only sources of asn1-modules include this; the C types do not appear in public headers.
//
//   X400_TRY(name, decode_type<OrName_t>(asn_DEF_OrName, octets, "O/R name"));
//   use(name->standard);            // freed with `name`
//
// decode_type() walks the octets first, so the codec sees only values whose lengths fit and end. What
// is inside ANY members stays as received, but for indefinite lengths, which the codec never sees. Decoded
// members borrow nothing from `octets`.
//
// Threads: any number at once. The codec completes its descriptors on their first use; all of them are
// completed under a lock before the first one is used.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "asn_application.h"
#include "x400/base/octets.hpp"
#include "x400/base/result.hpp"
#include "x400/ber/walk.hpp"

namespace x400::asn1::codec {

struct Deleter {
  asn_TYPE_descriptor_t* type = nullptr;
  void operator()(void* value) const;
};

/// An owned value of a generated type.
template <class T>
using Owned = std::unique_ptr<T, Deleter>;

/// Errors: truncated (octets end inside the value), malformed (also trailing octets), limit. The text
/// begins with `what`.
Result<void*> decode_raw(asn_TYPE_descriptor_t& type, View octets, std::string_view what,
                         const ber::Limits& limits);

template <class T>
Result<Owned<T>> decode_type(asn_TYPE_descriptor_t& type, View octets, std::string_view what,
                             const ber::Limits& limits = {}) {
  X400_TRY(raw, decode_raw(type, octets, what, limits));
  return Owned<T>(static_cast<T*>(raw), Deleter{&type});
}

/// A zeroed value to fill in: members must come from malloc (make, assign), never from new.
template <class T>
Owned<T> make(asn_TYPE_descriptor_t& type) {
  return Owned<T>(static_cast<T*>(std::calloc(1, sizeof(T))), Deleter{&type});
}

/// DER of a value. Its cost grows exponentially with nested explicitly tagged CHOICEs: not for
/// recursive types. Error: internal (a mandatory member is missing).
Result<Octets> encode_type(asn_TYPE_descriptor_t& type, const void* value, std::string_view what);

/// What was found inside a value that was walked whole: "truncated" is malformed there, as no further octet
/// can cure it.
template <class T>
Result<T> inside(Result<T> result) {
  if (result.ok() || result.error().kind() != ErrorKind::truncated) return result;
  return Error(ErrorKind::malformed, result.error().text());
}

// Members of the generated types. OCTET STRING, ANY and the character strings share one layout (buf,
// size) but are distinct C++ types.

template <class String>
View octets_of(const String& s) {
  return View(s.buf, static_cast<std::size_t>(s.size));
}
template <class String>
std::string text_of(const String& s) {
  return std::string(chars(octets_of(s)));
}
/// The elements of a SEQUENCE OF or SET OF member, for range-for.
template <class List>
auto items(const List& list) {
  return std::span(list.list.array, static_cast<std::size_t>(list.list.count));
}

}  // namespace x400::asn1::codec
