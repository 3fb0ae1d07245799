// Results of Summarize, List, Fetch and Delete; Alert.
#include "reading.hpp"
#include "writing.hpp"
#include "x400/asn1/ms/retrieval.hpp"

namespace x400::asn1::ms {

using namespace ber;

namespace {

using Unknown = Components::Unknown;

template <class T, class F>
Result<std::optional<T>> component(const Components& c, std::size_t n, F&& read) {
  if (!c.has(n)) return std::optional<T>{};
  X400_TRY(element, c.need(n));
  X400_TRY(value, read(element));
  return std::optional<T>(std::move(value));
}

Result<std::optional<SequenceNumber>> number_component(const Components& c, std::size_t n) {
  return component<SequenceNumber>(c, n, [](const Element& e) { return read_sequence_number(e); });
}

Result<Extensions> extensions_component(const Components& c, std::size_t n) {
  X400_TRY(value, component<Extensions>(c, n, [](const Element& e) { return read_extensions(e); }));
  return value ? std::move(*value) : Extensions{};
}

template <class T, class F>
Result<std::vector<T>> list_of(const Element& e, Tag tag, F&& read) {
  X400_TRY(in, members(e, tag));
  std::vector<T> out;
  while (!in.at_end()) {
    X400_TRY(member, in.next());
    X400_TRY(value, read(member));
    out.push_back(std::move(value));
  }
  return out;
}

Result<Summary::Present> read_present(const Element& e) {
  X400_TRY(in, members(e, tags::sequence));
  X400_TRY(type, in.expect(tags::oid));
  X400_TRY(oid, read_oid(type));
  X400_TRY(value, in.next());
  X400_TRY(count, in.next());
  X400_TRY(n, read_sequence_number(count));
  X400_CHECK(in.finish());
  return Summary::Present{std::move(oid), to_octets(value.whole), n};
}

Result<Summary> read_summary(const Element& e) {
  X400_TRY(c, Components::read(e, tags::set, Unknown::skip));
  Summary s;
  X400_TRY(absent, number_component(c, 0));
  s.absent = absent.value_or(0);
  X400_TRY(present, component<std::vector<Summary::Present>>(c, 1, [](const Element& list) {
             return list_of<Summary::Present>(list, tags::set, read_present);
           }));
  if (present) s.present = std::move(*present);
  return s;
}

Result<Span> read_span(const Element& e) {
  X400_TRY(c, Components::read(e, tags::sequence, Unknown::skip));
  X400_TRY(lowest, c.need(0));
  X400_TRY(low, read_sequence_number(lowest));
  X400_TRY(highest, c.need(1));
  X400_TRY(high, read_sequence_number(highest));
  return Span{low, high};
}

Result<SummarizeResult> read_summarize_result(const Element& e) {
  X400_TRY(c, Components::read(e, tags::set, Unknown::skip));
  SummarizeResult r;
  X400_TRY(next, number_component(c, 0));
  r.next = next;
  X400_TRY(count, c.need(1));
  X400_TRY(n, read_sequence_number(count));
  r.count = n;
  X400_TRY(span, component<Span>(c, 2, read_span));
  r.span = span;
  X400_TRY(summaries, component<std::vector<Summary>>(c, 3, [](const Element& list) {
             return list_of<Summary>(list, tags::sequence, read_summary);
           }));
  if (summaries) r.summaries = std::move(*summaries);
  X400_TRY(extensions, extensions_component(c, 4));
  r.extensions = std::move(extensions);
  return r;
}

Result<ListResult> read_list_result(const Element& e) {
  X400_TRY(c, Components::read(e, tags::set, Unknown::skip));
  ListResult r;
  X400_TRY(next, number_component(c, 0));
  r.next = next;
  X400_TRY(requested, component<std::vector<EntryInformation>>(c, 1, [](const Element& list) {
             return list_of<EntryInformation>(list, tags::sequence, read_entry);
           }));
  if (requested) r.requested = std::move(*requested);
  X400_TRY(extensions, extensions_component(c, 2));
  r.extensions = std::move(extensions);
  return r;
}

Result<FetchResult> read_fetch_result(const Element& e) {
  X400_TRY(c, Components::read(e, tags::set, Unknown::skip));
  FetchResult r;
  X400_TRY(entry, component<EntryInformation>(c, 0, read_entry));
  r.entry_information = std::move(entry);
  X400_TRY(list, component<std::vector<SequenceNumber>>(c, 1, [](const Element& numbers) {
             return read_sequence_numbers(numbers, tags::sequence);
           }));
  if (list) r.list = std::move(*list);
  X400_TRY(next, number_component(c, 2));
  r.next = next;
  X400_TRY(extensions, extensions_component(c, 3));
  r.extensions = std::move(extensions);
  return r;
}

Result<DeleteResult> read_delete_result(const Element& e) {
  if (e.tag == tags::null) {
    X400_CHECK(read_null(e));
    return DeleteResult{};
  }
  X400_TRY(c, Components::read(e, tags::set, Unknown::skip));
  DeleteResult r;
  X400_TRY(deleted, component<std::vector<SequenceNumber>>(c, 0, [](const Element& numbers) {
             return read_sequence_numbers(numbers, tags::sequence);
           }));
  if (deleted) r.entries_deleted = std::move(*deleted);
  X400_TRY(extensions, extensions_component(c, 1));
  r.extensions = std::move(extensions);
  return r;
}

Result<AlertArgument> read_alert_argument(const Element& e) {
  X400_TRY(c, Components::read(e, tags::set, Unknown::skip));
  AlertArgument a;
  X400_TRY(identifier, c.need(0));
  X400_TRY(n, read_number(identifier, 1, 32767));
  a.registration_identifier = static_cast<std::uint32_t>(n);
  X400_TRY(entry, component<EntryInformation>(c, 2, read_entry));
  a.new_entry = std::move(entry);
  return a;
}

void write(Writer& w, const Summary& s) {
  w.constructed(tags::set, [&] {
    if (s.absent > 0) write_integer(w, 0, s.absent);
    if (s.present.empty()) return;
    tagged(w, 1, [&] {
      w.constructed(tags::set, [&] {
        for (const Summary::Present& p : s.present)
          w.constructed(tags::sequence, [&] {
            w.oid(p.type);
            w.raw(p.value);
            w.integer(tags::integer, p.count);
          });
      });
    });
  });
}

// Octets made by `contents` alone, for the small parts around what is borrowed.
template <class F>
Octets made(F&& contents) {
  Writer w;
  contents(w);
  return std::move(w).take();
}

Octets header(Tag tag, std::size_t content_size) {
  return made([&](Writer& w) { w.header(tag, true, content_size); });
}

std::size_t size_of(const std::vector<EntryInformation>& entries, Edition edition) {
  std::size_t size = 0;
  for (const EntryInformation& entry : entries) size += encoded_size(entry, edition);
  return size;
}

}  // namespace

Octets SummarizeResult::encode(Edition edition) const {
  Writer w;
  w.constructed(tags::set, [&] {
    if (next) write_integer(w, 0, *next);
    write_integer(w, 1, count);
    if (span)
      tagged(w, 2, [&] {
        w.constructed(tags::sequence, [&] {
          write_integer(w, 0, span->lowest);
          write_integer(w, 1, span->highest);
        });
      });
    if (!summaries.empty())
      tagged(w, 3, [&] {
        w.constructed(tags::sequence, [&] {
          for (const Summary& s : summaries) write(w, s);
        });
      });
    write_extensions(w, 4, extensions, edition);
  });
  return std::move(w).take();
}

Result<SummarizeResult> SummarizeResult::decode(View octets) {
  return read_whole(octets, {}, "SummarizeResult", read_summarize_result);
}

Gather ListResult::encode(Edition edition) const {
  const Octets head = made([&](Writer& w) {
    if (next) write_integer(w, 0, *next);
  });
  const Octets tail = made([&](Writer& w) { write_extensions(w, 2, extensions, edition); });
  const std::size_t entries = size_of(requested, edition);
  const std::size_t list = value_size(tags::sequence, entries);
  const std::size_t content =
      head.size() + (requested.empty() ? 0 : value_size(context(1), list)) + tail.size();

  Gather out;
  out.append(header(tags::set, content));
  out.append(head);
  if (!requested.empty()) {
    out.append(header(context(1), list));
    out.append(header(tags::sequence, entries));
    for (const EntryInformation& entry : requested) append(out, entry, edition);
  }
  out.append(tail);
  return out;
}

Result<ListResult> ListResult::decode(View octets) {
  return read_whole(octets, {}, "ListResult", read_list_result);
}

Gather FetchResult::encode(Edition edition) const {
  const std::size_t entry = entry_information ? encoded_size(*entry_information, edition) : 0;
  const Octets tail = made([&](Writer& w) {
    if (!list.empty()) write_numbers(w, 1, tags::sequence, list);
    if (next) write_integer(w, 2, *next);
    write_extensions(w, 3, extensions, edition);
  });
  Gather out;
  out.append(header(tags::set, (entry > 0 ? value_size(context(0), entry) : 0) + tail.size()));
  if (entry_information) {
    out.append(header(context(0), entry));
    append(out, *entry_information, edition);
  }
  out.append(tail);
  return out;
}

Result<FetchResult> FetchResult::decode(View octets) {
  return read_whole(octets, {}, "FetchResult", read_fetch_result);
}

Octets DeleteResult::encode(Edition edition) const {
  if (edition == Edition::e1988 || (entries_deleted.empty() && extensions.empty())) return null_result();
  return made([&](Writer& w) {
    w.constructed(tags::set, [&] {
      if (!entries_deleted.empty()) write_numbers(w, 0, tags::sequence, entries_deleted);
      write_extensions(w, 1, extensions, edition);
    });
  });
}

Result<DeleteResult> DeleteResult::decode(View octets) {
  return read_whole(octets, {}, "DeleteResult", read_delete_result);
}

Gather AlertArgument::encode(Edition edition) const {
  const Octets head = made([&](Writer& w) { write_integer(w, 0, registration_identifier); });
  const std::size_t entry = new_entry ? encoded_size(*new_entry, edition) : 0;
  Gather out;
  out.append(header(tags::set, head.size() + (new_entry ? value_size(context(2), entry) : 0)));
  out.append(head);
  if (new_entry) {
    out.append(header(context(2), entry));
    append(out, *new_entry, edition);
  }
  return out;
}

Result<AlertArgument> AlertArgument::decode(View octets) {
  return read_whole(octets, {}, "AlertArgument", read_alert_argument);
}

Octets null_result() { return {0x05, 0x00}; }

}  // namespace x400::asn1::ms
