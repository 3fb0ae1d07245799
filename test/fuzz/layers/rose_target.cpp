// ROSE's APDUs: invoke, result, error and reject, as they come from the presentation layer or from RTSE.
#include "rose/apdu.hpp"

#include "layers/layer.hpp"

using namespace x400;
using namespace x400::osi;
using fuzz::require;

namespace {

const Limits limits;

rose::Apdu read_again(Chain chain) {
  auto again = rose::parse(Slice(chain.flat()), limits.pdu_ber);
  require(again.ok(), "an APDU that was encoded is not read");
  return std::move(*again);
}

// Each says again what was read of it; a global code, which we never send, is told apart by its absence.
struct Again {
  View whole;

  void operator()(const rose::InvokeApdu& a) const {
    require(fuzz::inside(whole, a.argument.view()), "an argument of elsewhere");
    const auto again = read_again(rose::encode_invoke(a.id, a.operation, a.argument));
    const auto* b = std::get_if<rose::InvokeApdu>(&again);
    require(b && b->id == a.id && b->operation == a.operation && !b->linked &&
                equal(b->argument.view(), a.argument.view()),
            "an invocation is another");
  }
  void operator()(const rose::ResultApdu& a) const {
    require(fuzz::inside(whole, a.result.view()), "a result of elsewhere");
    require(a.operation.has_value() || a.result.empty(), "a result without operation");
    const auto again = read_again(rose::encode_result(a.id, a.operation.value_or(0), a.result));
    const auto* b = std::get_if<rose::ResultApdu>(&again);
    require(b && b->id == a.id && b->operation == a.operation && equal(b->result.view(), a.result.view()),
            "a result is another");
  }
  void operator()(const rose::ErrorApdu& a) const {
    if (!a.error) return;
    const auto again = read_again(rose::encode_error(a.id, *a.error, a.parameter));
    const auto* b = std::get_if<rose::ErrorApdu>(&again);
    require(b && b->id == a.id && b->error == a.error && equal(b->parameter.view(), a.parameter.view()),
            "an error is another");
  }
  void operator()(const rose::RejectApdu& a) const {
    const auto again = read_again(rose::encode_reject(a.id, a.problem));
    const auto* b = std::get_if<rose::RejectApdu>(&again);
    require(b && b->id == a.id && b->problem == a.problem, "a reject is another");
  }
};

// What is wrong is always something that can be told to the peer.
void answerable(const rose::ApduFault& fault) {
  const auto again = read_again(rose::encode_reject(fault.id, fault.problem));
  const auto* reject = std::get_if<rose::RejectApdu>(&again);
  require(reject && reject->problem == fault.problem, "a reject that cannot be told");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Slice octets(to_octets(View(data, size)));
  const fuzz::Memory memory(size);
  const auto apdu = rose::parse(octets, limits.pdu_ber);
  if (apdu.ok())
    std::visit(Again{octets.view()}, *apdu);
  else
    answerable(apdu.error());
  return 0;
}
