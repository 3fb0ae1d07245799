// The store engine inside a program of your own, without server and network: make a store, deliver messages,
// list the new ones, search, fetch, and be told of what arrives.
#include <cstdio>
#include <filesystem>
#include <string>

#include "message.hpp"
#include "x400/asn1/oids.hpp"
#include "x400/mstore/store.hpp"

using namespace x400;
using namespace example;
namespace ms = asn1::ms;
namespace attribute = asn1::oids::attribute;
namespace ipm_attribute = asn1::oids::ipm_attribute;

namespace {

Result<std::string> subject_of(const ms::EntryInformation& entry) {
  for (const View encoded : entry.attributes) {
    X400_TRY(read, ms::read_attributes(encoded));
    for (const ms::AttributeView& a : read)
      if (a.type == ipm_attribute::subject) {
        X400_TRY(value, ber::read_one(a.values.front()));
        return ber::read_chars(value);
      }
  }
  return std::string("(no subject)");
}

Status show(mstore::Retrieval& session, const char* what, ms::Selector selector) {
  ms::ListArgument argument;
  argument.selector = std::move(selector);
  argument.requested_attributes = {{ipm_attribute::subject, {}, {}}};
  X400_TRY(listed, logged(session.list(argument)));
  std::printf("%s:\n", what);
  for (const ms::EntryInformation& entry : listed.result.requested) {
    X400_TRY(subject, subject_of(entry));
    std::printf("  %u %s\n", entry.sequence_number, subject.c_str());
  }
  return Ok{};
}

Octets encoded(ber::Tag tag, std::int64_t value) {
  ber::Writer w;
  w.integer(tag, value);
  return std::move(w).take();
}

Status run(const std::filesystem::path& folder) {
  mstore::Options options;
  options.folder = folder;
  X400_TRY(store, mstore::Store::open(options));
  X400_TRY(box, mailbox(*store, "alice", alice));

  // Events come on a thread of the store, after what they tell is on disk.
  const auto watching = store->subscribe([](const mstore::Event& event) {
    if (event.kind == mstore::Event::Kind::created)
      std::printf("event: entry %u arrived\n", event.numbers.from);
  });

  using asn1::mts::Priority;
  for (const auto& [subject, priority] :
       {std::pair{"METAR", Priority::normal}, std::pair{"NOTAM", Priority::urgent},
        std::pair{"TAF", Priority::normal}}) {
    X400_TRY(message, delivery(box, subject, priority));
    auto delivered = store->deliver(std::move(message));  // returns when it would survive a power cut
    if (!delivered.ok()) return delivered.error().log;
  }

  X400_TRY(session, store->open_retrieval({box, asn1::Edition::e1994, {}, {}}));
  ms::Selector urgent;
  urgent.filter = ms::Filter::equality(attribute::priority, encoded(ber::application(7), 2));
  X400_CHECK(show(*session, "urgent", urgent));
  ms::Selector unread;
  unread.filter = ms::Filter::equality(attribute::retrieval_status, encoded(ber::tags::integer, 0));
  X400_CHECK(show(*session, "not listed before", unread));

  ms::FetchArgument fetch;
  fetch.item = ms::SequenceNumber{1};
  fetch.requested_attributes = {{attribute::content, {}, {}}};
  X400_TRY(fetched, logged(session->fetch(fetch)));
  std::size_t size = 0;
  for (const View piece : fetched.result.entry_information->attributes) size += piece.size();
  std::printf("fetched entry 1: %zu octets\n", size);

  ms::DeleteArgument remove;
  remove.items = std::vector<ms::SequenceNumber>{1};
  X400_CHECK(logged(session->remove(remove)));
  X400_CHECK(show(*session, "after deleting entry 1", {}));
  session.reset();
  return store->close();
}

}  // namespace

int main() {
  const auto folder = std::filesystem::temp_directory_path() /
                      ("x400-example-" + std::to_string(asn1::now().time_since_epoch().count()));
  const Status status = run(folder);
  std::filesystem::remove_all(folder);
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.error().text().c_str());
  return status.ok() ? 0 : 1;
}
