#include "session/activity.hpp"

namespace x400::osi::session {

void Activity::begin(bool ours) {
  turn_ = ours ? Turn::ours : Turn::theirs;
  stage_ = Stage::none;
  just_ended_ = false;
}

bool Activity::confirms(std::optional<std::uint32_t> serial) const {
  return serial && *serial >= unconfirmed_ && *serial < next_serial_;
}

Activity::Verdict Activity::receive(Kind kind, std::optional<std::uint32_t> serial) {
  switch (kind) {
    case Kind::gta:
      if (turn_ != Turn::passing) return Verdict::violate;
      turn_ = Turn::theirs;
      return Verdict::take;
    case Kind::pt:  // may cross a GTC of ours
      return turn_ == Turn::ours ? Verdict::take : Verdict::ignore;
    default: break;
  }
  if (turn_ == Turn::passing) return Verdict::violate;
  return turn_ == Turn::ours ? from_other(kind, serial) : from_owner(kind, serial);
}

// They have the turn.
Activity::Verdict Activity::from_owner(Kind kind, std::optional<std::uint32_t> serial) {
  const bool crossed = just_ended_;
  if (kind != Kind::dt) just_ended_ = false;
  switch (kind) {
    case Kind::gt:
    case Kind::gtc:
      if (stage_ != Stage::none) return Verdict::violate;
      turn_ = Turn::ours;
      return Verdict::take;
    case Kind::as:
    case Kind::ar:
      if (stage_ != Stage::none || (kind == Kind::ar && !serial)) return Verdict::violate;
      stage_ = Stage::active;
      unconfirmed_ = next_serial_ = kind == Kind::ar ? *serial + 1 : 1;
      return Verdict::take;
    case Kind::dt:
      if (stage_ == Stage::excepted) return Verdict::ignore;
      return stage_ == Stage::active || stage_ == Stage::none ? Verdict::take : Verdict::violate;
    case Kind::mip:
    case Kind::ae:
      if (stage_ == Stage::excepted) return Verdict::ignore;
      if (stage_ != Stage::active || serial != next_serial_) return Verdict::violate;
      ++next_serial_;
      if (kind == Kind::ae) stage_ = Stage::ending;
      return Verdict::take;
    case Kind::ai:
    case Kind::ad:
      if (stage_ == Stage::interrupting || stage_ == Stage::discarding || (stage_ == Stage::none && !crossed))
        return Verdict::violate;
      stage_ = kind == Kind::ai ? Stage::interrupting : Stage::discarding;
      return Verdict::take;
    default: return Verdict::violate;
  }
}

// We have it.
Activity::Verdict Activity::from_other(Kind kind, std::optional<std::uint32_t> serial) {
  const bool stopping = stage_ == Stage::interrupting || stage_ == Stage::discarding;
  switch (kind) {
    case Kind::mia:
    case Kind::aea:
    case Kind::ed:
      if (stopping) return Verdict::ignore;
      break;
    default: break;
  }
  switch (kind) {
    case Kind::mia:
      // Beyond AE only what AE does not confirm itself.
      if ((stage_ != Stage::active && stage_ != Stage::ending && stage_ != Stage::excepted) ||
          !confirms(serial) || (stage_ == Stage::ending && *serial + 1 == next_serial_))
        return Verdict::violate;
      unconfirmed_ = *serial + 1;
      return Verdict::take;
    case Kind::aea:
      if (stage_ != Stage::ending || !serial || *serial + 1 != next_serial_) return Verdict::violate;
      stage_ = Stage::none;
      return Verdict::take;
    case Kind::ed:
      if (stage_ != Stage::active && stage_ != Stage::ending) return Verdict::violate;
      stage_ = Stage::excepted;
      return Verdict::take;
    case Kind::aia:
    case Kind::ada:
      if (stage_ != (kind == Kind::aia ? Stage::interrupting : Stage::discarding)) return Verdict::violate;
      stage_ = Stage::none;
      return Verdict::take;
    default: return Verdict::violate;
  }
}

void Activity::send(Kind kind, std::uint32_t serial) {
  const bool ended = kind == Kind::aea;
  switch (kind) {
    case Kind::gtc: turn_ = Turn::passing; break;
    case Kind::as:
    case Kind::ar:
      stage_ = Stage::active;
      unconfirmed_ = next_serial_ = kind == Kind::ar ? serial + 1 : 1;
      break;
    case Kind::mip: ++next_serial_; break;
    case Kind::ae:
      ++next_serial_;
      stage_ = Stage::ending;
      break;
    case Kind::ai: stage_ = Stage::interrupting; break;
    case Kind::ad: stage_ = Stage::discarding; break;
    case Kind::aea:
    case Kind::aia:
    case Kind::ada: stage_ = Stage::none; break;
    case Kind::ed: stage_ = Stage::excepted; break;
    default: break;
  }
  if (kind != Kind::mia && kind != Kind::pt) just_ended_ = ended;
}

}  // namespace x400::osi::session
