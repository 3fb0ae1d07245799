#include "rtse/machine.hpp"

#include <algorithm>

#include "acse/apdu.hpp"
#include "x400/ber/reader.hpp"
#include "x400/ber/walk.hpp"
#include "x400/ber/writer.hpp"

namespace x400::osi::rtse {
namespace {

using session::Activity;
using session::ExceptionReason;
using session::Kind;
using session::Turned;

constexpr std::size_t checkpoint_unit = 1024;  // X.228 8.1.1.1.1
// Lower is more urgent. Answers come before new questions.
constexpr std::int64_t answer_priority = 1, invocation_priority = 2;
constexpr unsigned resumptions = 3;

std::int64_t priority_of(const std::optional<InvokeId>& invocation) {
  return invocation ? invocation_priority : answer_priority;
}

// RTTP among the data of a PT.
std::int64_t wish(const Slice& user_data) {
  auto pdvs = presentation::parse_user_data(user_data);
  return pdvs.ok() ? priority(pdvs->front().value.view()) : 0;
}

Octets rttr_header(std::size_t size) {
  ber::Writer w;
  w.header(ber::tags::octet_string, false, size);
  return std::move(w).take();
}

}  // namespace

ReliableTransfer agree(const Open& peer, const ReliableTransfer& own) {
  const std::int64_t most = std::max<std::int64_t>(own.window, 1);
  return {static_cast<std::uint32_t>(std::min<std::int64_t>(peer.checkpoint, own.checkpoint)),
          static_cast<std::uint32_t>(std::clamp<std::int64_t>(peer.window, 1, most)), own.bare_first};
}

// --- own transfers

void Machine::transfer(ContextId context, Chain apdu, std::optional<InvokeId> invocation) {
  queue_.push_back(Waiting{std::move(apdu), context, invocation});
  go_on();
}

// X.228 8.2: the APDU as a value of EXTERNAL, or as it is.
Chain Machine::value(ContextId context, Chain apdu) const {
  if (bare_) return apdu;
  ber::Writer id;
  id.integer(ber::tags::integer, context);
  ber::Writer w;
  w.header(ber::tags::external, true, id.size() + ber::value_size(ber::context(0), apdu.size()));
  w.raw(id.octets());
  w.header(ber::context(0), true, apdu.size());
  Chain out(std::move(w).take());
  out.add(std::move(apdu));
  return out;
}

Octets Machine::next_activity() {
  ber::Writer w;
  w.integer(ber::tags::integer, ++activities_);
  return std::move(w).take();
}

std::int64_t Machine::next_priority() const {
  return queue_.empty() ? invocation_priority : priority_of(queue_.front().invocation);
}

void Machine::go_on() {
  const Activity& a = session_.activity();
  if (a.turn() == Activity::Turn::theirs) return ask();
  if (a.turn() != Activity::Turn::ours || a.stage() != Activity::Stage::none) return;
  // Two sides that both want it must not pass it to and fro without using it.
  const bool give = asked_ && (queue_.empty() || (used_turn_ && *asked_ <= next_priority()));
  if (!give) return queue_.empty() ? void() : start();
  asked_.reset();
  session_.give();
}

void Machine::ask() {
  if (queue_.empty() && !closing_) return;
  const std::int64_t priority = next_priority();
  if (wished_ && *wished_ <= priority) return;
  wished_ = priority;
  session_.please(presentation::user_data(context_, Chain(encode_rttp(priority))).flat());
}

void Machine::start() {
  Waiting next = std::move(queue_.front());
  queue_.pop_front();
  sending_ = Outgoing{};
  sending_->value = value(next.context, std::move(next.value_of_apdu));
  sending_->invocation = next.invocation;
  activity_ = next_activity();
  session_.start_activity(activity_);
  push();
}

void Machine::push() {
  Outgoing& o = *sending_;
  const std::size_t size = o.value.size();
  const std::size_t most = agreed_.checkpoint == 0 ? size : std::size_t{agreed_.checkpoint} * checkpoint_unit;
  while (session_.activity().stage() == Activity::Stage::active && o.sent < size) {
    if (o.marks.size() - o.confirmed >= agreed_.window) return;
    const std::size_t n = std::min(most, size - o.sent);
    Chain rttr(rttr_header(n));
    rttr.add(o.value.part(o.sent, n));
    session_.data(presentation::user_data(context_, std::move(rttr)));
    o.sent += n;
    if (o.sent == size) {
      session_.end_activity();
      return;
    }
    o.marks.push_back(o.sent);
    session_.minor_sync();
  }
}

// Behind the last checkpoint the peer has confirmed, or from the start.
void Machine::resume() {
  Outgoing& o = *sending_;
  const Octets old = std::exchange(activity_, next_activity());
  o.marks.resize(o.confirmed);
  o.sent = o.marks.empty() ? 0 : o.marks.back();
  if (o.confirmed == 0)
    session_.start_activity(activity_);
  else
    session_.resume_activity(activity_, old, o.confirmed);
  push();
}

void Machine::done() {
  sending_.reset();
  used_turn_ = true;
  go_on();
}

Event Machine::exception(int reason) {
  if (!sending_) return std::monostate();
  switch (reason) {
    case static_cast<int>(ExceptionReason::receiving_jeopardised):
      return Fault{AbortReason::temporary_problem, "the peer's ability to receive is jeopardised"};
    case static_cast<int>(ExceptionReason::no_reason):
      if (sending_->resumed++ < resumptions) {
        session_.stop(Kind::ai, ExceptionReason::no_reason);
        return std::monostate();
      }
      break;
    case static_cast<int>(ExceptionReason::sequence_error): sending_->delivered = true; break;
    default: break;
  }
  session_.stop(Kind::ad, ExceptionReason::no_reason);
  return std::monostate();
}

// Our AD is confirmed.
Event Machine::given_up() {
  if (!sending_) return std::monostate();
  Event event;
  if (!sending_->delivered) event = NotTransferred{sending_->invocation};
  done();
  return event;
}

// --- the turn and the end

void Machine::close() {
  closing_ = true;
  go_on();
}

bool Machine::may_release() const {
  const Activity& a = session_.activity();
  return closing_ && a.ours() && a.stage() == Activity::Stage::none && queue_.empty();
}

bool Machine::waiting() const {
  return sending_ || session_.activity().turn() == Activity::Turn::passing || !queue_.empty();
}

Event Machine::receive(const Turned& t) {
  switch (t.kind) {
    case Kind::gt:
    case Kind::gtc:
      wished_.reset();
      used_turn_ = false;
      go_on();
      return std::monostate();
    case Kind::gta: go_on(); return std::monostate();
    case Kind::pt:
      asked_ = wish(t.user_data);
      go_on();
      return std::monostate();
    case Kind::as:
      interrupted_.reset();
      refused_ = false;
      receiving_.emplace(t.activity, limits_);
      return std::monostate();
    case Kind::ar: return resumed(t);
    case Kind::mip: return checkpoint(t.serial);
    case Kind::mia:
      sending_->confirmed = t.serial;
      push();
      return std::monostate();
    case Kind::ae: return complete(t.serial);
    case Kind::aea: done(); return std::monostate();
    case Kind::ai:
      interrupted_ = std::exchange(receiving_, std::nullopt);
      session_.acknowledge_stop(Kind::aia);
      return std::monostate();
    case Kind::aia: resume(); return std::monostate();
    case Kind::ad: return discarded();
    case Kind::ada: return given_up();
    case Kind::ed: return exception(t.reason);
    default: return Fault{AbortReason::protocol_error, "session event that reliable transfer has no use for"};
  }
}

// --- the peer's transfers

Event Machine::data(const presentation::Pdv& pdv) {
  if (refused_) return std::monostate();
  if (!receiving_) return Fault{AbortReason::protocol_error, "data outside of an activity"};
  if (pdv.context != context_)
    return Fault{AbortReason::protocol_error, "data of an activity on another context than RTSE's"};
  auto rttr = ber::read_one(pdv.value.view());
  if (!rttr.ok() || rttr->tag != ber::tags::octet_string)
    return Fault{AbortReason::protocol_error, "data of an activity that are no RTTR"};
  Octets joined;
  auto octets = ber::read_octets(*rttr, joined);
  if (!octets.ok()) return Fault{AbortReason::protocol_error, octets.error().text()};
  const Slice piece =
      rttr->constructed ? housed(Slice(std::move(joined)), pdv.value, limits_) : pdv.value.part(*octets);
  if (receiving_->add(piece, limits_.tsdu)) return std::monostate();
  return refuse(ExceptionReason::unrecoverable_procedural_error);
}

Event Machine::checkpoint(std::uint32_t serial) {
  if (!receiving_ || !receiving_->mark())
    return Fault{AbortReason::protocol_error, "checkpoint without data before it"};
  session_.acknowledge(Kind::mia, serial);
  return std::monostate();
}

// ED: the peer shall give the activity up.
Event Machine::refuse(ExceptionReason reason) {
  receiving_.reset();
  refused_ = true;
  session_.stop(Kind::ed, reason);
  return std::monostate();
}

Event Machine::complete(std::uint32_t serial) {
  if (!receiving_ || receiving_->size() == 0)
    return Fault{AbortReason::protocol_error, "end of an activity without data"};
  auto apdu = open(receiving_->take());
  if (!apdu.ok()) return refuse(ExceptionReason::unrecoverable_procedural_error);
  completed_ = receiving_->activity();
  receiving_.reset();
  session_.acknowledge(Kind::aea, serial);
  return std::move(*apdu);
}

Result<Apdu> Machine::open(const Slice& value) {
  X400_CHECK(ber::walk(value.view(), limits_.pdu_ber));
  X400_TRY(e, ber::read_one(value.view()));
  const bool external = e.tag == ber::tags::external;
  if (!external) {
    bare_ = true;
    return Apdu{std::nullopt, value};
  }
  X400_TRY(parts, acse::parse_external(value));
  if (parts.value.empty()) return Error(ErrorKind::malformed, "EXTERNAL without a value");
  bare_ = false;
  Apdu apdu{std::nullopt, housed(std::move(parts.value), value, limits_)};
  if (parts.context && static_cast<ContextId>(*parts.context) == *parts.context)
    apdu.context = static_cast<ContextId>(*parts.context);
  return apdu;
}

Event Machine::resumed(const Turned& ar) {
  refused_ = false;
  if (ar.other_connection)
    return Fault{AbortReason::unrecognized_activity, "an activity of another association resumed"};
  // Looked at first: a peer may have given the identifier of a complete one again.
  const bool interrupted = interrupted_ && interrupted_->activity() == ar.old_activity;
  if (!interrupted && !completed_.empty() && ar.old_activity == completed_)
    return refuse(ExceptionReason::sequence_error);
  if (!interrupted || !interrupted_->back_to(ar.serial))
    return Fault{AbortReason::unrecognized_activity,
                 "an unknown activity resumed, or behind an unknown point"};
  receiving_ = std::exchange(interrupted_, std::nullopt);
  receiving_->set_activity(ar.activity);
  return std::monostate();
}

Event Machine::discarded() {
  // It crossed our AEA: the APDU is handed up already.
  if (!receiving_ && !refused_)
    return Fault{AbortReason::transfer_completed, "discarded when it was complete"};
  receiving_.reset();
  refused_ = false;
  session_.acknowledge_stop(Kind::ada);
  return std::monostate();
}

}  // namespace x400::osi::rtse
