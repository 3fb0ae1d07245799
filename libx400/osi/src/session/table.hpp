// The state table of the session machine (X.225 annex A, kernel, duplex and half-duplex), both roles. What
// the tokens and an activity allow on top of it is in activity.hpp.
#pragma once

#include <array>
#include <cstdint>

#include "session/spdu.hpp"

namespace x400::osi::session {

enum class State : std::uint8_t {
  idle,                  ///< responder: transport is open
  wait_accept,           ///< initiator: CN sent
  wait_answer,           ///< responder: CN got, the user decides
  wait_overflow_accept,  ///< initiator: CN sent whose data go on
  wait_overflow,         ///< responder: OA sent, CDO to come
  open,
  wait_disconnect,  ///< FN sent
  wait_release,     ///< FN got, the user answers
  wait_abort,       ///< AB sent: AA or the end of the transport
  closed,
};
inline constexpr std::size_t states = 10;

enum class Action : std::uint8_t {
  connect,            ///< S-CONNECT indication, or own refusal
  accepted,           ///< S-CONNECT confirm
  refused,            ///< S-CONNECT confirm, negative
  data,               ///< S-DATA indication
  overflow_accepted,  ///< the rest of the connect data goes out
  overflow,           ///< one more part of the connect data
  turn,               ///< for activity.hpp
  release,            ///< S-RELEASE indication
  cross,              ///< FN met FN: answered with DN at once
  released,           ///< S-RELEASE confirm
  aborted,            ///< S-U-ABORT or S-P-ABORT indication
  done,               ///< the end of an abort
  ignore,
  violate,  ///< AB (protocol error)
  drop,     ///< the end, without an answer: nothing is known of the peer yet
};

/// Column of the table: all of the half-duplex units are one.
inline constexpr std::size_t columns = 12;
constexpr std::size_t column(Kind kind) {
  constexpr auto last = static_cast<std::size_t>(Kind::other);
  return kind > Kind::other ? last + 1 : static_cast<std::size_t>(kind);
}

inline Action action(State state, Kind kind) {
  using A = Action;
  static constexpr A connect = A::connect, accepted = A::accepted, refused = A::refused, data = A::data,
                     release = A::release, cross = A::cross, released = A::released, aborted = A::aborted,
                     done = A::done, ignore = A::ignore, violate = A::violate, drop = A::drop,
                     over_acc = A::overflow_accepted, overflow = A::overflow, turn = A::turn;
  // clang-format off
  static constexpr std::array<std::array<Action, columns>, states> table = {{
      //                    CN       AC        RF       FN       DN        AB       AA       DT       OA        CDO       other    turn
      /* idle            */ {connect, drop,     drop,    drop,    drop,     drop,    drop,    drop,    drop,     drop,     drop,    drop},
      /* wait_accept     */ {violate, accepted, refused, violate, violate,  aborted, violate, violate, violate,  violate,  violate, violate},
      /* wait_answer     */ {violate, violate,  violate, violate, violate,  aborted, violate, violate, violate,  violate,  violate, violate},
      /* wait_over.._acc */ {violate, violate,  refused, violate, violate,  aborted, violate, violate, over_acc, violate,  violate, violate},
      /* wait_overflow   */ {violate, violate,  violate, violate, violate,  aborted, violate, violate, violate,  overflow, violate, violate},
      /* open            */ {violate, violate,  violate, release, violate,  aborted, violate, data,    violate,  violate,  violate, turn},
      /* wait_disconnect */ {violate, violate,  violate, cross,   released, aborted, violate, data,    violate,  violate,  violate, turn},
      /* wait_release    */ {violate, violate,  violate, violate, violate,  aborted, violate, violate, violate,  violate,  violate, violate},
      /* wait_abort      */ {ignore,  ignore,   ignore,  ignore,  ignore,   done,    done,    ignore,  ignore,   ignore,   ignore,  ignore},
      /* closed          */ {ignore,  ignore,   ignore,  ignore,  ignore,   ignore,  ignore,  ignore,  ignore,   ignore,   ignore,  ignore},
  }};
  // clang-format on
  return table[static_cast<std::size_t>(state)][column(kind)];
}

}  // namespace x400::osi::session
