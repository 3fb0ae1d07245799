#include "session/connection.hpp"

#include <algorithm>

#include "session/parameters.hpp"

namespace x400::osi::session {
namespace {

std::string si_text(const Spdu& s) { return "SPDU " + std::to_string(s.si); }

}  // namespace

void Connection::listen(Octets ssel, SelectorPolicy policy, std::optional<Segmenting> segmenting) {
  ssel_ = std::move(ssel);
  policy_ = policy;
  segmenting_ = segmenting;
}

// --- requests

Status Connection::refuse(RefuseReason reason, View data) {
  if (version_ == 1 && data.size() > version_1::user_data) data = {};
  if (data.empty() && reason == RefuseReason::user_with_data) reason = RefuseReason::user;
  Octets value{static_cast<std::uint8_t>(reason)};
  append(value, data);
  // Where versions are the trouble: all there are.
  const std::uint8_t versions = reason == RefuseReason::version ? 3 : version_;
  Builder rf(si::rf);
  rf.add(pi::transport_disconnect, transport_released).add(pi::version, versions).add(pi::reason, value);
  X400_TRY(encoded, rf.finish());
  transport_.send(Slice(std::move(encoded)));
  state_ = State::closed;
  return Ok{};
}

void Connection::data(const Chain& ssdu) {
  if (segment_most_ != 0) return send_segments(ssdu);
  Chain tsdu(Octets{si::gt, 0, si::dt, 0});
  tsdu.add(ssdu);
  transport_.send(tsdu);
}

void Connection::finish(View data) {
  Builder fn(si::fn);
  put(fn.add(pi::transport_disconnect, transport_released).add(pi::user_data, data));
  state_ = State::wait_disconnect;
}

void Connection::finish_response(View data) {
  Builder dn(si::dn);
  put(dn.add(pi::user_data, data));
  if (state_ == State::wait_release) state_ = State::closed;
}

void Connection::abort(AbortKind kind, View data) {
  Builder ab(si::ab);
  ab.add(pi::transport_disconnect, static_cast<std::uint8_t>(kind));
  if (!data.empty() && (version_ != 1 || data.size() <= version_1::abort_data)) ab.add(pi::user_data, data);
  put(ab);
  state_ = State::wait_abort;
  joining_.reset();
  overflow_ = {};
}

// What the callers pass is bounded by what they build.
void Connection::put(const Builder& spdu) {
  auto encoded = spdu.finish();
  if (encoded.ok()) transport_.send(Slice(std::move(*encoded)));
}

void Connection::send_segments(const Chain& ssdu) {
  constexpr std::size_t head = 7;  // 01 00 01 03 19 01 xx
  const std::size_t most = segment_most_ - head;
  std::size_t left = ssdu.size();
  std::uint8_t enclosure = first_segment;
  Chain tsdu;
  std::size_t room = 0;
  for (const Slice& slice : ssdu.slices()) {
    for (std::size_t at = 0; at < slice.size();) {
      if (room == 0) {
        room = std::min(left, most);
        if (room == left) enclosure |= last_segment;
        tsdu = Chain(Octets{si::gt, 0, si::dt, 3, pi::enclosure, 1, enclosure});
        enclosure = 0;
      }
      const std::size_t n = std::min(room, slice.size() - at);
      tsdu.add(slice.part(at, n));
      at += n;
      room -= n;
      left -= n;
      if (room == 0) transport_.send(tsdu);
    }
  }
}

// --- what comes

Slice Connection::user_data(const Spdu& spdu) const { return tsdu_.part(spdu.user_data()); }

Event Connection::receive(const Slice& tsdu) {
  if (state_ == State::closed) return std::monostate();
  spdus_.clear();
  next_spdu_ = 0;
  auto all = parse_all(tsdu.view());
  if (state_ == State::wait_abort && !all.ok()) return std::monostate();
  if (!all.ok()) {
    // An AB is never answered with one, however broken it is.
    if (state_ != State::idle && !tsdu.empty() && tsdu.view()[0] == si::ab) {
      tsdu_ = tsdu;
      return peer_aborted({});
    }
    // Only a CN that is broken inside is worth an answer: what else comes first is not this protocol.
    if (state_ == State::idle && (tsdu.empty() || tsdu.view()[0] != si::cn)) return drop(all.error().text());
    return violate(all.error().text());
  }
  tsdu_ = tsdu;
  spdus_ = std::move(*all);
  return next().value_or(std::monostate());
}

std::optional<Event> Connection::next() {
  if (next_spdu_ < spdus_.size() && state_ != State::closed) return handle(spdus_[next_spdu_++]);
  spdus_.clear();
  tsdu_ = {};
  return std::nullopt;
}

Event Connection::handle(const Spdu& spdu) {
  if (joining_ && spdu.kind != Kind::ab && spdu.kind != Kind::dt)
    return violate(si_text(spdu) + " between segments");
  switch (action(state_, spdu.kind)) {
    case Action::connect: return connect_request(spdu);
    case Action::accepted: return accepted(spdu);
    case Action::refused: return refused(spdu);
    case Action::data: return data_indication(spdu);
    case Action::overflow_accepted: return send_overflow();
    case Action::overflow: return overflow(spdu);
    case Action::turn:
      if (half_duplex()) return turned(spdu);
      // Without tokens a GT or PT in front of something else says nothing.
      if ((spdu.kind == Kind::gt || spdu.kind == Kind::pt) && next_spdu_ < spdus_.size())
        return std::monostate();
      break;
    case Action::release: return finish_indication(spdu, false);
    case Action::cross: return finish_indication(spdu, true);
    case Action::released: state_ = State::closed; return Finished{user_data(spdu)};
    case Action::aborted: return peer_aborted(spdu);
    case Action::done: state_ = State::closed; return Done{};
    case Action::ignore: return std::monostate();
    case Action::drop: return drop(si_text(spdu) + " before CN");
    case Action::violate: break;
  }
  return violate(si_text(spdu) + " not expected here");
}

Event Connection::refused(const Spdu& rf) {
  state_ = State::closed;
  overflow_ = {};
  const View reason = rf.find(pi::reason).value_or(View());
  if (reason.empty()) return Refused{0, {}};
  return Refused{reason[0], tsdu_.part(reason.subspan(1))};
}

Event Connection::data_indication(const Spdu& dt) {
  if (half_duplex()) {
    switch (activity_.receive(Kind::dt, std::nullopt)) {
      case Activity::Verdict::violate:
        return violate("DT without the turn, or behind the end of its activity");
      case Activity::Verdict::ignore: return std::monostate();
      case Activity::Verdict::take: break;
    }
  }
  const auto given = dt.find(pi::enclosure);
  if (given && given->size() != 1) return violate("enclosure item not of one octet");
  const std::uint8_t enclosure = given ? (*given)[0] & 3 : first_segment | last_segment;
  const bool first = (enclosure & first_segment) != 0, last = (enclosure & last_segment) != 0;
  if (first == joining_.has_value())
    return violate(first ? "SSDU begins before the last one ended" : "segment without a beginning");
  if (first && last) return Data{tsdu_.part(dt.user_information)};
  if (first) joining_.emplace(limits_);
  if (dt.user_information.size() > limits_.tsdu - joining_->size())
    return violate("joined SSDU above the limit");
  joining_->append(dt.user_information);
  if (!last) return std::monostate();
  Data data{joining_->take()};
  joining_.reset();
  return data;
}

Event Connection::finish_indication(const Spdu& fn, bool crossed) {
  if (half_duplex()) {
    // The one who releases should have the turn. Who has not is let go if nothing is under way.
    const bool busy =
        activity_.stage() != Activity::Stage::none || activity_.turn() == Activity::Turn::passing;
    if (busy || crossed) return violate("FN without the turn, or in an activity");
  }
  // Crossed: the answer goes out from wait_disconnect, and our own DN is still to come.
  if (!crossed) state_ = State::wait_release;
  return Finish{user_data(fn), crossed};
}

Event Connection::peer_aborted(const Spdu& ab) {
  const std::uint8_t kind = ab.octet(pi::transport_disconnect).value_or(transport_released);
  if ((kind & transport_released) == 0) put(Builder(si::aa));
  state_ = State::closed;
  joining_.reset();
  overflow_ = {};
  return PeerAborted{kind, user_data(ab)};
}

Event Connection::violate(std::string text) {
  abort(AbortKind::protocol_error);
  return Violated{true, std::move(text)};
}

Event Connection::drop(std::string text) {
  state_ = State::closed;
  return Violated{false, std::move(text)};
}

Event Connection::decline(RefuseReason reason, std::string text) {
  if (auto sent = refuse(reason); !sent.ok()) text += "; " + sent.error().text();
  return Declined{reason, std::move(text)};
}

}  // namespace x400::osi::session
