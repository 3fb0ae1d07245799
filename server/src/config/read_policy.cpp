#include "config/read_policy.hpp"

namespace x400::server {
namespace {

using mstore::Policy;
using mstore::Quota;
using mstore::Retention;
using settings::Table;
using Limit = std::optional<std::uint64_t>;

// A limit of 0 is none, so that a mailbox can be without one that the others have.
void set_entries(Table& table, std::string_view key, Limit& to) {
  if (const auto n = table.integer(key, 0, 2'147'483'647); n && *n > 0) to = static_cast<std::uint64_t>(*n);
}

void set_octets(Table& table, std::string_view key, Limit& to) {
  if (const auto n = table.size(key); n && *n > 0) to = *n;
}

void set_time(Table& table, std::string_view key, std::optional<std::chrono::seconds>& to) {
  if (const auto t = table.duration(key)) to = std::chrono::duration_cast<std::chrono::seconds>(*t);
}

void set_quota(Table& table, std::optional<Quota>& to) {
  Quota q;
  set_entries(table, "soft_entries", q.soft_entries);
  set_entries(table, "hard_entries", q.hard_entries);
  set_octets(table, "soft_octets", q.soft_octets);
  set_octets(table, "hard_octets", q.hard_octets);
  for (const auto key : {"soft_entries", "hard_entries", "soft_octets", "hard_octets"})
    if (table.has(key)) to = q;
  if (q.soft_entries && q.hard_entries && *q.soft_entries > *q.hard_entries)
    table.fault("soft_entries", "soft_entries must not be more than hard_entries");
  if (q.soft_octets && q.hard_octets && *q.soft_octets > *q.hard_octets)
    table.fault("soft_octets", "soft_octets must not be more than hard_octets");
}

void set_retention(Table& table, std::optional<Retention>& to) {
  std::optional<std::chrono::seconds> age;
  set_time(table, "age", age);
  const auto which = table.choice("remove", {"all", "processed", "not-new"});
  if (which && !age) table.fault("remove", "remove says of which entries, age from when on; give age too");
  if (!age) return;
  to = Retention{*age, which == "all"         ? Retention::Of::all
                       : which == "processed" ? Retention::Of::processed
                                              : Retention::Of::not_new};
}

}  // namespace

Policy read_policy(Table& table) {
  Policy p;
  if (auto in = table.table("in_box")) {
    set_quota(*in, p.delivery);
    set_retention(*in, p.in_box);
  }
  if (auto out = table.table("out_box")) {
    set_quota(*out, p.submission);
    set_retention(*out, p.out_box);
  }
  if (auto drafts = table.table("drafts")) set_quota(*drafts, p.draft);
  set_time(table, "logs", p.logs);
  set_time(table, "hold", p.hold);
  set_time(table, "archive", p.archive);
  return p;
}

}  // namespace x400::server
