#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <chrono>

#include "session.hpp"
#include "x400/asn1/oids.hpp"
#include "x400/ber/reader.hpp"

namespace p7 {
namespace {

using namespace x400;
namespace attribute = asn1::oids::attribute;

void print_entries(const std::vector<p7client::Entry>& entries, bool json) {
  if (!json && !entries.empty()) print_heading();
  for (const auto& e : entries) {
    if (json)
      fmt::print("{}\n", boost::json::serialize(to_json(e)));
    else
      print(e);
  }
}

std::int64_t number_in(View value) {
  const auto e = ber::read_one(value);
  if (!e.ok()) return -1;
  return ber::read_integer(*e).value_or(-1);
}

std::string status_name(std::int64_t n) {
  return std::string(asn1::ms::name(static_cast<asn1::ms::RetrievalStatus>(n)));
}
std::string priority_name(std::int64_t n) {
  return std::string(asn1::ms::name(static_cast<asn1::ms::Priority>(n)));
}
std::string type_name(std::int64_t n) {
  return std::string(asn1::ms::name(static_cast<asn1::ms::EntryType>(n)));
}

boost::json::object to_json(const asn1::ms::Summary& summary, std::string (*value_name)(std::int64_t)) {
  boost::json::object o;
  for (const auto& present : summary.present) o[value_name(number_in(present.value))] = present.count;
  if (summary.absent > 0) o["absent"] = summary.absent;
  return o;
}

}  // namespace

int list(const Common& common, const Selection& selection) {
  auto q = query(selection);
  if (!q.ok()) return report("list", q.error());
  auto session = Session::open(common);
  if (!session.ok()) return report("bind", session.error());
  auto entries = (*session)->client().list(*q);
  if (!entries.ok()) return report("list", entries.error());
  print_entries(*entries, common.json);
  return done;
}

int wait(const Common& common, const Wait& wait) {
  auto q = query(wait.selection);
  if (!q.ok()) return report("wait", q.error());
  auto session = Session::open(common);
  if (!session.ok()) return report("bind", session.error());
  p7client::Client& client = (*session)->client();
  // Asked for if the store gives alerts; without them wait_for() looks by itself.
  const bool alerts = client.register_alert(128, std::nullopt).ok();
  const auto timeout = wait.timeout.count() > 0 ? wait.timeout : std::chrono::hours(24 * 365);
  auto entries = client.wait_for(*q, timeout);
  if (alerts && client.is_open()) {
    // The registration is the mailbox's, not this association's: leave none behind.
    const auto gone = client.deregister_alert(128);
    if (!gone.ok()) report("wait: taking the alert back", gone.error());
  }
  if (!entries.ok()) return report("wait", entries.error());
  print_entries(*entries, common.json);
  return entries->empty() ? nothing : done;
}

int summarize(const Common& common, const Selection& selection) {
  auto q = query(selection);
  if (!q.ok()) return report("summarize", q.error());
  auto session = Session::open(common);
  if (!session.ok()) return report("bind", session.error());
  auto result = (*session)->client().summarize(
      *q, {attribute::retrieval_status, attribute::priority, attribute::entry_type});
  if (!result.ok()) return report("summarize", result.error());
  boost::json::object o;
  o["count"] = result->count;
  if (result->span) o["span"] = {result->span->lowest, result->span->highest};
  static constexpr std::pair<const char*, std::string (*)(std::int64_t)> rows[] = {
      {"status", status_name}, {"priority", priority_name}, {"type", type_name}};
  for (std::size_t i = 0; i < result->summaries.size() && i < std::size(rows); ++i)
    o[rows[i].first] = to_json(result->summaries[i], rows[i].second);
  if (common.json) {
    fmt::print("{}\n", boost::json::serialize(o));
    return done;
  }
  for (const auto& [key, value] : o)
    fmt::print("{:<9} {}\n", std::string(key), boost::json::serialize(value));
  return done;
}

int remove(const Common& common, const std::vector<std::uint32_t>& numbers, bool outbox) {
  auto session = Session::open(common);
  if (!session.ok()) return report("bind", session.error());
  auto removed = (*session)->client().remove(
      numbers, outbox ? p7client::EntryClass::submission : p7client::EntryClass::delivery);
  if (!removed.ok()) return report("delete", removed.error());
  if (common.json)
    fmt::print("{}\n", boost::json::serialize(boost::json::object{{"deleted", numbers.size()}}));
  return done;
}

int status(const Common& common) {
  Common asking = common;
  asking.connect.configuration_request = true;
  auto session = Session::open(asking);
  if (!session.ok()) return report("bind", session.error());
  const auto& bind = (*session)->client().bind_result();
  boost::json::object o;
  o["alert_indication"] = bind.alert_indication;
  o["attribute_types"] = bind.available_attribute_types.size();
  boost::json::array contents, actions, classes;
  for (const auto& type : bind.content_types_supported)
    contents.push_back(boost::json::string(type.to_string()));
  for (const auto& type : bind.available_auto_actions)
    actions.push_back(boost::json::string(type.to_string()));
  for (const auto c : bind.entry_classes_supported) classes.push_back(boost::json::string(asn1::ms::name(c)));
  o["content_types"] = std::move(contents);
  o["auto_actions"] = std::move(actions);
  o["entry_classes"] = std::move(classes);
  if (common.json) {
    fmt::print("{}\n", boost::json::serialize(o));
    return done;
  }
  for (const auto& [key, value] : o)
    fmt::print("{:<18} {}\n", std::string(key), boost::json::serialize(value));
  return done;
}

}  // namespace p7
