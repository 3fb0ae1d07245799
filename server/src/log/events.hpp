// Events: everything mstored logs has a stable id. The table is events.def.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace x400::server {

enum class Level : std::uint8_t { debug, info, warning, error };
std::string_view name(Level level);

struct Event {
  std::string_view name;  ///< "service_ready"
  std::string_view id;    ///< "S102"
  Level level;
  std::string_view text;       ///< of the log line
  std::string_view paragraph;  ///< for the operator: what it means, what to do
};

namespace events {
#define X400_EVENT(name, id, level, text, paragraph) \
  inline constexpr Event name{#name, id, Level::level, text, paragraph};
#include "log/events.def"
#undef X400_EVENT
}  // namespace events

/// All, in the order of the table.
std::span<const Event> all_events();

/// docs/events.md, whole.
std::string events_document();

}  // namespace x400::server
