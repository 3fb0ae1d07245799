// SPDUs: a whole TSDU, with what is concatenated in it.
#include "layers/layer.hpp"
#include "session/spdu.hpp"

using namespace x400;
using namespace x400::osi;
using fuzz::require;

namespace {

using Spdus = std::vector<session::Spdu>;

// A GT or PT that moves no token is not among the SPDUs, but what follows depends on it.
bool lead_left_out(View tsdu, const Spdus& all) {
  return (tsdu[0] == session::si::gt || tsdu[0] == session::si::pt) &&
         all.front().kind != session::Kind::gt && all.front().kind != session::Kind::pt;
}

Octets encode(View tsdu, const Spdus& all) {
  Octets out;
  if (lead_left_out(tsdu, all)) out = {tsdu[0], 0};
  for (const session::Spdu& s : all) {
    session::Builder b(s.si);
    for (const session::Parameter& p : s.parameters)
      if (p.group == 0) b.add(p.code, p.value);
    const auto octets = b.finish();
    require(octets.ok(), "an SPDU that was read is too long to be written");
    append(out, *octets);
    append(out, s.user_information);
  }
  return out;
}

bool same(const session::Spdu& a, const session::Spdu& b) {
  const auto equal_parameter = [](const session::Parameter& x, const session::Parameter& y) {
    return x.group == y.group && x.code == y.code && equal(x.value, y.value);
  };
  return a.kind == b.kind && a.si == b.si && equal(a.user_information, b.user_information) &&
         std::equal(a.parameters.begin(), a.parameters.end(), b.parameters.begin(), b.parameters.end(),
                    equal_parameter);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const View tsdu(data, size);
  const auto all = [&] {
    const fuzz::Memory memory(size);
    return session::parse_all(tsdu);
  }();
  const auto last = session::parse(tsdu);
  require(last.ok() == all.ok(), "the last SPDU is read where all are not, or the other way round");
  if (!all.ok()) return 0;
  require(!all->empty(), "a TSDU without an SPDU is taken");
  require(same(*last, all->back()), "the last SPDU is another");
  for (const session::Spdu& s : *all) {
    require(fuzz::inside(tsdu, s.user_information) && fuzz::inside(tsdu, s.user_data()), "data of elsewhere");
    for (const session::Parameter& p : s.parameters)
      require(fuzz::inside(tsdu, p.value), "a parameter that is not in its SPDU");
  }
  const Octets once = encode(tsdu, *all);
  const auto again = session::parse_all(once);
  require(again.ok(), "SPDUs that were encoded are not read");
  require(std::equal(all->begin(), all->end(), again->begin(), again->end(), same),
          "SPDUs that were encoded are others");
  return 0;
}
