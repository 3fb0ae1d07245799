#include "association_target.hpp"

#include "x400/ber/walk.hpp"

namespace x400::fuzz {

using namespace osi;

void Driver::run(View octets) {
  events();
  while (!octets.empty()) {
    const std::size_t piece = std::min(choices_.piece, octets.size());
    association_.receive(octets.first(piece));
    octets = octets.subspan(piece);
    events();
  }
  if (choices_.expire)
    association_.expire();
  else
    association_.transport_lost("the end of the input");
  events();
  if (association_.phase() != Phase::closed) {
    association_.expire();
    events();
  }
  // A deadline passes in each phase once; after the last nothing may be left.
  for (int i = 0; i < 4 && association_.phase() != Phase::closed; ++i) {
    association_.expire();
    events();
  }
  require(association_.phase() == Phase::closed, "an association that does not end");
  require(closed_, "an end without the event Closed");
}

void Driver::events() {
  while (const auto event = association_.next_event()) {
    require(!closed_, "an event after Closed");
    handle(*event);
  }
  if (choices_.invoke && !asked_ && association_.phase() == Phase::open) {
    asked_ = true;
    (void)association_.invoke(3, 25, Chain(Octets{0x05, 0x00})).ok();
  }
  (void)association_.take_output();
  require(association_.output_size() == 0, "output is left after it was taken");
  if (choices_.release && association_.phase() == Phase::open) (void)association_.release().ok();
}

void Driver::handle(const Event& event) {
  if (const auto* indication = std::get_if<ConnectIndication>(&event)) {
    decide(*indication);
  } else if (const auto* invoke = std::get_if<Invoke>(&event)) {
    require(invoke->argument.view().empty() || ber::walk(invoke->argument.view()).ok(),
            "an argument not walked");
    if (choices_.keep_answers) return;
    Chain nothing(Octets{0x05, 0x00});
    // Answers in turn: result, error, reject.
    if (invoked_ % 3 == 0)
      (void)association_.result(invoke->invoke_id, std::move(nothing)).ok();
    else if (invoked_ % 3 == 1)
      (void)association_.error(invoke->invoke_id, 1, std::move(nothing)).ok();
    else
      (void)association_.reject(invoke->invoke_id, {}).ok();
    ++invoked_;
  } else if (std::holds_alternative<ReleaseIndication>(event)) {
    (void)association_.release_response().ok();
  } else if (std::holds_alternative<Closed>(event)) {
    closed_ = true;
  }
}

}  // namespace x400::fuzz
