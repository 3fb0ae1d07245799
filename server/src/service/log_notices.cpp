#include "service/log_notices.hpp"

namespace x400::server {

namespace {

std::string_view class_name(mstore::EntryClass c) {
  return c == mstore::EntryClass::delivery     ? "delivery"
         : c == mstore::EntryClass::submission ? "submission"
                                               : "draft";
}

}  // namespace

void log_notice(Log& log, const mstore::Store& store, const mstore::Notice& n) {
  using Kind = mstore::Notice::Kind;
  std::string id;
  if (n.mailbox != 0)
    if (const auto mailbox = store.mailbox(n.mailbox); mailbox.ok()) id = mailbox->settings.id;
  switch (n.kind) {
    case Kind::over_soft_quota:
      return log.write(events::quota_passed, {{"mailbox", id},
                                              {"class", class_name(n.entry_class)},
                                              {"entries", n.entries},
                                              {"octets", n.octets},
                                              {"soft_entries", n.quota.soft_entries.value_or(0)},
                                              {"soft_octets", n.quota.soft_octets.value_or(0)}});
    case Kind::below_soft_quota:
      return log.write(events::quota_below, {{"mailbox", id},
                                             {"class", class_name(n.entry_class)},
                                             {"entries", n.entries},
                                             {"octets", n.octets}});
    case Kind::aged:
      return log.write(events::entries_aged,
                       {{"mailbox", id}, {"entries", n.entries}, {"archived", n.archived}});
    case Kind::purged: return log.write(events::archive_purged, {{"mailbox", id}, {"entries", n.entries}});
    case Kind::clock_ahead:
      return log.write(events::clock_ahead,
                       {{"seconds", std::chrono::duration_cast<std::chrono::seconds>(n.ahead).count()}});
    case Kind::clock_believed: return log.write(events::clock_believed, {});
    case Kind::ageing_failed: return log.write(events::ageing_failed, {{"error", n.text}});
  }
}

}  // namespace x400::server
