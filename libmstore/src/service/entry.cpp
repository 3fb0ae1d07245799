#include "service/entry.hpp"

#include "service/content_attributes.hpp"
#include "service/homes.hpp"
#include "x400/asn1/ms/attribute.hpp"
#include "x400/asn1/oids.hpp"
#include "x400/asn1/time.hpp"
#include "x400/ber/writer.hpp"
#include "x400/content/content_type.hpp"

namespace x400::mstore::service {

namespace {

namespace a = asn1::oids::attribute;
namespace ipm_a = asn1::oids::ipm_attribute;

class StoredSource final : public EntrySource {
 public:
  StoredSource(backend::Backend& backend, backend::MailboxNumber mailbox, const backend::Row& row,
               backend::EntryBase base)
      : backend_(backend),
        mailbox_(mailbox),
        number_(row.number),
        base_(base),
        report_(is_report(row)),
        first_octet_(read_row(row.list_attributes).head.first_octet) {}
  void take(backend::Stored stored) { stored_ = std::move(stored); }

  Result<View> record() override {
    X400_CHECK(load());
    if (!stored_->attributes.ok()) return stored_->attributes.error();
    return View(*stored_->attributes);
  }

  Result<backend::HeldOctets> content() override {
    X400_CHECK(load());
    if (!stored_->content || report_) return backend::HeldOctets{};
    X400_TRY(held, stored_->content->whole());
    if (!held.owner) held.owner = stored_->content;  // an empty one is one too
    // The row may have been read without its attributes; the record's row has them.
    const std::uint8_t first =
        first_octet_ ? first_octet_ : read_row(stored_->row.list_attributes).head.first_octet;
    if (first && !held.octets.empty()) {
      auto changed = std::make_shared<Octets>(to_octets(held.octets));
      changed->front() = first;
      return backend::HeldOctets{*changed, changed};
    }
    return held;
  }

  Result<std::vector<backend::Row>> children(const backend::Row& of) override {
    std::vector<backend::Row> rows;
    if (of.parent == 0 && of.descendants == 0) return rows;
    backend::Query q;
    q.mailbox = mailbox_;
    q.classes.add(of.entry_class);
    q.archived = base_ == backend::EntryBase::archive;
    q.parent = of.number;
    q.with_children = true;
    for (bool more = true; more;) {
      X400_TRY(page, backend_.select(q));
      more = page.more && !page.rows.empty();
      if (more) q.after = page.rows.back().number;
      for (backend::Row& r : page.rows) rows.push_back(std::move(r));
    }
    return rows;
  }

  std::shared_ptr<EntrySource> other(const backend::Row& row) const override {
    return std::make_shared<StoredSource>(backend_, mailbox_, row, base_);
  }

 private:
  Status load() {
    if (stored_) return Ok{};
    X400_TRY(stored, backend_.read(mailbox_, base_, number_));
    stored_ = std::move(stored);
    return Ok{};
  }

  backend::Backend& backend_;
  backend::MailboxNumber mailbox_;
  SequenceNumber number_;
  backend::EntryBase base_;
  bool report_;
  std::uint8_t first_octet_;
  std::optional<backend::Stored> stored_;
};

Octets enumerated(ber::Tag tag, std::int64_t value) {
  ber::Writer w;
  w.integer(tag, value);
  return std::move(w).take();
}

}  // namespace

std::shared_ptr<EntrySource> stored_source(backend::Backend& backend, backend::MailboxNumber mailbox,
                                           const backend::Row& row) {
  return std::make_shared<StoredSource>(backend, mailbox, row, backend::base_of(row.entry_class));
}

std::shared_ptr<EntrySource> archived_source(backend::Backend& backend, backend::MailboxNumber mailbox,
                                             const backend::Row& row) {
  return std::make_shared<StoredSource>(backend, mailbox, row, backend::EntryBase::archive);
}

std::shared_ptr<Entry> stored_entry(backend::Backend& backend, backend::MailboxNumber mailbox,
                                    backend::Stored stored) {
  auto source =
      std::make_shared<StoredSource>(backend, mailbox, stored.row, backend::base_of(stored.row.entry_class));
  backend::Row row = stored.row;
  source->take(std::move(stored));
  return std::make_shared<Entry>(std::move(row), std::move(source));
}

EntryType entry_type(const backend::Row& row) { return static_cast<EntryType>(row.entry_type); }
bool is_report(const backend::Row& row) { return entry_type(row) == EntryType::delivered_report; }
bool has_content(const backend::Row& row) {
  return !is_report(row) && entry_type(row) != EntryType::submitted_probe &&
         entry_type(row) != EntryType::auto_action_event;
}

Entry::Entry(backend::Row row, std::shared_ptr<EntrySource> source)
    : row_(std::move(row)), form_(read_row(row_.list_attributes)), source_(std::move(source)) {
  // What cannot be read counts as never written: the entry stays readable without it.
  if (auto v = Variable::decode(row_.variable); v.ok()) variable_ = std::move(*v);
}

View Entry::keep(Octets octets) {
  kept_.push_back(std::move(octets));
  return kept_.back();
}

Entry::Found Entry::one(const ber::Oid& type, std::vector<Octets> values) {
  if (values.empty()) return {};
  return {keep(encode_attribute(type, values)), {}};
}

Result<Entry::Found> Entry::attribute(const ber::Oid& type) {
  if (const View later = find_in_run(variable_.run, type); !later.empty()) return Found{later, {}};
  switch (home_of(type)) {
    case Home::made: return made(type);
    case Home::content: {
      for (const auto& [known, found] : cut_)
        if (known == type) return found;
      X400_TRY(found, of_content(type));
      cut_.emplace_back(type, found);
      return found;
    }
    case Home::row:
      if (const View found = find_in_run(form_.run, type); !found.empty() || form_.head.complete)
        return Found{found, {}};
      break;
    case Home::record: break;
  }
  X400_TRY(record, source_->record());
  return Found{find_in_run(record, type), {}};
}

Result<View> Entry::whole(const ber::Oid& type) {
  X400_TRY(found, attribute(type));
  if (found.second.empty()) return found.first;
  Octets whole = to_octets(found.first);
  append(whole, found.second);
  return keep(std::move(whole));
}

Result<std::vector<View>> Entry::values(const ber::Oid& type) {
  X400_TRY(whole, this->whole(type));
  return values_of(whole);
}

std::optional<std::optional<std::int64_t>> Entry::column(const ber::Oid& type) const {
  using Number = std::optional<std::int64_t>;
  if (!variable_.run.empty()) return std::nullopt;
  if (type == a::priority) return form_.head.has_priority ? Number(row_.priority) : Number();
  if (type == a::retrieval_status) return Number(static_cast<std::int64_t>(row_.status));
  if (type == a::entry_type) return Number(row_.entry_type);
  if (type == a::sequence_number) return Number(row_.number);
  if (type == a::parent_sequence_number) return row_.parent == 0 ? Number() : Number(row_.parent);
  if (type == a::content_length && has_content(row_)) return Number(static_cast<std::int64_t>(row_.size));
  return std::nullopt;
}

Result<Entry::Found> Entry::made(const ber::Oid& type) {
  if (type == a::sequence_number) return one(type, {integer_value(row_.number)});
  if (type == a::retrieval_status)
    return one(type, {enumerated(ber::tags::integer, static_cast<std::int64_t>(row_.status))});
  if (type == a::entry_type) return one(type, {enumerated(ber::tags::integer, row_.entry_type)});
  if (type == a::priority)
    return form_.head.has_priority ? one(type, {enumerated(ber::application(7), row_.priority)}) : Found{};
  if (type == a::creation_time) {
    const Time created{std::chrono::milliseconds(row_.created)};
    return one(type, {utc_time_value(asn1::utc_time(std::chrono::floor<std::chrono::seconds>(created)))});
  }
  if (type == a::content_length) {
    if (has_content(row_)) return one(type, {integer_value(static_cast<std::int64_t>(row_.size))});
    if (is_report(row_)) return Found{};
    X400_TRY(record, source_->record());  // a probe may say how long a message would be
    return Found{find_in_run(record, type), {}};
  }
  if (type == a::parent_sequence_number)
    return row_.parent == 0 ? Found{} : one(type, {integer_value(row_.parent)});
  return of_children(type);
}

Result<Entry::Found> Entry::of_children(const ber::Oid& type) {
  X400_TRY(rows, children());
  std::vector<Octets> values;
  for (const backend::Row& r : rows)
    if (type == a::child_sequence_numbers || read_row(r.list_attributes).head.message_part)
      values.push_back(integer_value(r.number));
  return one(type, std::move(values));
}

Entry Entry::child(const backend::Row& row) const { return Entry(row, source_->other(row)); }

Result<std::vector<backend::Row>> Entry::children() { return source_->children(row_); }

Result<backend::HeldOctets> Entry::content() {
  if (content_read_) return content_;
  if (has_content(row_)) {
    X400_TRY(held, source_->content());
    content_ = std::move(held);
  }
  content_read_ = true;
  return content_;
}

Result<const content::InformationObject*> Entry::object() {
  if (!object_read_) {
    X400_TRY(types, values(a::content_type));
    X400_TRY(held, content());
    object_read_ = true;
    if (held.owner && !types.empty()) {
      auto type = ber::read_one(types.front());
      auto oid = type.ok() ? ber::read_oid(*type) : Result<ber::Oid>(type.error());
      if (oid.ok() && content::interpersonal(content::format_of(*oid))) {
        auto read = content::InformationObject::read(held.octets);
        // Half an object is none: the rule of derivation holds here too.
        if (read.ok() && read->check().ok())
          object_ = std::make_unique<content::InformationObject>(std::move(*read));
      }
    }
  }
  return object_.get();
}

Result<Entry::Found> Entry::of_content(const ber::Oid& type) {
  if (type == a::content) {
    X400_TRY(held, content());
    if (!held.owner) return Found{};
    return Found{keep(asn1::ms::octet_string_attribute_head(type, held.octets.size())), held.octets};
  }
  X400_TRY(read, object());
  if (!read) return Found{};
  X400_TRY(values, content_attribute(type, *this, *read));
  return one(type, std::move(values));
}

}  // namespace x400::mstore::service
