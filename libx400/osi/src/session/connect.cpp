// Connection establishment: versions, functional units, tokens, TSDU maximum sizes, connect data (X.225 7.1,
// 8.3.1 to 8.3.5).
#include <algorithm>

#include "selector.hpp"
#include "session/connection.hpp"
#include "session/parameters.hpp"

namespace x400::osi::session {
namespace {

constexpr std::uint8_t bit_version_1 = 0x01, bit_version_2 = 0x02;
constexpr std::size_t short_user_data = 512;  // PGI 193 of a CN
constexpr std::size_t cdo_user_data = 60'000;
constexpr std::uint16_t smallest_maximum = 64;
constexpr std::uint8_t more_data = 0x01;  // PI 60

// Data, minor synchronise, major/activity: two bits each, lowest first.
constexpr std::uint8_t tokens_mask = 0x3f, tokens_initiator = 0x00, tokens_responder = 0x15,
                       tokens_choice = 0x2a;

bool possible(std::uint16_t maximum) { return maximum == 0 || maximum >= smallest_maximum; }

std::uint16_t lowered(std::uint16_t proposed, std::uint16_t ours) {
  if (proposed == 0 || ours == 0) return proposed;
  return std::min(proposed, std::max(ours, smallest_maximum));
}

Octets enclosed(std::uint8_t si, std::uint8_t enclosure, View data) {
  Builder b(si);
  auto spdu = b.add(pi::enclosure, enclosure).add(pi::user_data, data).finish();
  return spdu.ok() ? std::move(*spdu) : Octets();
}

}  // namespace

// --- initiator

Status Connection::connect(const Selectors& calling, const Selectors& called, const Reference& reference,
                           std::uint16_t units, View data) {
  if (data.size() > limits_.tsdu_before_bind)
    return Error(ErrorKind::limit,
                 "connect data of more than " + std::to_string(limits_.tsdu_before_bind) + " octets");
  units_ = units;
  // Version 1 carries no more than the short form of the data (X.225 8.3.1.9).
  const std::uint8_t versions =
      data.size() <= version_1::user_data ? bit_version_1 | bit_version_2 : bit_version_2;
  offered_versions_ = versions;
  const View first = data.first(std::min(data.size(), cn_user_data));
  Builder item(0);
  item.add(pi::protocol_options, std::uint8_t{0}).add(pi::version, versions);
  if (half_duplex()) item.add(pi::token_setting, tokens_initiator);
  Builder identifier(0);
  if (!reference.calling.empty()) identifier.add(pi::calling_reference, reference.calling);
  if (!reference.common.empty()) identifier.add(pi::common_reference, reference.common);
  Builder cn(si::cn);
  if (identifier.size() > 0) cn.add_group(pi::connection_identifier, identifier);
  cn.add_group(pi::connect_accept_item, item).add(pi::user_requirements, octets(units));
  if (!calling.session.empty()) cn.add(pi::calling_ssel, calling.session);
  if (!called.session.empty()) cn.add(pi::called_ssel, called.session);
  if (first.size() < data.size()) cn.add(pi::data_overflow, more_data);
  cn.add(first.size() <= short_user_data ? pi::user_data : pi::extended_user_data, first);
  put(cn);
  overflow_ = to_octets(data.subspan(first.size()));
  state_ = overflow_.empty() ? State::wait_accept : State::wait_overflow_accept;
  return Ok{};
}

// OA has come.
Event Connection::send_overflow() {
  const Octets rest = std::exchange(overflow_, {});
  std::uint8_t enclosure = first_segment;
  for (View left = rest; !left.empty(); enclosure = 0) {
    const View part = left.first(std::min(left.size(), cdo_user_data));
    left = left.subspan(part.size());
    if (left.empty()) enclosure |= last_segment;
    transport_.send(Slice(enclosed(si::cdo, enclosure, part)));
  }
  state_ = State::wait_accept;
  return std::monostate();
}

Event Connection::accepted(const Spdu& ac) {
  version_ = ac.octet(pi::version).value_or(bit_version_1);
  const bool one = version_ == bit_version_1 || version_ == bit_version_2;
  if (!one || (version_ & offered_versions_) == 0) return violate("AC with a version that was not offered");
  if ((ac.octet(pi::enclosure).value_or(3) & 3) != 3) return violate("AC in segments that were not agreed");
  const auto units = ac.find(pi::user_requirements);
  if (units && units->size() != 2) return violate("user requirements not of two octets");
  called_ = to_octets(ac.find(pi::called_ssel).value_or(View()));
  state_ = State::open;
  activity_.begin(true);
  return Accepted{units ? u16(*units) : unit::when_absent, user_data(ac)};
}

// --- responder

void Connection::learn_connect(const Spdu& cn) {
  const auto keep = [&](std::uint8_t code) { return to_octets(cn.find(code).value_or(View())); };
  called_ = keep(pi::called_ssel);
  calling_ = keep(pi::calling_ssel);
  calling_reference_ = keep(pi::calling_reference);
  common_reference_ = keep(pi::common_reference);
  token_setting_ = cn.octet(pi::token_setting).value_or(tokens_initiator) & tokens_mask;
  const auto maximum = cn.find(pi::tsdu_maximum);
  if (maximum && maximum->size() == 4) proposed_ = {u16(*maximum), u16(*maximum, 2)};
}

Event Connection::connect_request(const Spdu& cn) {
  learn_connect(cn);
  const std::uint8_t versions = cn.octet(pi::version).value_or(bit_version_1);
  if ((versions & (bit_version_1 | bit_version_2)) == 0)
    return decline(RefuseReason::version, "neither session version 1 nor 2 is offered");
  version_ = (versions & bit_version_2) != 0 ? 2 : 1;
  if (called_.size() > limits_.selector || calling_.size() > limits_.selector)
    return decline(RefuseReason::ssel_unknown, "session selector too long");
  if (!selector_taken(ssel_, called_, policy_))
    return decline(RefuseReason::ssel_unknown, "called session selector " + to_hex(called_) + " unknown");
  if (calling_reference_.size() > most_reference || common_reference_.size() > most_reference)
    return violate("user reference too long");
  const auto units = cn.find(pi::user_requirements);
  if (units && units->size() != 2) return violate("user requirements not of two octets");
  offered_units_ = units ? u16(*units) : unit::when_absent;
  if ((offered_units_ & (unit::half_duplex | unit::duplex)) == 0)
    return violate("neither half-duplex nor duplex offered");
  if ((cn.octet(pi::data_overflow).value_or(0) & more_data) == 0) return connect_data_complete(user_data(cn));
  if (version_ == 1) return violate("connect data that go on, in version 1");
  overflow_ = to_octets(cn.user_data());
  send_overflow_accept();
  return std::monostate();
}

Event Connection::connect_data_complete(Slice data) {
  state_ = State::wait_answer;
  return ConnectRequest{offered_units_, std::move(data)};
}

void Connection::send_overflow_accept() {
  Builder item(0);
  if (const Octets maximum = tsdu_maximum(); !maximum.empty()) item.add(pi::tsdu_maximum, maximum);
  item.add(pi::version, version_);
  Builder oa(si::oa);
  put(oa.add_group(pi::connect_accept_item, item));
  state_ = State::wait_overflow;
}

Event Connection::overflow(const Spdu& cdo) {
  const View part = cdo.user_data();
  const auto enclosure = cdo.octet(pi::enclosure);
  // An empty one that does not end it would let a peer talk for ever.
  if (!enclosure || (part.empty() && (*enclosure & last_segment) == 0))
    return violate("CDO without a part of the connect data");
  if (part.size() > limits_.tsdu_before_bind - std::min(overflow_.size(), limits_.tsdu_before_bind))
    return decline(RefuseReason::restriction, "connect data above the limit");
  append(overflow_, part);
  if ((*enclosure & last_segment) == 0) return std::monostate();
  return connect_data_complete(Slice(std::exchange(overflow_, {})));
}

// Agreed for both directions; empty if nothing is segmented.
Octets Connection::tsdu_maximum() {
  const bool proposed = (proposed_.to_responder != 0 || proposed_.to_initiator != 0) &&
                        possible(proposed_.to_responder) && possible(proposed_.to_initiator);
  if (!segmenting_ || !proposed || version_ == 1) return {};
  segment_in_ = lowered(proposed_.to_responder, segmenting_->to_responder);
  segment_most_ = lowered(proposed_.to_initiator, segmenting_->to_initiator);
  Octets maximum;
  append(maximum, octets(static_cast<std::uint16_t>(segment_in_)));
  append(maximum, octets(static_cast<std::uint16_t>(segment_most_)));
  return maximum;
}

bool Connection::tokens_together() const {
  return token_setting_ == tokens_initiator || token_setting_ == tokens_responder ||
         token_setting_ == tokens_choice;
}

Status Connection::accept(std::uint16_t units, View data) {
  if (version_ == 1 && data.size() > version_1::user_data)
    return Error(ErrorKind::limit, "accept data of more than 512 octets in session version 1");
  units_ = units;
  if (token_setting_ == tokens_choice) token_setting_ = tokens_initiator;
  X400_CHECK(send_accept(units, data));
  activity_.begin(half_duplex() && token_setting_ == tokens_responder);
  state_ = State::open;
  return Ok{};
}

Status Connection::send_accept(std::uint16_t units, View data) {
  Builder identifier(0);
  if (!calling_reference_.empty()) identifier.add(pi::called_reference, calling_reference_);
  if (!common_reference_.empty()) identifier.add(pi::common_reference, common_reference_);
  Builder item(0);
  item.add(pi::protocol_options, std::uint8_t{0});
  const Octets maximum = tsdu_maximum();
  if (!maximum.empty()) item.add(pi::tsdu_maximum, maximum);
  item.add(pi::version, version_);
  if (half_duplex()) item.add(pi::token_setting, token_setting_);
  Builder ac(si::ac);
  if (identifier.size() > 0) ac.add_group(pi::connection_identifier, identifier);
  ac.add_group(pi::connect_accept_item, item).add(pi::user_requirements, octets(units));
  if (!called_.empty()) ac.add(pi::called_ssel, called_);

  constexpr std::size_t around = 4 + 4 + 3;  // SI and LI, LI of user data, enclosure item
  const std::size_t most = segment_most_;
  if (most == 0 || ac.size() + data.size() + around <= most) {
    ac.add(pi::user_data, data);
    X400_TRY(encoded, ac.finish());
    transport_.send(Slice(std::move(encoded)));
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
  return Ok{};
}

}  // namespace x400::osi::session
