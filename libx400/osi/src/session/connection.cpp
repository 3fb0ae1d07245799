#include "session/connection.hpp"

#include <algorithm>
#include <array>

#include "selector.hpp"

namespace x400::osi::session {
namespace {

constexpr std::uint8_t version_2 = 0x02;
constexpr std::uint8_t transport_released = 0x01;  // PI 17, bit 1
constexpr std::uint8_t first_segment = 0x01, last_segment = 0x02;
constexpr std::size_t short_user_data = 512;
constexpr std::uint16_t smallest_maximum = 64;

std::uint16_t u16(View v, std::size_t at = 0) { return static_cast<std::uint16_t>(v[at] << 8 | v[at + 1]); }

std::array<std::uint8_t, 2> octets(std::uint16_t n) {
  return {static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n)};
}

Slice user_data(const Slice& tsdu, const Spdu& spdu) { return tsdu.part(spdu.user_data()); }

std::string si_text(const Spdu& s) { return "SPDU " + std::to_string(s.si); }

bool possible(std::uint16_t maximum) { return maximum == 0 || maximum >= smallest_maximum; }

std::uint16_t lowered(std::uint16_t proposed, std::uint16_t ours) {
  if (proposed == 0 || ours == 0) return proposed;
  return std::min(proposed, std::max(ours, smallest_maximum));
}

}  // namespace

void Connection::listen(Octets ssel, SelectorPolicy policy, std::optional<Segmenting> segmenting) {
  ssel_ = std::move(ssel);
  policy_ = policy;
  segmenting_ = segmenting;
}

// --- requests

Status Connection::connect(const Selectors& calling, const Selectors& called, std::uint16_t units,
                           View data) {
  if (data.size() > cn_user_data)
    return Error(ErrorKind::limit, "connect data of more than " + std::to_string(cn_user_data) + " octets");
  Builder item(0);
  item.add(pi::protocol_options, std::uint8_t{0}).add(pi::version, version_2);
  Builder cn(si::cn);
  cn.add_group(pi::connect_accept_item, item).add(pi::user_requirements, octets(units));
  if (!calling.session.empty()) cn.add(pi::calling_ssel, calling.session);
  if (!called.session.empty()) cn.add(pi::called_ssel, called.session);
  cn.add(data.size() <= short_user_data ? pi::user_data : pi::extended_user_data, data);
  put(cn);
  state_ = State::wait_accept;
  return Ok{};
}

Status Connection::accept(std::uint16_t units, View data) {
  X400_CHECK(send_accept(units, data));
  state_ = State::open;
  return Ok{};
}

Status Connection::refuse(RefuseReason reason, View data) {
  Octets value{static_cast<std::uint8_t>(reason)};
  append(value, data);
  Builder rf(si::rf);
  rf.add(pi::transport_disconnect, transport_released).add(pi::version, version_2).add(pi::reason, value);
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
  if (!data.empty()) ab.add(pi::user_data, data);
  put(ab);
  state_ = State::wait_abort;
  joining_.reset();
}

// What the callers pass is bounded by what they build.
void Connection::put(const Builder& spdu) {
  auto encoded = spdu.finish();
  if (encoded.ok()) transport_.send(Slice(std::move(*encoded)));
}

// --- segments

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

Status Connection::send_accept(std::uint16_t units, View data) {
  Builder identifier(0);
  if (!calling_reference_.empty()) identifier.add(pi::called_reference, calling_reference_);
  if (!common_reference_.empty()) identifier.add(pi::common_reference, common_reference_);
  Builder item(0);
  item.add(pi::protocol_options, std::uint8_t{0});
  std::size_t most = 0;
  const bool proposed = (proposed_.to_responder != 0 || proposed_.to_initiator != 0) &&
                        possible(proposed_.to_responder) && possible(proposed_.to_initiator);
  if (segmenting_ && proposed) {
    const std::uint16_t in = lowered(proposed_.to_responder, segmenting_->to_responder);
    const std::uint16_t out = lowered(proposed_.to_initiator, segmenting_->to_initiator);
    Octets maximum;
    append(maximum, octets(in));
    append(maximum, octets(out));
    item.add(pi::tsdu_maximum, maximum);
    most = out;
  }
  item.add(pi::version, version_2);
  Builder ac(si::ac);
  if (identifier.size() > 0) ac.add_group(pi::connection_identifier, identifier);
  ac.add_group(pi::connect_accept_item, item).add(pi::user_requirements, octets(units));
  if (!called_.empty()) ac.add(pi::called_ssel, called_);

  constexpr std::size_t around = 4 + 4 + 3;  // SI and LI, LI of user data, enclosure item
  if (most == 0 || ac.size() + data.size() + around <= most) {
    ac.add(pi::user_data, data);
    X400_TRY(encoded, ac.finish());
    transport_.send(Slice(std::move(encoded)));
    segment_most_ = most;
    return Ok{};
  }
  // Several AC SPDUs: the parameters are in the first, each has its part of the data.
  std::uint8_t enclosure = first_segment;
  while (true) {
    const std::size_t room = most > ac.size() + around ? most - ac.size() - around : 1;
    const View part = data.first(std::min(room, data.size()));
    data = data.subspan(part.size());
    if (data.empty()) enclosure |= last_segment;
    put(ac.add(pi::enclosure, enclosure).add(pi::user_data, part));
    if (data.empty()) break;
    ac = Builder(si::ac);
    enclosure = 0;
  }
  segment_most_ = most;
  return Ok{};
}

// --- what comes

Event Connection::receive(const Slice& tsdu) {
  if (state_ == State::closed) return std::monostate();
  auto spdu = parse(tsdu.view());
  if (state_ == State::wait_abort && !spdu.ok()) return std::monostate();
  if (!spdu.ok()) {
    // Only a CN that is broken inside is worth an answer: what else comes first is not this protocol.
    if (state_ == State::idle && (tsdu.empty() || tsdu.view()[0] != si::cn)) return drop(spdu.error().text());
    return violate(spdu.error().text());
  }
  if (joining_ && spdu->kind != Kind::ab && spdu->kind != Kind::dt)
    return violate(si_text(*spdu) + " between segments");
  switch (action(state_, spdu->kind)) {
    case Action::connect: return connect_request(tsdu, *spdu);
    case Action::accepted: return accepted(tsdu, *spdu);
    case Action::refused: return refused(tsdu, *spdu);
    case Action::data: return data_indication(tsdu, *spdu);
    case Action::release: return finish_indication(tsdu, *spdu, false);
    case Action::cross: return finish_indication(tsdu, *spdu, true);
    case Action::released: state_ = State::closed; return Finished{user_data(tsdu, *spdu)};
    case Action::aborted: return peer_aborted(tsdu, *spdu);
    case Action::done: state_ = State::closed; return Done{};
    case Action::ignore: return std::monostate();
    case Action::drop: return drop(si_text(*spdu) + " before CN");
    case Action::violate: break;
  }
  return violate(si_text(*spdu) + " not expected here");
}

void Connection::learn_connect(const Spdu& cn) {
  const auto keep = [&](std::uint8_t code) { return to_octets(cn.find(code).value_or(View())); };
  called_ = keep(pi::called_ssel);
  calling_ = keep(pi::calling_ssel);
  calling_reference_ = keep(pi::calling_reference);
  common_reference_ = keep(pi::common_reference);
  const auto maximum = cn.find(pi::tsdu_maximum);
  if (maximum && maximum->size() == 4) proposed_ = {u16(*maximum), u16(*maximum, 2)};
}

Event Connection::connect_request(const Slice& tsdu, const Spdu& cn) {
  learn_connect(cn);
  if ((cn.octet(pi::version).value_or(0x01) & version_2) == 0)
    return decline(RefuseReason::version, "session version 2 is not offered");
  if (called_.size() > limits_.selector || calling_.size() > limits_.selector)
    return decline(RefuseReason::ssel_unknown, "session selector too long");
  if (!selector_taken(ssel_, called_, policy_))
    return decline(RefuseReason::ssel_unknown, "called session selector " + to_hex(called_) + " unknown");
  if (calling_reference_.size() > 64 || common_reference_.size() > 64)
    return violate("user reference too long");
  if ((cn.octet(pi::data_overflow).value_or(0) & 1) != 0)
    return decline(RefuseReason::restriction, "connect data that go on in CDO");
  const auto units = cn.find(pi::user_requirements);
  if (units && units->size() != 2) return violate("user requirements not of two octets");
  const std::uint16_t offered = units ? u16(*units) : unit::when_absent;
  if ((offered & (unit::half_duplex | unit::duplex)) == 0)
    return violate("neither half-duplex nor duplex offered");
  state_ = State::wait_answer;
  return ConnectRequest{offered, user_data(tsdu, cn)};
}

Event Connection::accepted(const Slice& tsdu, const Spdu& ac) {
  if (ac.octet(pi::version).value_or(0x01) != version_2)
    return violate("AC with a version that was not offered");
  if ((ac.octet(pi::enclosure).value_or(3) & 3) != 3) return violate("AC in segments that were not agreed");
  const auto units = ac.find(pi::user_requirements);
  if (units && units->size() != 2) return violate("user requirements not of two octets");
  called_ = to_octets(ac.find(pi::called_ssel).value_or(View()));
  state_ = State::open;
  return Accepted{units ? u16(*units) : unit::when_absent, user_data(tsdu, ac)};
}

Event Connection::refused(const Slice& tsdu, const Spdu& rf) {
  state_ = State::closed;
  const View reason = rf.find(pi::reason).value_or(View());
  if (reason.empty()) return Refused{0, {}};
  return Refused{reason[0], tsdu.part(reason.subspan(1))};
}

Event Connection::data_indication(const Slice& tsdu, const Spdu& dt) {
  const auto given = dt.find(pi::enclosure);
  if (given && given->size() != 1) return violate("enclosure item not of one octet");
  const std::uint8_t enclosure = given ? (*given)[0] & 3 : first_segment | last_segment;
  const bool first = (enclosure & first_segment) != 0, last = (enclosure & last_segment) != 0;
  if (first == joining_.has_value())
    return violate(first ? "SSDU begins before the last one ended" : "segment without a beginning");
  if (first && last) return Data{tsdu.part(dt.user_information)};
  if (first) joining_.emplace();
  if (dt.user_information.size() > limits_.tsdu - joining_->size())
    return violate("joined SSDU above the limit");
  append(*joining_, dt.user_information);
  if (!last) return std::monostate();
  Data data{Slice(std::move(*joining_))};
  joining_.reset();
  return data;
}

Event Connection::finish_indication(const Slice& tsdu, const Spdu& fn, bool crossed) {
  // Crossed: the answer goes out from wait_disconnect, and our own DN is still to come.
  if (!crossed) state_ = State::wait_release;
  return Finish{user_data(tsdu, fn), crossed};
}

Event Connection::peer_aborted(const Slice& tsdu, const Spdu& ab) {
  const std::uint8_t kind = ab.octet(pi::transport_disconnect).value_or(transport_released);
  if ((kind & transport_released) == 0) put(Builder(si::aa));
  state_ = State::closed;
  joining_.reset();
  return PeerAborted{kind, user_data(tsdu, ab)};
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
