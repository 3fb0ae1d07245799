// SPDUs of the token, activity, synchronisation and exception units (X.225 8.3.12 to 8.3.31).
#include "session/connection.hpp"
#include "session/parameters.hpp"

namespace x400::osi::session {
namespace {

constexpr std::uint8_t data_token = 0x01, all_tokens = 0x15;  // PI 16
constexpr std::size_t longest_identifier = 6;

std::uint8_t si_of(Kind kind) {
  switch (kind) {
    case Kind::mia: return si::mia;
    case Kind::aea: return si::aea;
    case Kind::ai: return si::ai;
    case Kind::aia: return si::aia;
    case Kind::ad: return si::ad;
    case Kind::ada: return si::ada;
    default: return si::ed;
  }
}

bool identifies(View identifier) { return !identifier.empty() && identifier.size() <= longest_identifier; }

}  // namespace

std::optional<std::uint32_t> read_serial(std::optional<View> digits) {
  if (!digits || digits->empty() || digits->size() > 6) return std::nullopt;
  std::uint32_t serial = 0;
  for (const std::uint8_t d : *digits) {
    if (d < '0' || d > '9') return std::nullopt;
    serial = serial * 10 + (d - '0');
  }
  return serial;
}

Octets write_serial(std::uint32_t serial) { return to_octets(std::to_string(serial)); }

// --- what comes

Event Connection::turned(const Spdu& spdu) {
  // Our FN may cross what the peer sends without the turn.
  if (state_ == State::wait_disconnect)
    return spdu.kind == Kind::pt ? Event() : violate("SPDU " + std::to_string(spdu.si) + " behind FN");
  Turned t;
  t.kind = spdu.kind;
  const auto serial = read_serial(spdu.kind == Kind::ar ? spdu.find(pi::serial, pi::linking_information)
                                                        : spdu.find(pi::serial));
  if (spdu.kind == Kind::as || spdu.kind == Kind::ar) {
    t.activity = to_octets(spdu.find(pi::activity, 0).value_or(View()));
    if (!identifies(t.activity)) return violate("activity without a possible identifier");
  }
  if (spdu.kind == Kind::ar) {
    t.old_activity = to_octets(spdu.find(pi::activity, pi::linking_information).value_or(View()));
    if (!identifies(t.old_activity)) return violate("AR without a possible old identifier");
    t.other_connection = spdu.find(pi::calling_reference, pi::linking_information).has_value() ||
                         spdu.find(pi::called_reference, pi::linking_information).has_value() ||
                         spdu.find(pi::common_reference, pi::linking_information).has_value();
  }
  // Without a confirmation tokens move only all together; any other GT says nothing.
  if (spdu.kind == Kind::gt && (spdu.octet(pi::tokens).value_or(0) & all_tokens) != all_tokens)
    return spdu.octet(pi::tokens).value_or(0) == 0 ? Event() : violate("some of the tokens given");
  switch (activity_.receive(spdu.kind, serial)) {
    case Activity::Verdict::violate:
      return violate("SPDU " + std::to_string(spdu.si) + " does not fit turn, activity or serial number");
    case Activity::Verdict::ignore: return std::monostate();
    case Activity::Verdict::take: break;
  }
  if (spdu.kind == Kind::gtc) put(Builder(si::gta));
  t.serial = serial.value_or(0);
  t.reason = spdu.octet(pi::reason).value_or(0);
  t.user_data = user_data(spdu);
  return t;
}

// --- what goes

void Connection::put_behind(std::uint8_t prefix, const Builder& spdu) {
  auto encoded = spdu.finish();
  if (!encoded.ok()) return;
  Octets tsdu{prefix, 0};
  append(tsdu, *encoded);
  transport_.send(Slice(std::move(tsdu)));
}

void Connection::start_activity(View identifier) {
  activity_.send(Kind::as);
  Builder as(si::as);
  put_behind(si::gt, as.add(pi::activity, identifier));
}

void Connection::resume_activity(View identifier, View old_identifier, std::uint32_t serial) {
  activity_.send(Kind::ar, serial);
  Builder link(0);
  link.add(pi::activity, old_identifier).add(pi::serial, write_serial(serial));
  Builder ar(si::ar);
  put_behind(si::gt, ar.add_group(pi::linking_information, link).add(pi::activity, identifier));
}

std::uint32_t Connection::minor_sync() {
  const std::uint32_t serial = activity_.next_serial();
  activity_.send(Kind::mip);
  Builder mip(si::mip);
  put_behind(si::gt, mip.add(pi::serial, write_serial(serial)));
  return serial;
}

std::uint32_t Connection::end_activity() {
  const std::uint32_t serial = activity_.next_serial();
  activity_.send(Kind::ae);
  Builder ae(si::ae);
  put_behind(si::gt, ae.add(pi::serial, write_serial(serial)));
  return serial;
}

void Connection::acknowledge(Kind kind, std::uint32_t serial) {
  activity_.send(kind);
  Builder ack(si_of(kind));
  put_behind(si::pt, ack.add(pi::serial, write_serial(serial)));
}

void Connection::stop(Kind kind, ExceptionReason reason) {
  activity_.send(kind);
  Builder b(si_of(kind));
  put_behind(kind == Kind::ed ? si::pt : si::gt, b.add(pi::reason, static_cast<std::uint8_t>(reason)));
}

void Connection::acknowledge_stop(Kind kind) {
  activity_.send(kind);
  put_behind(si::pt, Builder(si_of(kind)));
}

void Connection::please(View data) {
  Builder pt(si::pt);
  put(pt.add(pi::tokens, data_token).add(pi::user_data, data));
}

void Connection::give() {
  activity_.send(Kind::gtc);
  put(Builder(si::gtc));
}

}  // namespace x400::osi::session
