#include "x400/mstore/archive_export.hpp"

#include "maintenance/line.hpp"
#include "service/run.hpp"
#include "x400/asn1/attribute_table.hpp"
#include "x400/asn1/ms/types.hpp"
#include "x400/asn1/oids.hpp"
#include "x400/asn1/time.hpp"

namespace x400::mstore {

namespace {

using maintenance::json_text;

// Whatever can be asked for but the content and what is cut out of it.
ms::EntryInformationSelection wanted() {
  ms::EntryInformationSelection out;
  for (const asn1::AttributeInfo& info : asn1::attributes()) {
    const bool envelope =
        info.group == asn1::AttributeGroup::general && info.oid != asn1::oids::attribute::content;
    if (info.list || envelope) out.push_back({info.oid, {}, {}});
  }
  return out;
}

Octets joined(const ms::EntryInformation& information) {
  Octets run;
  for (const View piece : information.attributes) append(run, piece);
  return run;
}

std::string attribute_json(const ber::Oid& type, View attribute) {
  const asn1::AttributeInfo* info = asn1::find_attribute(type);
  std::string values;
  for (const View value : service::values_of(attribute))
    values += (values.empty() ? "\"" : ",\"") + to_hex(value) + "\"";
  return "{\"type\":" + json_text(type.to_string()) +
         ",\"name\":" + json_text(info ? info->name : std::string_view()) + ",\"values\":[" + values + "]}";
}

std::string time_json(Time time) {
  return json_text(asn1::iso_time(std::chrono::floor<std::chrono::seconds>(time)));
}

}  // namespace

std::string_view name(RemovedBy by) {
  switch (by) {
    case RemovedBy::user: return "user";
    case RemovedBy::ageing: return "retention";
    case RemovedBy::store: return "store";
  }
  return "unknown";
}

std::string to_json(const ArchivedEntry& e) {
  return "{\"number\":" + std::to_string(e.number) + ",\"class\":" + json_text(name(e.entry_class)) +
         ",\"type\":" + json_text(name(e.entry_type)) + ",\"status\":" + json_text(name(e.status)) +
         ",\"octets\":" + std::to_string(e.octets) + ",\"children\":" + std::to_string(e.children) +
         ",\"created\":" + time_json(e.created) + ",\"archived\":" + time_json(e.archived) +
         ",\"until\":" + time_json(e.until) + ",\"by\":" + json_text(name(e.by)) + "}";
}

Result<std::string> archived_json(const Store& store, MailboxNumber mailbox, SequenceNumber number) {
  const ms::EntryInformationSelection types = wanted();
  X400_TRY(read, store.read_archived(mailbox, number, types));
  const Octets run = joined(read.information);
  std::string attributes;
  for (const auto& type : types) {
    const View attribute = service::find_in_run(run, type.type);
    if (attribute.empty()) continue;
    attributes += (attributes.empty() ? "" : ",") + attribute_json(type.type, attribute);
  }
  std::string out = to_json(read.entry);
  out.pop_back();
  return out + ",\"attributes\":[" + attributes + "]}";
}

}  // namespace x400::mstore
