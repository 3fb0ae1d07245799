// Reads a BER value: walk it first, then take it apart with a Reader.
#include <cstdio>

#include "x400/ber/reader.hpp"
#include "x400/ber/walk.hpp"

using namespace x400;

namespace {

// SEQUENCE { INTEGER, IA5String }
Status show(View pdu) {
  X400_CHECK(ber::walk(pdu, ber::Limits::bind()));
  X400_TRY(sequence, ber::read_one(pdu));
  ber::Reader in(sequence.content);
  X400_TRY(number, in.expect(ber::tags::integer));
  X400_TRY(value, ber::read_integer(number));
  X400_TRY(name, in.expect(ber::tags::ia5_string));
  X400_TRY(text, ber::read_chars(name));
  X400_CHECK(in.finish());
  std::printf("%lld %s\n", static_cast<long long>(value), text.c_str());
  return Ok{};
}

}  // namespace

int main() {
  const Octets pdu = from_hex("3008 020107 1603612e31").value();
  const Status status = show(pdu);
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.error().text().c_str());
  return status.ok() ? 0 : 1;
}
