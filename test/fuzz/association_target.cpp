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

namespace {

// By last arcs (X.419): context, bind, then operations.
osi::ApplicationContext mhs(std::uint32_t context, std::uint32_t bind,
                            const std::vector<std::uint32_t>& operations, bool reliable = false) {
  const auto syntax = [](std::uint32_t arc) { return ber::Oid{2, 6, 0, 2, arc}; };
  osi::ApplicationContext c{{2, 6, 0, 1, context}, syntax(bind), {}};
  for (const std::uint32_t arc : operations) c.syntaxes.push_back(syntax(arc));
  if (!reliable) return c;
  c.carriage = osi::Carriage::rtse;
  c.rtse_syntax = syntax(bind);
  return c;
}

}  // namespace

osi::ResponderConfig responder_config() {
  osi::ResponderConfig config;
  config.application_contexts = {mhs(11, 17, {15, 13, 16}),
                                 mhs(4, 9, {5, 1, 6}),
                                 mhs(12, 10, {15, 13, 16}, true),
                                 mhs(5, 10, {5, 1, 6}, true),
                                 mhs(8, 11, {1, 14, 16}),
                                 mhs(1, 11, {1, 2, 6}),
                                 mhs(10, 8, {1, 14, 16}, true),
                                 mhs(3, 8, {1, 2, 6}, true),
                                 {{1, 17, 1, 1, 2}, {}, {{1, 17, 1, 1, 1}}},
                                 {{1, 17, 0, 1, 1}, {}, {{1, 0, 8824}}}};
  return config;
}

osi::ConnectParameters connect_parameters(bool reliable) {
  osi::ConnectParameters p;
  p.application_context = reliable ? mhs(12, 10, {15, 13, 16}, true) : mhs(11, 17, {15, 13, 16});
  p.bind_argument = osi::Chain(Octets{0x31, 0x03, 0x80, 0x01, 0x01});
  return p;
}

}  // namespace x400::fuzz
