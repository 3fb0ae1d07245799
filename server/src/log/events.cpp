#include "log/events.hpp"

#include "x400/mstore/audit.hpp"

#include <array>

namespace x400::server {
namespace {

constexpr Event table[] = {
#define X400_EVENT(name, id, level, text, paragraph) events::name,
#include "log/events.def"
#undef X400_EVENT
};

struct Area {
  char letter;
  std::string_view title;
};
constexpr std::array areas{Area{'S', "Service"},
                           Area{'A', "Associations"},
                           Area{'B', "Users bind (P7)"},
                           Area{'O', "Users' operations (P7)"},
                           Area{'D', "Deliveries and reports (P3)"},
                           Area{'T', "Submissions (P3)"}};

}  // namespace

std::string_view name(Level level) {
  switch (level) {
    case Level::debug: return "debug";
    case Level::info: return "info";
    case Level::warning: return "warning";
    case Level::error: return "error";
  }
  return "unknown";
}

std::span<const Event> all_events() { return table; }

namespace {

// What the store says of itself: not in the service's log, but in that of the store.
std::string audit_document() {
  std::string text =
      "\n## Audit\n\n"
      "These are not lines of the service's log: the store writes them into its own, each with the change "
      "that it\n"
      "tells of, so that none is there without the other. `mstore-dump` shows them (`type=event`): `audit` "
      "is the\n"
      "name, `mailbox` and `number` (where there is one entry) say of what, `fields` is a JSON object.\n";
  for (const mstore::AuditEntry& entry : mstore::audit_entries())
    text += "\n### " + std::string(entry.name) + "\n\n" + std::string(entry.paragraph) + "\n";
  return text;
}

}  // namespace

std::string events_document() {
  std::string text =
      "# Events of mstored\n\n"
      "Made by `mstored --list-events`; do not edit. A line of the log has time, level, id, text and fields\n"
      "(`name=value`); with `json = true` of `[log]` it is one JSON object. Ids are stable: scripts may rely "
      "on\n"
      "them, on field names, and on nothing else. Fields met everywhere: `assoc` number of the association "
      "in\n"
      "this process, `peer` its address and port, `mailbox` the id of the configuration, `mta` the MTA's "
      "name,\n"
      "`error` what failed.\n";
  for (const Area& area : areas) {
    bool first = true;
    for (const Event& event : table) {
      if (event.id[0] != area.letter) continue;
      if (first) text += "\n## " + std::string(area.title) + "\n";
      first = false;
      text += "\n### " + std::string(event.id) + " " + std::string(event.text) + "\n\n";
      text += "Level " + std::string(name(event.level)) + ". " + std::string(event.paragraph) + "\n";
    }
  }
  return text + audit_document();
}

}  // namespace x400::server
