#include "x400/asn1/ms/types.hpp"

#include <array>

namespace x400::asn1::ms {
namespace {

template <std::size_t N, class E>
std::string_view pick(const std::array<std::string_view, N>& names, E value) {
  const auto n = static_cast<std::int64_t>(value);
  return n >= 0 && n < static_cast<std::int64_t>(N) ? names[static_cast<std::size_t>(n)] : "unknown";
}

}  // namespace

std::string_view name(EntryClass c) {
  static constexpr std::array<std::string_view, 8> names = {
      "delivery",     "submission",     "draft",       "stored-message",
      "delivery-log", "submission-log", "message-log", "auto-action-log"};
  return pick(names, c);
}

std::string_view name(EntryType t) {
  static constexpr std::array<std::string_view, 7> names = {
      "delivered-message", "delivered-report", "returned-content", "submitted-message",
      "submitted-probe",   "draft-message",    "auto-action-event"};
  return pick(names, t);
}

std::string_view name(RetrievalStatus s) {
  static constexpr std::array<std::string_view, 3> names = {"new", "listed", "processed"};
  return pick(names, s);
}

std::string_view name(Priority p) {
  static constexpr std::array<std::string_view, 3> names = {"normal", "non-urgent", "urgent"};
  return pick(names, p);
}

}  // namespace x400::asn1::ms
