// A gateway out of the store: it is told of what arrives, passes it on, most urgent first, and deletes it.
//
// Events come on a thread of the store and must not block, so they only go into a queue here. A gateway that
// was down finds what it missed by listing what is new: events are not repeated.
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <mutex>

#include "message.hpp"
#include "x400/asn1/oids.hpp"

using namespace x400;
namespace ms = asn1::ms;
namespace attribute = asn1::oids::attribute;
using asn1::mts::Priority;

namespace {

class Queue {
 public:
  void put(const mstore::Event& event) {
    const std::lock_guard lock(mutex_);
    events_.push_back(event);
    come_.notify_one();
  }
  mstore::Event take() {
    std::unique_lock lock(mutex_);
    come_.wait(lock, [this] { return !events_.empty(); });
    const mstore::Event event = events_.front();
    events_.pop_front();
    return event;
  }

 private:
  std::mutex mutex_;
  std::condition_variable come_;
  std::deque<mstore::Event> events_;
};

Octets encoded(ber::Tag tag, std::int64_t value) {
  ber::Writer w;
  w.integer(tag, value);
  return std::move(w).take();
}

// Numbers of the entries that are new and have the priority.
Result<std::vector<ms::SequenceNumber>> waiting(mstore::Retrieval& session, Priority priority) {
  ms::ListArgument argument;
  argument.selector.filter = ms::Filter::all(
      {ms::Filter::equality(attribute::retrieval_status, encoded(ber::tags::integer, 0)),
       ms::Filter::equality(attribute::priority,
                            encoded(ber::application(7), static_cast<std::int64_t>(priority)))});
  argument.requested_attributes.emplace();
  X400_TRY(listed, example::logged(session.list(argument)));
  std::vector<ms::SequenceNumber> numbers;
  for (const ms::EntryInformation& e : listed.result.requested) numbers.push_back(e.sequence_number);
  return numbers;
}

// The whole content, as it would leave by the other side of the gateway.
Result<std::size_t> pass_on(mstore::Retrieval& session, ms::SequenceNumber number) {
  ms::FetchArgument argument;
  argument.item = number;
  argument.requested_attributes = {{attribute::content, {}, {}}};
  X400_TRY(fetched, example::logged(session.fetch(argument)));
  std::size_t octets = 0;
  for (const View piece : fetched.result.entry_information->attributes) octets += piece.size();
  std::printf("passed on entry %u\n", number);
  return octets;
}

Status remove(mstore::Retrieval& session, ms::SequenceNumber number) {
  ms::DeleteArgument argument;
  argument.items = std::vector<ms::SequenceNumber>{number};
  X400_CHECK(example::logged(session.remove(argument)));
  return Ok{};
}

Status run(const std::filesystem::path& folder) {
  mstore::Options options;
  options.folder = folder;
  X400_TRY(store, mstore::Store::open(options));
  mstore::Policy policy;
  policy.hold = std::chrono::hours(24 * 30);  // what the gateway deletes stays readable for thirty days
  X400_TRY(mailbox, example::mailbox(*store, "alice", example::alice, policy));
  Queue events;
  const auto watching = store->subscribe([&](const mstore::Event& event) { events.put(event); });

  for (const auto& [subject, priority] :
       {std::pair{"METAR", Priority::normal}, std::pair{"NOTAM", Priority::urgent},
        std::pair{"TAF", Priority::normal}}) {
    X400_TRY(delivery, example::delivery(mailbox, subject, priority));
    const auto delivered = store->deliver(std::move(delivery));
    if (!delivered.ok()) return delivered.error().log;
  }
  for (ms::SequenceNumber n = 1; n <= 3; ++n) {
    const mstore::Event event = events.take();
    X400_CHECK(example::must(event.kind == mstore::Event::Kind::created && event.numbers.from == n,
                             "each delivery is told, in order"));
  }

  X400_TRY(session, store->open_retrieval({mailbox, asn1::Edition::e1994, {}, {}}));
  std::vector<ms::SequenceNumber> order;
  for (const Priority priority : {Priority::urgent, Priority::normal}) {
    X400_TRY(numbers, waiting(*session, priority));
    for (const ms::SequenceNumber number : numbers) {
      X400_TRY(octets, pass_on(*session, number));
      X400_CHECK(example::must(octets > 0, "a message has a content"));
      X400_CHECK(remove(*session, number));
      order.push_back(number);
    }
  }
  X400_CHECK(example::must(order == std::vector<ms::SequenceNumber>{2, 1, 3}, "the urgent one went first"));

  // Status (listed, then processed) and deletion are told as well; of status what is needless is not told.
  std::size_t status = 0;
  for (std::size_t deleted = 0; deleted < 3;) {
    const mstore::Event event = events.take();
    if (event.kind == mstore::Event::Kind::status) ++status;
    if (event.kind == mstore::Event::Kind::deleted)
      X400_CHECK(example::must(event.numbers.from == order[deleted++], "each deletion is told, in order"));
  }
  X400_CHECK(example::must(status >= 3, "status is told"));

  X400_TRY(usage, store->usage(mailbox));
  X400_CHECK(example::must(usage.delivery.entries == 0, "nothing is left for the user"));
  X400_TRY(archived, store->archive(mailbox));
  for (const mstore::ArchivedEntry& e : archived) std::printf("in the archive: entry %u\n", e.number);
  X400_CHECK(example::must(archived.size() == 3, "everything is left for the administrator"));
  session.reset();
  return store->close();
}

}  // namespace

int main() {
  const auto folder = std::filesystem::temp_directory_path() /
                      ("x400-gateway-in-" + std::to_string(asn1::now().time_since_epoch().count()));
  const Status status = run(folder);
  std::filesystem::remove_all(folder);
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.error().text().c_str());
  return status.ok() ? 0 : 1;
}
