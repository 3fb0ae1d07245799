// Deadlines: one timer a connection. It is set only when the next deadline comes before the one it is set
// for; when it goes off too early it is set again. So traffic does not touch timers.
#include <algorithm>

#include "connection.hpp"

namespace x400::access {
namespace {

using Clock = Connection::Clock;
constexpr Clock::time_point never = Clock::time_point::max();

Clock::time_point after(Clock::time_point since, Timeouts::Duration time) {
  return time.count() > 0 ? since + time : never;
}

std::string text(Timeouts::Duration time) {
  const auto ms = time.count();
  return ms % 1000 ? std::to_string(ms) + " ms" : std::to_string(ms / 1000) + " s";
}

Timeouts::Duration phase_time(const Timeouts& t, osi::Phase phase) {
  switch (phase) {
    case osi::Phase::idle:
    case osi::Phase::awaiting_cc: return t.connect;
    case osi::Phase::awaiting_cr: return t.cr;
    case osi::Phase::awaiting_cn: return t.cn;
    case osi::Phase::awaiting_ac:
    case osi::Phase::awaiting_decision: return t.bind;
    case osi::Phase::releasing: return t.finish;
    case osi::Phase::closing:
    case osi::Phase::closed: return t.close;
    case osi::Phase::open: break;
  }
  return Timeouts::Duration(0);
}

std::string phase_text(osi::Phase phase) {
  switch (phase) {
    case osi::Phase::idle: return "no TCP connection";
    case osi::Phase::awaiting_cc: return "no answer to CR";
    case osi::Phase::awaiting_cr: return "no CR";
    case osi::Phase::awaiting_cn: return "no CN";
    case osi::Phase::awaiting_ac: return "no answer to the bind";
    case osi::Phase::awaiting_decision: return "the bind was not decided";
    case osi::Phase::releasing: return "no answer to the release";
    default: return "the peer did not close";
  }
}

}  // namespace

void Connection::track(Clock::time_point now) {
  const auto phase = stack_->phase();
  if (phase != phase_) {
    phase_ = phase;
    phase_since_ = now;
  }
  if (phase != osi::Phase::open || !stack_->mid_pdu() || !wants_octets()) return window_.reset();
  if (!window_) window_ = Window{now, info_.octets_received};
}

Connection::Deadline Connection::phase_deadline() const {
  return {after(phase_since_, phase_time(options_->timeouts, phase_)), Deadline::What::phase};
}

Connection::Deadline Connection::deadline() const {
  const Timeouts& t = options_->timeouts;
  Deadline next = phase_deadline();
  const auto sooner = [&next](Clock::time_point at, Deadline::What what) {
    if (at < next.at) next = {at, what};
  };
  if (!queue_.empty()) sooner(after(written_at_, t.write), Deadline::What::write);
  if (phase_ != osi::Phase::open) return next;
  if (window_) sooner(after(window_->since, t.progress), Deadline::What::progress);
  if (finishing_) sooner(after(finishing_since_, t.finish), Deadline::What::finish);
  // Nothing is owed before the last octet has gone: until then the peer has the time for writing.
  if (stack_->awaits_peer() && queue_.empty())
    sooner(after(std::max(active_, written_at_), t.acknowledge), Deadline::What::acknowledge);
  const bool idle = sent_.empty() && stack_->outstanding() == 0 && !stack_->mid_pdu() &&
                    !stack_->awaits_peer() && queue_.empty();
  if (idle && !finishing_) sooner(after(active_, t.idle(context().protocol)), Deadline::What::idle);
  return next;
}

void Connection::arm() {
  const Deadline next = deadline();
  if (next.at >= timer_at_) return;
  timer_at_ = next.at;
  timer_->expires_at(next.at);
  timer_->async_wait([weak = weak_from_this()](const ErrorCode& error) {
    const auto self = weak.lock();
    if (self && !error) self->on_timer();
  });
}

void Connection::on_timer() {
  timer_at_ = never;
  if (ended_) return;
  const Deadline due = deadline();
  if (due.at > Clock::now()) return arm();
  expire(due.what);
  pump();
}

void Connection::expire(Deadline::What what) {
  const Timeouts& t = options_->timeouts;
  Ending ending;
  ending.cause = Ending::Cause::timed_out;
  switch (what) {
    case Deadline::What::none: return;
    case Deadline::What::phase: return expire_phase();
    case Deadline::What::progress: {
      const auto seconds = std::chrono::duration<double>(t.progress).count();
      const std::uint64_t got = info_.octets_received - window_->octets;
      window_.reset();
      if (static_cast<double>(got) >= seconds * static_cast<double>(t.progress_octets)) return;
      ending.text = std::to_string(got) + " octets of an unfinished TSDU in " + text(t.progress);
      break;
    }
    case Deadline::What::write:
      ending.text = "the peer took nothing for " + text(t.write);
      ends(std::move(ending));
      transport_gone_ = true;
      return;
    case Deadline::What::acknowledge:
      ending.text = "neither an acknowledgement nor the turn for " + text(t.acknowledge);
      break;
    case Deadline::What::idle:
      if (side() == Side::initiator) {
        finishing_ = true;
        finishing_since_ = Clock::now();
        open_ = false;
        return;
      }
      ending.text = "idle for " + text(t.idle(context().protocol));
      break;
    case Deadline::What::finish: ending.text = "operations did not end in " + text(t.finish); break;
  }
  ends(std::move(ending));
  stack_->expire();
}

void Connection::expire_phase() {
  if (release_asked_) {  // the operations still running have had their time
    release_asked_ = false;
    (void)stack_->release_response();
    return;
  }
  Ending ending;
  ending.cause = Ending::Cause::timed_out;
  ending.text = phase_text(phase_) + " within " + text(phase_time(options_->timeouts, phase_));
  ends(std::move(ending));
  if (phase_ == osi::Phase::idle || phase_ == osi::Phase::closed) {
    transport_gone_ = true;
  } else {
    stack_->expire();
  }
}

}  // namespace x400::access
