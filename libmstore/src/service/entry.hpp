// Entry: one entry of a mailbox and its attributes, each found where it lies when it is asked for.
//
// A list of thousands reads rows only; a filter on a rare attribute reads records; only what is cut from the
// content reads contents. What was found lives as long as the Entry, which results keep.
//
// Threads: one at a time.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "backend/backend.hpp"
#include "service/run.hpp"
#include "service/stored_form.hpp"
#include "x400/content/information_object.hpp"

namespace x400::mstore::service {

/// Where an entry's parts come from: the backend, or a delivery that is not an entry yet.
class EntrySource {
 public:
  virtual ~EntrySource() = default;
  /// The run of attributes kept with the record. Valid as long as the source.
  virtual Result<View> record() = 0;
  /// No owner: the entry has no content of its own.
  virtual Result<backend::HeldOctets> content() = 0;
  /// Direct children in the order of numbers.
  virtual Result<std::vector<backend::Row>> children(const backend::Row& of) = 0;
  /// The source of another entry of the same mailbox.
  virtual std::shared_ptr<EntrySource> other(const backend::Row& row) const = 0;
};

class Entry {
 public:
  Entry(backend::Row row, std::shared_ptr<EntrySource> source);

  const backend::Row& row() const { return row_; }
  const RowHead& head() const { return form_.head; }
  const Variable& variable() const { return variable_; }

  /// A whole Attribute in one or (content) two pieces.
  struct Found {
    View first, second;
    bool empty() const { return first.empty(); }
    std::size_t size() const { return first.size() + second.size(); }
  };
  /// Empty: the entry has no such attribute. Errors: the stored octets cannot be read.
  Result<Found> attribute(const ber::Oid& type);
  /// The same in one piece.
  Result<View> whole(const ber::Oid& type);
  /// The number that a column of the row gives for the attribute: none in it where the entry does not have
  /// the attribute. Nothing: it is none of those, or not from there.
  std::optional<std::optional<std::int64_t>> column(const ber::Oid& type) const;
  /// None: the entry has no such attribute.
  Result<std::vector<View>> values(const ber::Oid& type);

  /// Without owner where the entry has none.
  Result<backend::HeldOctets> content();
  /// The content as a message or notification; null: it is none, or cannot be read as one.
  Result<const content::InformationObject*> object();
  Result<std::vector<backend::Row>> children();
  /// One of them as an entry.
  Entry child(const backend::Row& row) const;

  /// Keeps octets as long as the entry lives.
  View keep(Octets octets);
  /// The content, if it was read for what was found.
  const backend::HeldOctets& read_content() const { return content_; }

 private:
  Result<Found> made(const ber::Oid& type);
  Result<Found> of_children(const ber::Oid& type);
  Result<Found> of_content(const ber::Oid& type);
  Found one(const ber::Oid& type, std::vector<Octets> values);

  backend::Row row_;
  RowForm form_;
  Variable variable_;
  std::shared_ptr<EntrySource> source_;
  std::vector<Octets> kept_;                     // their octets stay where they are when the list moves
  std::vector<std::pair<ber::Oid, Found>> cut_;  // from the content, which is read through for each
  backend::HeldOctets content_;
  std::unique_ptr<content::InformationObject> object_;  // of the few that are asked for their content
  bool content_read_ = false, object_read_ = false;
};

/// A source that reads entry `number` from the backend when it must.
std::shared_ptr<EntrySource> stored_source(backend::Backend& backend, backend::MailboxNumber mailbox,
                                           const backend::Row& row);
/// The same of the archive.
std::shared_ptr<EntrySource> archived_source(backend::Backend& backend, backend::MailboxNumber mailbox,
                                             const backend::Row& row);
/// An entry all of which was read.
std::shared_ptr<Entry> stored_entry(backend::Backend& backend, backend::MailboxNumber mailbox,
                                    backend::Stored stored);

/// Whether the entry has a content as an attribute: all but reports and probes.
bool has_content(const backend::Row& row);
bool is_report(const backend::Row& row);
EntryType entry_type(const backend::Row& row);

}  // namespace x400::mstore::service
