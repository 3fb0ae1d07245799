#include "x400/osi/association.hpp"

namespace x400::osi {

std::string_view name(Layer layer) {
  switch (layer) {
    case Layer::transport: return "transport";
    case Layer::session: return "session";
    case Layer::presentation: return "presentation";
    case Layer::acse: return "acse";
    case Layer::rtse: return "rtse";
    case Layer::rose: return "rose";
  }
  return "unknown";
}

std::string_view name(Aborted::Source source) {
  switch (source) {
    case Aborted::Source::user: return "user";
    case Aborted::Source::provider: return "provider";
    case Aborted::Source::transport: return "transport";
    case Aborted::Source::own: return "own";
  }
  return "unknown";
}

std::string_view name(Phase phase) {
  switch (phase) {
    case Phase::idle: return "idle";
    case Phase::awaiting_cr: return "awaiting CR";
    case Phase::awaiting_cc: return "awaiting CC";
    case Phase::awaiting_cn: return "awaiting CN";
    case Phase::awaiting_ac: return "awaiting AC";
    case Phase::awaiting_decision: return "awaiting the decision on the bind";
    case Phase::open: return "open";
    case Phase::releasing: return "releasing";
    case Phase::closing: return "closing";
    case Phase::closed: return "closed";
  }
  return "unknown";
}

}  // namespace x400::osi
