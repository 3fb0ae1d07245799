#include "management/routes.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "management/archive_routes.hpp"
#include "x400/asn1/or_text.hpp"
#include "x400/asn1/time.hpp"

namespace x400::server {
namespace {

namespace json = boost::json;

json::object writable(const Status& status) {
  if (status.ok()) return {{"writable", true}};
  return {{"writable", false}, {"why", status.error().text()}};
}

json::array texts(const std::vector<std::string>& list) { return json::array(list.begin(), list.end()); }

json::object class_usage(const mstore::Usage::Class& usage) {
  return {{"entries", usage.entries}, {"new", usage.new_entries}, {"octets", usage.octets}};
}

std::string address_text(const Octets& name) {
  const auto read = asn1::EncodedORName::decode(name);
  return read.ok() ? asn1::print_f401(read->address()) : to_hex(name);
}

void status(const Parts& parts, asn1::Time started, ManagementAnswer& answer) {
  json::object store = writable(parts.store.writable());
  store["path"] = parts.config.store.path.string();
  store["findings"] = texts(parts.store.findings());
  answer.finish(json::object{{"version", X400_VERSION},
                             {"started", asn1::iso_time(started)},
                             {"config", parts.config.file.string()},
                             {"associations", parts.runtime.associations()},
                             {"mailboxes", parts.store.mailboxes().size()},
                             {"store", std::move(store)}});
}

void mailboxes(const Parts& parts, ManagementAnswer& answer) {
  json::array list;
  for (const mstore::Mailbox& mailbox : parts.store.mailboxes()) {
    const auto usage = parts.store.usage(mailbox.number);
    if (!usage.ok()) return answer.fail(usage.error().in("mailbox " + mailbox.settings.id));
    json::array addresses;
    for (const Octets& name : mailbox.settings.or_addresses) addresses.emplace_back(address_text(name));
    list.push_back(json::object{{"id", mailbox.settings.id},
                                {"number", mailbox.number},
                                {"or_addresses", std::move(addresses)},
                                {"configured", parts.mailboxes.user(mailbox.number) != nullptr},
                                {"delivery", class_usage(usage->delivery)},
                                {"submission", class_usage(usage->submission)},
                                {"draft", class_usage(usage->draft)},
                                {"archive", class_usage(usage->archive)}});
  }
  answer.finish(std::move(list));
}

template <class Report>
using Maintenance = Result<Report> (mstore::Store::*)(const mstore::ProgressCall&);

// Work on the whole store, told as it goes on; its report is the engine's own JSON.
template <class Report>
ManagementRoute maintenance(const Parts& parts, std::string path, Maintenance<Report> call) {
  return {"POST", std::move(path), [&parts, call](const json::object&, ManagementAnswer& answer) {
            const auto report = (parts.store.*call)([&answer](const mstore::Progress& p) {
              answer.progress({{"phase", std::string(name(p.phase))}, {"done", p.done}, {"total", p.total}});
              return answer.wanted() ? mstore::Proceed::go_on : mstore::Proceed::stop;
            });
            if (!report.ok()) return answer.fail(report.error());
            answer.finish(json::parse(mstore::to_json(*report)));
          }};
}

// What lies on the disk, as mstore-dump prints it, for those who may not read the store's files.
void dump(const Parts& parts, const json::object& argument, ManagementAnswer& answer) {
  bool text = false, index = true;
  for (const auto& [key, into] : {std::pair{"text", &text}, std::pair{"index", &index}}) {
    const auto* value = argument.if_contains(key);
    if (value == nullptr) continue;
    if (!value->is_bool())
      return answer.fail(Error(ErrorKind::invalid, std::string(key) + " is true or false"));
    *into = value->get_bool();
  }
  const auto done =
      mstore::dump({parts.config.store.path}, {.json = !text, .index = index}, [&](std::string_view line) {
        const bool taken =
            text ? answer.line(json::serialize(json::value(json::string(line.data(), line.size()))))
                 : answer.line(line);
        return taken ? mstore::Proceed::go_on : mstore::Proceed::stop;
      });
  if (done.stopped) return answer.fail(Error(ErrorKind::closed, "the service stops, or nobody reads"));
  answer.finish(json::object{{"damaged", done.damaged}, {"unread", done.unread}});
}

}  // namespace

std::vector<ManagementRoute> management_routes(const Parts& parts) {
  const asn1::Time started = asn1::now();
  std::vector<ManagementRoute> routes{
      {"GET", "/v1/status",
       [&parts, started](const json::object&, ManagementAnswer& answer) { status(parts, started, answer); }},
      {"GET", "/v1/mailboxes",
       [&parts](const json::object&, ManagementAnswer& answer) { mailboxes(parts, answer); }},
      maintenance<mstore::CheckReport>(parts, "/v1/store/check", &mstore::Store::check),
      maintenance<mstore::IndexReport>(parts, "/v1/store/sync", &mstore::Store::synchronise),
      maintenance<mstore::IndexReport>(parts, "/v1/store/rebuild", &mstore::Store::rebuild_index),
      {"POST", "/v1/store/dump",
       [&parts](const json::object& argument, ManagementAnswer& answer) { dump(parts, argument, answer); }},
  };
  for (ManagementRoute& route : archive_routes(parts)) routes.push_back(std::move(route));
  return routes;
}

}  // namespace x400::server
