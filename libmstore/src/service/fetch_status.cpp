// What a Fetch does to the retrieval status (X.413 on retrieval-status, X.420 for body parts):
//   the content, or the whole body            processed, and all entries whose octets lie in it
//   body parts                                processed as soon as each has been given, in any number of
//   fetches of a report or probe, its envelope        processed: there is nothing else to have anything else
//   listed
// A child that was processed counts in its parent as a body part given; the parent becomes listed.
#include <algorithm>
#include <set>

#include "service/content_attributes.hpp"
#include "service/homes.hpp"
#include "service/session.hpp"
#include "x400/asn1/oids.hpp"

namespace x400::mstore::service {

namespace {

namespace a = asn1::oids::attribute;
namespace ipm_a = asn1::oids::ipm_attribute;
using backend::RetrievalStatus;

// Collects what changes; written once at the end.
class Effects {
 public:
  Effects(Engine& engine, MailboxState& mailbox) : engine_(engine), mailbox_(mailbox) {}

  void listed(const backend::Row& row) {
    if (row.status == RetrievalStatus::new_entry) listed_.push_back({row.number, row.number});
  }
  Status processed_with_children(Entry& entry) {
    processed_.push_back({entry.row().number, entry.row().number});
    X400_TRY(children, entry.children());
    for (const backend::Row& row : children) {
      Entry child = entry.child(row);
      X400_CHECK(processed_with_children(child));
    }
    return Ok{};
  }
  /// `parts` of the entry were given. Says whether that made it processed.
  Result<bool> parts_given(Entry& entry, const std::vector<std::size_t>& parts) {
    X400_TRY(object, entry.object());
    if (!object || !object->ipm()) return false;
    Variable variable = entry.variable();
    for (const std::size_t part : parts) variable.set_processed(part);
    bool all = true;
    for (std::size_t i = 1; i <= object->ipm()->body.size(); ++i) all = all && variable.processed(i);
    if (all) {
      processed_.push_back({entry.row().number, entry.row().number});
      return true;
    }
    if (variable.processed_parts != entry.variable().processed_parts)
      modified_.push_back({backend::EntryBase::stored, entry.row().number, variable.encode(), std::nullopt});
    return false;
  }
  /// Children that stand for these parts were given with them.
  Status children_given(Entry& entry, const std::vector<std::size_t>& parts) {
    X400_TRY(children, entry.children());
    for (const backend::Row& row : children) {
      const std::size_t part = read_row(row.list_attributes).head.part;
      if (std::find(parts.begin(), parts.end(), part) == parts.end()) continue;
      Entry child = entry.child(row);
      X400_CHECK(processed_with_children(child));
    }
    return Ok{};
  }
  /// Up the tree: the part that the child is was given.
  Status tell_parent(const Entry& child) {
    if (child.row().parent == 0) return Ok{};
    auto row = engine_.backend().row(mailbox_.number, backend::EntryBase::stored, child.row().parent);
    if (!row.ok()) return row.error().kind() == ErrorKind::not_found ? Status(Ok{}) : row.error();
    if (row->status == RetrievalStatus::processed) return Ok{};
    auto source = stored_source(engine_.backend(), mailbox_.number, *row);
    Entry parent(std::move(*row), std::move(source));
    const std::size_t part = child.head().part;
    if (part != 0) {
      X400_TRY(done, parts_given(parent, {part}));
      if (done) return tell_parent(parent);
    }
    listed(parent.row());
    return Ok{};
  }

  Status write() {
    if (modified_.empty()) {
      engine_.raise_status(mailbox_.number, std::move(listed_), RetrievalStatus::listed);
      engine_.raise_status(mailbox_.number, std::move(processed_), RetrievalStatus::processed);
      return Ok{};
    }
    backend::ChangeSet set;
    set.mailbox = mailbox_.number;
    set.modify = std::move(modified_);
    if (!listed_.empty())
      set.status.push_back({backend::EntryBase::stored, listed_, RetrievalStatus::listed, false});
    if (!processed_.empty())
      set.status.push_back({backend::EntryBase::stored, processed_, RetrievalStatus::processed, false});
    auto done = engine_.backend().commit(std::move(set));
    // Deleted meanwhile: nothing to keep.
    if (!done.ok() && done.error().error.kind() != ErrorKind::not_found) return done.error().error;
    return Ok{};
  }

 private:
  Engine& engine_;
  MailboxState& mailbox_;
  std::vector<backend::NumberRange> listed_, processed_;
  std::vector<backend::Modification> modified_;
};

bool nothing_but_envelope(const backend::Row& row) { return !has_content(row); }

}  // namespace

Result<Given> given(Entry& entry, const ms::EntryInformationSelection& selection) {
  Given g;
  std::set<std::size_t> parts;
  for (const ms::AttributeSelection& s : selection) {
    X400_TRY(found, entry.attribute(s.type));
    if (found.empty()) continue;
    if (s.type == a::content) {  // all of it: the parts need not be looked at
      g.content = true;
      continue;
    }
    if (s.type == ipm_a::heading) g.heading = true;
    if (s.type == ipm_a::body) g.body = true;
    if (s.type == a::report_delivery_envelope || s.type == a::per_recipient_report_delivery_fields ||
        s.type == a::probe_submission_envelope)
      g.envelope = true;
    X400_TRY(object, home_of(s.type) == Home::content ? entry.object()
                                                      : Result<const content::InformationObject*>(nullptr));
    if (!object || !object->ipm()) continue;
    const std::vector<std::size_t> all = parts_given(s.type, *object->ipm());
    const Cut c = cut(s, all.size());
    for (std::size_t i = c.first; i < c.last; ++i) parts.insert(all[i]);
  }
  g.parts.assign(parts.begin(), parts.end());
  return g;
}

Status record_fetch(Engine& engine, MailboxState& mailbox, Entry& entry, const Given& given) {
  if (entry.row().status == RetrievalStatus::processed) return Ok{};
  Effects effects(engine, mailbox);
  const bool all = given.content || given.body || (nothing_but_envelope(entry.row()) && given.envelope);
  if (all) {
    X400_CHECK(effects.processed_with_children(entry));
    if (entry.row().parent == 0) return effects.write();
  }
  // Bits of body parts are read, changed and written: one at a time in a mailbox.
  const std::unique_lock lock(mailbox.parts);
  if (all) {
    X400_CHECK(effects.tell_parent(entry));
    return effects.write();
  }
  if (given.parts.empty()) {
    bool whole = false;
    if (given.heading) {  // a message without body parts is all in its heading
      X400_TRY(object, entry.object());
      whole = object && object->ipm() && object->ipm()->body.empty();
    }
    if (whole)
      X400_CHECK(effects.processed_with_children(entry));
    else
      effects.listed(entry.row());
    if (whole) X400_CHECK(effects.tell_parent(entry));
    return effects.write();
  }
  // The bits as they are now, not as they were when this fetch began.
  auto row = engine.backend().row(mailbox.number, backend::EntryBase::stored, entry.row().number);
  if (!row.ok()) return row.error().kind() == ErrorKind::not_found ? Status(Ok{}) : row.error();
  auto source = stored_source(engine.backend(), mailbox.number, *row);
  Entry now(std::move(*row), std::move(source));
  X400_TRY(done, effects.parts_given(now, given.parts));
  if (!done) effects.listed(now.row());
  X400_CHECK(effects.children_given(now, given.parts));
  if (done) X400_CHECK(effects.tell_parent(now));
  return effects.write();
}

}  // namespace x400::mstore::service
