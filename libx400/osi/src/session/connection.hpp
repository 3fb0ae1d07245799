// One session connection (X.225), either role: kernel, duplex, and half-duplex with minor synchronise,
// exceptions and activity management; versions 1 and 2; joining and making of segments; connect data of any
// length.
//
// It takes TSDUs and gives events; what it sends goes straight to the transport connection. A TSDU may hold
// several SPDUs: after receive(), next() until it gives nothing.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cotp/connection.hpp"
#include "gathered.hpp"
#include "session/activity.hpp"
#include "session/table.hpp"
#include "x400/osi/policy.hpp"
#include "x400/osi/slice.hpp"

namespace x400::osi::session {

/// Functional units: the bits of PI 20 (X.225 8.3.1.16).
namespace unit {
inline constexpr std::uint16_t half_duplex = 0x0001, duplex = 0x0002, minor_synchronize = 0x0008,
                               activity_management = 0x0040, exceptions = 0x0200;
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
/// PI 50 of AI, AD and ED.
enum class ExceptionReason : std::uint8_t {
  no_reason = 0,
  receiving_jeopardised = 1,
  sequence_error = 3,
  local_user_error = 5,
  unrecoverable_procedural_error = 6,
};

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
/// One of the SPDUs of tokens, activities, synchronisation and exceptions, allowed where it came. GTC is
/// acknowledged already.
struct Turned {
  Kind kind = Kind::gtc;
  std::uint32_t serial = 0;       ///< MIP, MIA, AE, AEA; AR: where to go on
  int reason = 0;                 ///< AI, AD, ED
  Octets activity;                ///< AS, AR: identifier
  Octets old_activity;            ///< AR: the one to go on with
  bool other_connection = false;  ///< AR: it belongs to an earlier connection
  Slice user_data;                ///< PT
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
using Event = std::variant<std::monostate, ConnectRequest, Accepted, Refused, Data, Turned, Finish, Finished,
                           PeerAborted, Done, Violated, Declined>;

/// Of a session connection identifier: what its initiator gives (PI 10, 11); empty parts are left out.
struct Reference {
  View calling, common;
};
inline constexpr std::size_t most_reference = 64;  // octets of each

class Connection {
 public:
  /// User data of one CN (X.225 8.3.1.21); what is longer goes on in CDO.
  static constexpr std::size_t cn_user_data = 10240;

  Connection(cotp::Connection& transport, const Limits& limits) : transport_(transport), limits_(limits) {}

  void listen(Octets ssel, SelectorPolicy policy, std::optional<Segmenting> segmenting);

  // Requests. Those whose user data may not fit return limit and send nothing.

  /// Takes what is longer than one CN in CDO, up to limits.tsdu_before_bind.
  Status connect(const Selectors& calling, const Selectors& called, const Reference& reference,
                 std::uint16_t units, View user_data);
  Status accept(std::uint16_t units, View user_data);
  /// In version 1 user data that do not fit are left out.
  Status refuse(RefuseReason reason, View user_data = {});
  void data(const Chain& ssdu);
  void finish(View user_data);
  void finish_response(View user_data);
  void abort(AbortKind kind, View user_data = {});

  // Half-duplex. What the state of activity() does not allow must not be called.

  void start_activity(View identifier);
  /// Goes on with an activity of this connection behind the synchronisation point `serial`.
  void resume_activity(View identifier, View old_identifier, std::uint32_t serial);
  /// Returns the serial number given.
  std::uint32_t minor_sync();
  std::uint32_t end_activity();
  /// MIA, AEA.
  void acknowledge(Kind kind, std::uint32_t serial);
  /// AI, AD, ED.
  void stop(Kind kind, ExceptionReason reason);
  /// AIA, ADA.
  void acknowledge_stop(Kind kind);
  void please(View user_data);
  void give();

  /// Of the one TSDU; what it has more is for next().
  Event receive(const Slice& tsdu);
  std::optional<Event> next();

  State state() const { return state_; }
  /// Segments of an SSDU have come, and not the last of them.
  bool mid_ssdu() const { return joining_.has_value(); }
  /// Of a CN: whether the tokens are all on one side, or at our choice.
  bool tokens_together() const;
  const Activity& activity() const { return activity_; }
  const Octets& called() const { return called_; }
  const Octets& calling() const { return calling_; }

 private:
  // connection.cpp
  Event handle(const Spdu& spdu);
  Event refused(const Spdu& rf);
  Event data_indication(const Spdu& dt);
  Event finish_indication(const Spdu& fn, bool crossed);
  Event peer_aborted(const Spdu& ab);
  Event violate(std::string text);
  Event drop(std::string text);
  Event decline(RefuseReason reason, std::string text);
  void send_segments(const Chain& ssdu);
  void put(const Builder& spdu);
  Slice user_data(const Spdu& spdu) const;

  // connect.cpp
  Event connect_request(const Spdu& cn);
  Event connect_data_complete(Slice data);
  Event overflow(const Spdu& cdo);
  Event accepted(const Spdu& ac);
  void learn_connect(const Spdu& cn);
  void send_overflow_accept();
  Event send_overflow();
  Octets tsdu_maximum();
  Status send_accept(std::uint16_t units, View user_data);

  // half_duplex.cpp
  Event turned(const Spdu& spdu);
  bool half_duplex() const { return (units_ & unit::half_duplex) != 0; }
  void put_behind(std::uint8_t prefix, const Builder& spdu);

  cotp::Connection& transport_;
  const Limits& limits_;
  State state_ = State::idle;
  std::uint8_t version_ = 2;
  std::uint8_t offered_versions_ = 0;  // by our CN
  std::uint16_t units_ = 0;            // agreed: the mode, once open
  Activity activity_;

  Octets ssel_;
  SelectorPolicy policy_ = SelectorPolicy::lenient;
  std::optional<Segmenting> segmenting_;

  // Learnt from CN.
  Octets called_, calling_;
  Octets calling_reference_, common_reference_;
  Segmenting proposed_;
  std::uint16_t offered_units_ = 0;
  std::uint8_t token_setting_ = 0;
  Octets overflow_;  // connect data that go on: come so far, or still to send

  std::size_t segment_in_ = 0, segment_most_ = 0;  // agreed TSDU maximum sizes; 0: not segmented
  std::optional<Gathered> joining_;                // segments of an SSDU under way

  // Of the TSDU under way.
  Slice tsdu_;
  std::vector<Spdu> spdus_;
  std::size_t next_spdu_ = 0;
};

}  // namespace x400::osi::session
