#include "codec.hpp"

#include <mutex>
#include <set>

extern "C" {
extern asn_TYPE_descriptor_t* const x400_asn1c_descriptors[];
}

namespace x400::asn1::codec {
namespace {

// gcc says it by macros, clang by features.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define X400_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define X400_SANITIZED 1
#endif
#endif

// Octets of C stack the decoder may use: generous for what X.400 nests, far from any thread's end. It
// compares addresses of its variables, and sanitizers may put those on the heap: no limit there.
#if X400_SANITIZED
constexpr std::size_t stack_limit = 0;
#else
constexpr std::size_t stack_limit = 10'000;
#endif

// Alias types copy function pointers into their descriptor in each function until that is done;
// freeing nothing makes them do it.
void complete(asn_TYPE_descriptor_t* type, std::set<asn_TYPE_descriptor_t*>& seen) {
  if (type == nullptr || !seen.insert(type).second) return;
  type->free_struct(type, nullptr, 0);
  for (int i = 0; i < type->elements_count; ++i) complete(type->elements[i].type, seen);
}

void complete_descriptors() {
  static std::once_flag done;
  std::call_once(done, [] {
    std::set<asn_TYPE_descriptor_t*> seen;
    for (auto* const* type = x400_asn1c_descriptors; *type != nullptr; ++type) complete(*type, seen);
  });
}

int append_octets(const void* data, std::size_t size, void* to) {
  append(*static_cast<Octets*>(to), View(static_cast<const std::uint8_t*>(data), size));
  return 0;
}

}  // namespace

void Deleter::operator()(void* value) const { type->free_struct(type, value, 0); }

Result<void*> decode_raw(asn_TYPE_descriptor_t& type, View octets, std::string_view what,
                         const ber::Limits& limits) {
  auto extent = ber::walk(octets, limits);
  if (!extent.ok()) return extent.error().in(what);
  // The decoder refuses an indefinite length of an explicit tag around a primitive.
  Octets definite;
  if (!extent->definite) {
    auto copy = ber::to_definite(octets, limits);
    if (!copy.ok()) return copy.error().in(what);
    definite = std::move(*copy);
    octets = definite;
  }
  complete_descriptors();
  asn_codec_ctx_t context{stack_limit};
  void* value = nullptr;
  const asn_dec_rval_t rval = ber_decode(&context, &type, &value, octets.data(), octets.size());
  // After the walk the value is whole: wanting more is as wrong as not matching.
  if (rval.code != RC_OK || rval.consumed != octets.size()) {
    if (value != nullptr) type.free_struct(&type, value, 0);
    return Error(ErrorKind::malformed, std::string(what) + ": not a " + type.name + " (at octet " +
                                           std::to_string(rval.consumed) + ")");
  }
  return value;
}

Result<Octets> encode_type(asn_TYPE_descriptor_t& type, const void* value, std::string_view what) {
  complete_descriptors();
  Octets out;
  const asn_enc_rval_t rval = der_encode(&type, const_cast<void*>(value), append_octets, &out);
  if (rval.encoded < 0) {
    const char* member = rval.failed_type != nullptr ? rval.failed_type->name : "a member";
    return Error(ErrorKind::internal, std::string(what) + ": cannot encode " + member);
  }
  return out;
}

}  // namespace x400::asn1::codec
