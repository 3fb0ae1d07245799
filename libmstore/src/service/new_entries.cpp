#include "service/new_entries.hpp"

#include "service/envelope.hpp"
#include "service/ipm_attributes.hpp"
#include "service/stored_form.hpp"
#include "x400/asn1/oids.hpp"
#include "x400/content/forwarded.hpp"

namespace x400::mstore::service {

namespace {

namespace a = asn1::oids::attribute;
using content::Forwarded;

std::optional<ber::Oid> oid_in(const AttributeList& list, const ber::Oid& type) {
  const Attribute* found = list.find(type);
  if (!found) return std::nullopt;
  auto e = ber::read_one(found->values.front());
  if (!e.ok()) return std::nullopt;
  auto oid = ber::read_oid(*e);
  return oid.ok() ? std::optional(*oid) : std::nullopt;
}

std::uint8_t priority_in(const AttributeList& list) {
  const Attribute* found = list.find(a::priority);
  if (!found) return 0;
  auto e = ber::read_one(found->values.front());
  if (!e.ok()) return 0;
  auto n = ber::read_integer(*e);
  return n.ok() && *n >= 0 && *n <= 2 ? static_cast<std::uint8_t>(*n) : 0;
}

class Tree {
 public:
  Tree(View content, backend::EntryClass entry_class, const Derivation& derivation)
      : content_(content), class_(entry_class), derivation_(derivation) {}

  std::size_t add(const AttributeList& list, RowHead head, EntryType type, std::optional<std::size_t> parent,
                  std::uint64_t size) {
    backend::NewEntry e;
    e.entry_class = class_;
    e.entry_type = static_cast<std::uint8_t>(type);
    e.status = class_ == backend::EntryClass::delivery ? backend::RetrievalStatus::new_entry
                                                       : backend::RetrievalStatus::processed;
    e.parent = parent;
    e.priority = priority_in(list);
    e.precedence = precedence_of(list);
    e.size = size;
    const SplitRuns runs = split(list);
    head.complete = runs.complete;
    head.has_priority = list.find(a::priority) != nullptr;
    e.list_attributes = write_row(head, runs.row);
    e.attributes = runs.record;
    entries_.push_back(std::move(e));
    return entries_.size() - 1;
  }

  /// Adds what the content says to `list`. False: it says something that cannot be read.
  bool derive_content(View octets, AttributeList& list, std::optional<content::InformationObject>& object) {
    const auto type = oid_in(list, a::content_type);
    const content::Format format = type ? content::format_of(*type) : content::Format::unidentified;
    if (!content::interpersonal(format)) return true;
    auto read = content::InformationObject::read(octets);
    if (!read.ok()) return false;
    if (const content::Ipm* ipm = read->ipm()) {
      if (!derive_ipm(*ipm, format, list).ok()) return false;
    } else if (!derive_ipn(*read->ipn(), list).ok()) {
      return false;
    }
    object = std::move(*read);
    return true;
  }

  void add_forwarded(const content::InformationObject& object, std::size_t main, EntryType type) {
    if (!object.ipm()) return;
    const std::vector<Forwarded> messages =
        content::forwarded_messages(*object.ipm(), derivation_.forwarding_depth);
    std::vector<std::size_t> at;
    for (const Forwarded& f : messages)
      at.push_back(add_child(f, f.parent == Forwarded::no_parent ? main : at[f.parent], type));
  }

  NewEntries take() && { return std::move(entries_); }

 private:
  std::size_t add_child(const Forwarded& f, std::size_t parent, EntryType type) {
    AttributeList list;
    if (f.delivery_envelope) {
      AttributeList fields;
      if (derive_other_fields(f.delivery_envelope->element(), fields).ok()) list = std::move(fields);
    }
    if (f.delivery_time) list.add(a::message_delivery_time, f.delivery_time->encoded());
    if (f.delivery_identifier) list.add(a::message_identifier, f.delivery_identifier->encoded());
    if (!list.find(a::content_type)) list.add_oid(a::content_type, f.content_type);
    RowHead head;
    head.part = static_cast<std::uint16_t>(std::min<std::size_t>(f.position, 0xffff));
    head.message_part = f.part == content::PartKind::message || f.part == content::PartKind::mm_message;
    if (f.ipm) head.spared = !derive_ipm(*f.ipm, f.format, list).ok();
    if (f.ipn) head.spared = !derive_ipn(*f.ipn, list).ok();

    backend::NewContent content = place(f, head);
    const std::uint64_t size = content.slice ? content.slice->size : content.octets.size();
    const std::size_t index = add(list, head, type, parent, size);
    entries_[index].content = std::move(content);
    return index;
  }

  backend::NewContent place(const Forwarded& f, RowHead& head) const {
    const bool nested = f.ipm || f.ipn;
    const View octets = nested ? f.content.received() : f.opaque;
    backend::NewContent placed;
    const bool inside = !f.joined && !octets.empty() && octets.data() >= content_.data() &&
                        octets.data() + octets.size() <= content_.data() + content_.size();
    if (inside && (octets[0] & 0x1f) != 0x1f) {
      placed.slice = {static_cast<std::uint64_t>(octets.data() - content_.data()), octets.size()};
      if (nested) head.first_octet = static_cast<std::uint8_t>(0xa0 | f.content.type().number);
      return placed;
    }
    auto own = std::make_shared<const Octets>(nested ? f.content.encoded() : to_octets(f.opaque));
    placed.octets = *own;
    placed.owner = own;
    return placed;
  }

  View content_;
  backend::EntryClass class_;
  const Derivation& derivation_;
  NewEntries entries_;
};

NewEntries message(AttributeList list, View content, backend::EntryClass entry_class, EntryType type,
                   const Derivation& derivation) {
  Tree tree(content, entry_class, derivation);
  RowHead head;
  std::optional<content::InformationObject> object;
  head.spared = !tree.derive_content(content, list, object);
  const std::size_t main = tree.add(list, head, type, std::nullopt, content.size());
  if (object) tree.add_forwarded(*object, main, type);
  return std::move(tree).take();
}

}  // namespace

NewEntries delivered_message(AttributeList envelope, View content, const Derivation& derivation) {
  return message(std::move(envelope), content, backend::EntryClass::delivery, EntryType::delivered_message,
                 derivation);
}

NewEntries delivered_report(AttributeList envelope, std::optional<View> content,
                            const Derivation& derivation) {
  envelope.add_boolean(a::content_returned, content.has_value());
  Tree tree(content.value_or(View{}), backend::EntryClass::delivery, derivation);
  const std::size_t main =
      tree.add(envelope, {}, EntryType::delivered_report, std::nullopt, content ? content->size() : 0);
  if (!content) return std::move(tree).take();

  AttributeList returned;
  if (const auto type = oid_in(envelope, a::content_type)) returned.add_oid(a::content_type, *type);
  RowHead head;
  std::optional<content::InformationObject> object;
  head.spared = !tree.derive_content(*content, returned, object);
  const std::size_t child = tree.add(returned, head, EntryType::returned_content, main, content->size());
  if (object) tree.add_forwarded(*object, child, EntryType::returned_content);
  NewEntries entries = std::move(tree).take();
  entries[child].content.slice = backend::ContentSlice{0, content->size()};
  return entries;
}

NewEntries submitted_message(AttributeList envelope, View content, backend::EntryClass entry_class,
                             const Derivation& derivation) {
  const bool draft = entry_class == backend::EntryClass::draft;
  return message(std::move(envelope), content, entry_class,
                 draft ? EntryType::draft_message : EntryType::submitted_message, derivation);
}

NewEntries submitted_probe(AttributeList envelope) {
  const Derivation none;
  Tree tree({}, backend::EntryClass::submission, none);
  // What a message would have: selected by like a length, no octets of the mailbox.
  std::uint64_t length = 0;
  if (const Attribute* given = envelope.find(a::content_length))
    if (auto e = ber::read_one(given->values.front()); e.ok())
      if (auto n = ber::read_integer(*e); n.ok() && *n > 0) length = static_cast<std::uint64_t>(*n);
  tree.add(envelope, {}, EntryType::submitted_probe, std::nullopt, length);
  return std::move(tree).take();
}

backend::NewEntry log_entry(const AttributeList& envelope, backend::EntryClass entry_class,
                            EntryType logged) {
  const Derivation none;
  Tree tree({}, entry_class, none);
  tree.add(envelope, {}, logged, std::nullopt, 0);
  return std::move(std::move(tree).take().front());
}

}  // namespace x400::mstore::service
