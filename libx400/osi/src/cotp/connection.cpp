#include "cotp/connection.hpp"

#include <algorithm>
#include <array>

#include "excerpt.hpp"
#include "selector.hpp"

namespace x400::osi::cotp {
namespace {

// Class 0 has one connection a TCP connection, so any number but 0 will do.
constexpr std::uint16_t own_reference = 1;

constexpr std::size_t longest_text = 128;
constexpr std::size_t interesting_when_draining = 64;

std::string printable(View text) {
  std::string out;
  for (const std::uint8_t o : text.first(std::min(text.size(), longest_text)))
    if (o != 0) out += o >= 0x20 && o < 0x7f ? static_cast<char>(o) : '?';
  return out;
}

// A class other than 0 will do if class 0 is offered as an alternative (X.224 6.5.5).
bool class_0_offered(const Tpdu& cr) {
  if (cr.transport_class() == 0) return true;
  const auto alternatives = cr.find(parameter::alternative_classes);
  return alternatives &&
         std::any_of(alternatives->begin(), alternatives->end(), [](std::uint8_t o) { return o >> 4 == 0; });
}

}  // namespace

void Connection::listen(Octets tsel, SelectorPolicy policy) {
  tsel_ = std::move(tsel);
  policy_ = policy;
}

void Connection::connect(Octets calling, Octets called) {
  calling_ = std::move(calling);
  called_ = std::move(called);
  put_tpdu(encode(Connect{Code::cr, 0, own_reference, size_code(limits_.tpdu), calling_, called_}));
  state_ = State::wait_cc;
}

std::optional<Event> Connection::receive(View& in) {
  while (state_ != State::closed && !in.empty()) {
    const View before = in;
    auto next = tpkt_.next(in);
    if (!next.ok()) return fail(next.error().text(), before);
    if (!*next) continue;
    if (auto event = piece(**next)) return event;
  }
  in = {};
  return std::nullopt;
}

std::optional<Event> Connection::piece(const tpkt::Piece& p) {
  View rest = p.octets;
  if (p.begins) {
    header_.clear();
    header_done_ = false;
    current_.reset();
    behind_.clear();
  }
  while (!header_done_ && !rest.empty()) {
    header_.push_back(rest[0]);
    rest = rest.subspan(1);
    header_done_ = header_.size() == std::size_t{1} + header_[0];
    if (header_done_)
      if (auto event = header_complete()) return event;
  }
  if (!header_done_)
    return p.ends ? std::optional(fail("TPDU header longer than its packet", header_)) : std::nullopt;
  if (current_->code == Code::dt) {
    if (auto event = data(rest)) return event;
  } else {
    append(behind_, rest.first(std::min(rest.size(), longest_text - behind_.size())));
  }
  return p.ends ? tpdu_complete() : std::nullopt;
}

std::optional<Event> Connection::data(View octets) {
  if (dropping_) return std::nullopt;
  const std::size_t limit = state_ == State::draining ? interesting_when_draining : tsdu_limit_;
  if (octets.size() <= limit - tsdu_.size()) {
    tsdu_.append(octets);
    return std::nullopt;
  }
  dropping_ = true;
  const Slice dropped = tsdu_.take();
  if (state_ == State::draining) return std::nullopt;
  return TooLong{"TSDU above the limit of " + std::to_string(limit) + " octets", excerpt(dropped.view())};
}

std::optional<Event> Connection::header_complete() {
  auto tpdu = parse(header_);
  if (!tpdu.ok()) return fail(tpdu.error().text(), header_);
  current_ = std::move(*tpdu);
  // Said before its data come: they would have to be kept or dropped.
  if (current_->code == Code::dt && state_ != State::open && state_ != State::draining)
    return fail("DT before the transport connection", header_);
  return std::nullopt;
}

std::optional<Event> Connection::tpdu_complete() {
  const Tpdu& t = *current_;
  if (t.code == Code::dr || t.code == Code::er) {
    if (state_ == State::idle) return fail("DR or ER before CR", header_);
    state_ = State::closed;
    std::string text = t.code == Code::er ? "ER, reject cause " : "DR, reason ";
    text += std::to_string(t.reason);
    // The text belongs in a parameter; there are stacks that put it behind the header.
    const View more = t.find(parameter::additional_information).value_or(View(behind_));
    if (!more.empty()) text += ": " + printable(more);
    return Disconnected{t.code == Code::er ? -1 : t.reason, std::move(text)};
  }
  if (state_ == State::idle && t.code == Code::cr) return cr(t);
  if (state_ == State::wait_cc && t.code == Code::cc) return cc(t);
  if (t.code == Code::dt) return dt(t);
  if (state_ == State::draining) return std::nullopt;
  return fail("TPDU code " + to_hex(View(&t.code_octet, 1)) + " not expected here", header_);
}

std::optional<Event> Connection::cr(const Tpdu& t) {
  called_ = to_octets(t.find(parameter::called_tsel).value_or(View()));
  calling_ = to_octets(t.find(parameter::calling_tsel).value_or(View()));
  if (!class_0_offered(t))
    return decline(t, Reason::negotiation_failed, "class 0 is not among the proposed ones");
  if (called_.size() > limits_.selector || calling_.size() > limits_.selector)
    return decline(t, Reason::address_unknown, "transport selector too long");
  if (!selector_taken(tsel_, called_, policy_))
    return decline(t, Reason::not_attached, "called transport selector " + to_hex(called_) + " unknown");
  std::optional<std::uint8_t> size;
  if (const auto proposed = t.find(parameter::tpdu_size)) {
    if (proposed->size() != 1 || (*proposed)[0] < smallest_size)
      return decline(t, Reason::negotiation_failed, "TPDU size not possible");
    size = std::min((*proposed)[0], size_code(limits_.tpdu));
  }
  tpdu_size_ = size ? size_of(*size) : limits_.tpdu_not_negotiated;
  peer_reference_ = t.source;
  put_tpdu(encode(Connect{Code::cc, t.source, own_reference, size, calling_, called_}));
  state_ = State::open;
  return Opened{};
}

std::optional<Event> Connection::cc(const Tpdu& t) {
  if (t.destination != own_reference) return fail("CC for another reference", header_);
  if (t.transport_class() != 0) return fail("CC with a class that was not proposed", header_);
  tpdu_size_ = limits_.tpdu_not_negotiated;
  if (const auto size = t.find(parameter::tpdu_size)) {
    if (size->size() != 1 || (*size)[0] < smallest_size) return fail("TPDU size in CC not possible", header_);
    tpdu_size_ = size_of(std::min((*size)[0], size_code(limits_.tpdu)));
  }
  peer_reference_ = t.source;
  state_ = State::open;
  return Opened{};
}

std::optional<Event> Connection::dt(const Tpdu& t) {
  if (!t.end_of_tsdu) return std::nullopt;
  Slice tsdu = tsdu_.take();
  if (std::exchange(dropping_, false) || tsdu.empty()) return std::nullopt;
  return Tsdu{std::move(tsdu)};
}

Event Connection::decline(const Tpdu& t, Reason reason, std::string text) {
  // The reference of the connection that is refused is not one of ours.
  put_tpdu(encode_dr(t.source, 0, reason));
  state_ = State::closed;
  return Declined{static_cast<int>(reason), std::move(text), excerpt(header_)};
}

Event Connection::fail(std::string text, View octets) {
  const bool nothing_learnt = state_ == State::idle;
  state_ = State::closed;
  if (nothing_learnt) return Declined{-1, std::move(text), excerpt(octets)};
  return Failed{std::move(text), excerpt(octets)};
}

void Connection::put_tpdu(View tpdu) {
  output_.copy(tpkt::header(tpdu.size()));
  output_.copy(tpdu);
}

void Connection::send(const Chain& tsdu) {
  if (state_ != State::open) return;
  const std::size_t most = tpdu_size_ - dt_header_size;
  std::size_t left = tsdu.size();  // of the TSDU
  std::size_t room = 0;            // in the DT under way
  for (const Slice& slice : tsdu.slices()) {
    for (std::size_t at = 0; at < slice.size();) {
      if (room == 0) {
        room = std::min(left, most);
        const std::uint8_t eot = room == left ? 0x80 : 0;
        output_.copy(tpkt::header(room + dt_header_size));
        output_.copy(std::array<std::uint8_t, dt_header_size>{2, static_cast<std::uint8_t>(Code::dt), eot});
      }
      const std::size_t n = std::min(room, slice.size() - at);
      output_.add(slice.part(at, n));
      at += n;
      room -= n;
      left -= n;
    }
  }
}

void Connection::disconnect(Reason reason) {
  if (state_ == State::open || state_ == State::draining)
    put_tpdu(encode_dr(peer_reference_, own_reference, reason));
  state_ = State::closed;
}

void Connection::drain() {
  if (state_ == State::open) state_ = State::draining;
  dropping_ = dropping_ || !tsdu_.empty();
  tsdu_.clear();
}

}  // namespace x400::osi::cotp
