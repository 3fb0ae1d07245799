// One session connection (X.225), either role: kernel and duplex, version 2, joining and making of segments.
//
// It takes TSDUs and gives events; what it sends goes straight to the transport connection.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "cotp/connection.hpp"
#include "session/table.hpp"
#include "x400/osi/policy.hpp"
#include "x400/osi/slice.hpp"

namespace x400::osi::session {

/// Functional units: the bits of PI 20 (X.225 8.3.1.16).
namespace unit {
inline constexpr std::uint16_t half_duplex = 0x0001, duplex = 0x0002;
inline constexpr std::uint16_t when_absent = 0x0349;  ///< a CN without PI 20 asks for these
}  // namespace unit

/// RF reasons (X.225 8.3.5.10).
enum class RefuseReason : std::uint8_t {
  user = 0,
  user_congestion = 1,
  user_with_data = 2,
  ssel_unknown = 129,
  version = 132,
  not_specified = 133,
  restriction = 134,
};
/// PI 17 of an own AB.
enum class AbortKind : std::uint8_t { user = 0x03, protocol_error = 0x05 };

struct ConnectRequest {
  std::uint16_t offered_units = 0;
  Slice user_data;
};
struct Accepted {
  std::uint16_t units = 0;  ///< as the AC says
  Slice user_data;
};
struct Refused {
  int reason = 0;
  Slice user_data;
};
struct Data {
  Slice ssdu;
};
struct Finish {
  Slice user_data;
  bool answered = false;  ///< crossed our own FN; DN is still owed by the user's answer if false
};
struct Finished {
  Slice user_data;
};
struct PeerAborted {
  std::uint8_t kind = 0;  ///< PI 17
  Slice user_data;
};
/// An own abort has reached its end.
struct Done {};
/// The peer broke the protocol; AB is on its way, or nothing is (then only closing is left).
struct Violated {
  bool aborted = false;
  std::string text;
};
/// Own refusal of a CN: RF is on its way.
struct Declined {
  RefuseReason reason = RefuseReason::not_specified;
  std::string text;
};
using Event = std::variant<std::monostate, ConnectRequest, Accepted, Refused, Data, Finish, Finished,
                           PeerAborted, Done, Violated, Declined>;

class Connection {
 public:
  /// User data one CN can carry in this version of the stack: no CDO (X.225 8.3.1.21).
  static constexpr std::size_t cn_user_data = 10240;

  Connection(cotp::Connection& transport, const Limits& limits) : transport_(transport), limits_(limits) {}

  void listen(Octets ssel, SelectorPolicy policy, std::optional<Segmenting> segmenting);

  // Requests. Those whose user data may not fit return limit and send nothing.
  Status connect(const Selectors& calling, const Selectors& called, std::uint16_t units, View user_data);
  Status accept(std::uint16_t units, View user_data);
  Status refuse(RefuseReason reason, View user_data = {});
  void data(const Chain& ssdu);
  void finish(View user_data);
  void finish_response(View user_data);
  void abort(AbortKind kind, View user_data = {});

  Event receive(const Slice& tsdu);

  State state() const { return state_; }
  const Octets& called() const { return called_; }
  const Octets& calling() const { return calling_; }

 private:
  Event connect_request(const Slice& tsdu, const Spdu& cn);
  Event accepted(const Slice& tsdu, const Spdu& ac);
  Event refused(const Slice& tsdu, const Spdu& rf);
  Event data_indication(const Slice& tsdu, const Spdu& dt);
  Event finish_indication(const Slice& tsdu, const Spdu& fn, bool crossed);
  Event peer_aborted(const Slice& tsdu, const Spdu& ab);
  Event violate(std::string text);
  Event drop(std::string text);
  Event decline(RefuseReason reason, std::string text);
  void learn_connect(const Spdu& cn);
  void send_segments(const Chain& ssdu);
  Status send_accept(std::uint16_t units, View user_data);
  void put(const Builder& spdu);

  cotp::Connection& transport_;
  const Limits& limits_;
  State state_ = State::idle;

  Octets ssel_;
  SelectorPolicy policy_ = SelectorPolicy::lenient;
  std::optional<Segmenting> segmenting_;

  // Learnt from CN.
  Octets called_, calling_;
  Octets calling_reference_, common_reference_;
  Segmenting proposed_;

  std::size_t segment_most_ = 0;   // own TSDUs of DT; 0: not segmented
  std::optional<Octets> joining_;  // segments of an SSDU under way
};

}  // namespace x400::osi::session
