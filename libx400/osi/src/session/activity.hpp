// Tokens and the activity of a half-duplex connection (X.225 annex A, tables of activity management).
//
// All tokens move together, so there is one turn: whoever has it owns the activity, if there is one.
//
//   stage        | the one with the turn may send          | the other
//   -------------+-----------------------------------------+----------------------
//   none         | AS, AR, GTC, FN                         | PT
//   active       | DT, MIP, AE, AI, AD                     | PT, MIA, ED
//   ending       | AI, AD                                  | PT, MIA, AEA, ED
//   excepted     | AI, AD (DT, MIP, AE on their way: gone) | PT
//   interrupting | nothing                                 | AIA (MIA, AEA, ED on their way: gone)
//   discarding   | nothing                                 | ADA (the same)
#pragma once

#include <cstdint>
#include <optional>

#include "session/spdu.hpp"

namespace x400::osi::session {

class Activity {
 public:
  enum class Turn : std::uint8_t {
    ours,
    theirs,
    passing,  ///< GTC sent, GTA not yet here: nobody's
  };
  enum class Stage : std::uint8_t { none, active, ending, excepted, interrupting, discarding };
  enum class Verdict : std::uint8_t { take, ignore, violate };

  void begin(bool ours);

  /// Whether what came is good now, and what it changes. `serial` of MIP, MIA, AE, AEA and AR.
  Verdict receive(Kind kind, std::optional<std::uint32_t> serial);
  /// Notes what is sent. What is not allowed now is a fault of the caller.
  void send(Kind kind, std::uint32_t serial = 0);

  Turn turn() const { return turn_; }
  Stage stage() const { return stage_; }
  bool ours() const { return turn_ == Turn::ours; }
  /// V(M): the serial number of the next MIP or AE.
  std::uint32_t next_serial() const { return next_serial_; }

 private:
  Verdict from_owner(Kind kind, std::optional<std::uint32_t> serial);
  Verdict from_other(Kind kind, std::optional<std::uint32_t> serial);
  bool confirms(std::optional<std::uint32_t> serial) const;

  Turn turn_ = Turn::theirs;
  Stage stage_ = Stage::none;
  bool just_ended_ = false;        // AEA sent and nothing since: AI and AD may have crossed it
  std::uint32_t next_serial_ = 1;  // V(M)
  std::uint32_t unconfirmed_ = 1;  // V(A)
};

}  // namespace x400::osi::session
