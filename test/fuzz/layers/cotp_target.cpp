// TPDUs of COTP: a header, as far as its length indicator says.
#include "cotp/tpdu.hpp"
#include "layers/layer.hpp"

using namespace x400;
using namespace x400::osi;
using fuzz::require;

namespace {

Octets value(const cotp::Tpdu& t, std::uint8_t code) {
  const auto found = t.find(code);
  return found ? to_octets(*found) : Octets();
}

// CR and CC say again what was read of them.
void again(const cotp::Tpdu& t) {
  cotp::Connect c{t.code,
                  t.destination,
                  t.source,
                  {},
                  value(t, cotp::parameter::calling_tsel),
                  value(t, cotp::parameter::called_tsel)};
  if (const auto code = t.find(cotp::parameter::tpdu_size); code && code->size() == 1)
    c.size_code = (*code)[0];
  const Octets once = cotp::encode(c);
  require(once.size() == std::size_t{once[0]} + 1, "a length indicator that does not hold the header");
  const auto read = cotp::parse(once);
  require(read.ok() && read->code == t.code && read->destination == t.destination && read->source == t.source,
          "a TPDU that was encoded is another");
  require(read->transport_class() == 0, "another class than 0 is proposed");
  require(value(*read, cotp::parameter::calling_tsel) == c.calling_tsel &&
              value(*read, cotp::parameter::called_tsel) == c.called_tsel,
          "selectors change");
  require(value(*read, cotp::parameter::tpdu_size) == (c.size_code ? Octets{*c.size_code} : Octets()),
          "the TPDU size changes");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size < std::size_t{data[0]} + 1) return 0;
  const View header(data, std::size_t{data[0]} + 1);
  const auto t = [&] {
    const fuzz::Memory memory(header.size());
    return cotp::parse(header);
  }();
  if (!t.ok()) return 0;
  require(t->code_octet == header[1], "another code");
  for (const cotp::Parameter& p : t->parameters)
    require(fuzz::inside(header, p.value), "a parameter that is not in its header");
  if (t->code == cotp::Code::cr || t->code == cotp::Code::cc) again(*t);
  if (t->code == cotp::Code::dr) {
    const Octets dr = cotp::encode_dr(t->destination, t->source, static_cast<cotp::Reason>(t->reason));
    const auto read = cotp::parse(dr);
    require(read.ok() && read->code == cotp::Code::dr && read->reason == t->reason &&
                read->destination == t->destination && read->source == t->source,
            "a DR that was encoded is another");
  }
  return 0;
}
