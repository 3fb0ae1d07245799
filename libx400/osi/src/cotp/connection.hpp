// One transport connection of class 0 over TPKT, either role (X.224 6, RFC 1006).
//
//   state      | CR      | CC     | DT     | DR, ER        | other
//   -----------+---------+--------+--------+---------------+-------
//   idle       | answer  | fail   | fail   | fail          | fail      responder, TCP accepted
//   wait_cc    | fail    | open   | fail   | refused       | fail      initiator, CR sent
//   open       | fail    | fail   | TSDU   | disconnected  | fail
//   draining   | -       | -      | TSDU   | disconnected  | -         only the end is of interest
//   closed     | -       | -      | -      | -             | -
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "cotp/tpdu.hpp"
#include "gathered.hpp"
#include "output.hpp"
#include "tpkt/tpkt.hpp"
#include "x400/osi/policy.hpp"
#include "x400/osi/slice.hpp"

namespace x400::osi::cotp {

struct Opened {};
struct Tsdu {
  Slice octets;
};
/// DR or ER came (a reason of -1: ER); in wait_cc: the CR is refused.
struct Disconnected {
  int reason = 0;
  std::string text;
};
/// Own refusal of a CR: DR is on its way (a reason of -1: nothing is).
struct Declined {
  int reason = -1;
  std::string text;
  Octets octets;
};
/// The peer broke the protocol; nothing was answered.
struct Failed {
  std::string text;
  Octets octets;
};
/// A TSDU passes the limit; the rest of it is dropped. The connection can still be used to say so.
struct TooLong {
  std::string text;
  Octets octets;
};
using Event = std::variant<Opened, Tsdu, Disconnected, Declined, Failed, TooLong>;

class Connection {
 public:
  enum class State { idle, wait_cc, open, draining, closed };

  Connection(Output& output, const Limits& limits) : output_(output), limits_(limits), tsdu_(limits) {}

  /// Responder: which called TSEL is taken.
  void listen(Octets tsel, SelectorPolicy policy);
  /// Initiator: sends CR.
  void connect(Octets calling, Octets called);

  /// Takes octets from the front of `in` up to the next event, or all.
  std::optional<Event> receive(View& in);
  /// One TSDU, in as many DT TPDUs as the agreed size asks for.
  void send(const Chain& tsdu);
  /// Sends DR if there is a connection.
  void disconnect(Reason reason);
  /// From now on only short TSDUs (an AA) are handed up; others are dropped as they come.
  void drain();
  void close() { state_ = State::closed; }

  void set_tsdu_limit(std::size_t octets) { tsdu_limit_ = octets; }
  State state() const { return state_; }
  bool mid_tsdu() const { return state_ != State::closed && (!tsdu_.empty() || tpkt_.mid_packet()); }
  std::size_t tsdu_octets() const { return tsdu_.size(); }
  const Octets& called() const { return called_; }
  const Octets& calling() const { return calling_; }

 private:
  std::optional<Event> data(View octets);
  std::optional<Event> piece(const tpkt::Piece& p);
  std::optional<Event> header_complete();
  std::optional<Event> tpdu_complete();
  std::optional<Event> cr(const Tpdu& t);
  std::optional<Event> cc(const Tpdu& t);
  std::optional<Event> dt(const Tpdu& t);
  Event decline(const Tpdu& t, Reason reason, std::string text);
  Event fail(std::string text, View octets);
  void put_tpdu(View tpdu);

  Output& output_;
  const Limits& limits_;
  State state_ = State::idle;
  tpkt::Reader tpkt_;
  Octets header_;  // TPDU header under way, LI included
  bool header_done_ = false;
  std::optional<Tpdu> current_;  // parsed header_; its views are good until the packet ends
  Octets behind_;                // what stands behind the header of a TPDU other than DT, its beginning
  Gathered tsdu_;
  std::size_t tsdu_limit_ = 0;
  bool dropping_ = false;  // the TSDU under way is too long to be of interest
  Octets tsel_, called_, calling_;
  SelectorPolicy policy_ = SelectorPolicy::lenient;
  std::uint16_t peer_reference_ = 0;
  std::size_t tpdu_size_ = 0;
};

}  // namespace x400::osi::cotp
