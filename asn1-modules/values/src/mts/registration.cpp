#include "x400/asn1/mts/registration.hpp"

#include "MtsRegister88.h"
#include "MtsRegister94.h"
#include "MtsRegistered.h"
#include "codec.hpp"
#include "x400/ber/reader.hpp"

namespace x400::asn1::mts {
namespace {

Status readable(asn_TYPE_descriptor_t& type, View octets, std::string_view what) {
  const auto value = codec::decode_type<void>(type, octets, what);
  if (!value.ok()) return value.error();
  return Ok{};
}

}  // namespace

Status check_register_argument(View argument, Edition edition) {
  auto& type = edition == Edition::e1988 ? asn_DEF_MtsRegister88 : asn_DEF_MtsRegister94;
  return readable(type, argument, "register argument");
}

Status check_register_result(View result, Edition edition) {
  constexpr std::string_view what = "register result";
  const auto only = ber::read_one(result);
  if (!only.ok()) return only.error().in(what);
  if (only->tag == ber::tags::null) return ber::read_null(*only);
  if (edition == Edition::e1994) return readable(asn_DEF_MtsRegistered, result, what);
  return Error(ErrorKind::malformed, std::string(what) + ": found " + ber::to_string(only->tag));
}

}  // namespace x400::asn1::mts
