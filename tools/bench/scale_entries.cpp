// Fetches, deliveries and deletions on the data set, by direct calls.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <random>

#include "bare_file.hpp"
#include "data_set.hpp"
#include "floor.hpp"
#include "opened_data_set.hpp"
#include "scale.hpp"
#include "x400/asn1/oids.hpp"

namespace bench {
namespace {

using namespace x400;
namespace ms = asn1::ms;
namespace a = asn1::oids::attribute;

Result<std::size_t> fetch(mstore::Retrieval& session, ms::SequenceNumber number) {
  ms::FetchArgument argument;
  argument.item = number;
  argument.requested_attributes = ms::EntryInformationSelection{{a::content, {}, {}}};
  auto fetched = session.fetch(argument);
  if (!fetched.ok()) return Error(ErrorKind::unavailable, fetched.error().log);
  std::size_t octets = 0;
  for (const View v : fetched->result.entry_information->attributes) octets += v.size();
  return octets;
}

// Earlier runs may have deleted the oldest.
Result<ms::SequenceNumber> oldest(mstore::Retrieval& session) {
  ms::ListArgument argument;
  argument.selector.limit = 1;
  argument.requested_attributes.emplace();
  auto listed = session.list(argument);
  if (!listed.ok()) return Error(ErrorKind::unavailable, listed.error().log);
  if (listed->result.requested.empty()) return Error(ErrorKind::not_found, "the mailbox is empty");
  return listed->result.requested.front().sequence_number;
}

// Reads pieces of this size, in order or anywhere, from the log's files: what any store must do.
Result<FloorResult> read_floor(const Settings& settings, std::size_t size, bool in_order) {
  std::vector<std::filesystem::path> files;
  std::error_code ec;
  for (const auto& f : std::filesystem::directory_iterator(settings.data_set / "shard0" / "log", ec))
    if (f.file_size(ec) > 8u << 20) files.push_back(f.path());
  if (files.empty()) return Error(ErrorKind::invalid, "no segments in " + settings.data_set.string());
  std::vector<Fd> open;
  for (const auto& f : files) open.emplace_back(::open(f.c_str(), O_RDONLY | O_CLOEXEC));
  std::vector<std::uint8_t> buffer(size);
  std::minstd_rand random(1);
  FloorResult result;
  std::uint64_t at = 0;
  for (int i = 0; i < 20'000; ++i, at += size) {
    const std::uint64_t place = in_order ? at : random() % (files.size() * 1000) * 4096;
    const Fd& file = open[in_order ? at / (8u << 20) % open.size() : random() % open.size()];
    const auto begin = Clock::now();
    if (::pread(file.get(), buffer.data(), size, static_cast<off_t>(place % (8u << 20))) < 0)
      return failed("read");
    result.latencies.add(begin, Clock::now());
  }
  return result;
}

Status fetch_many(const Measure& m, const Settings& settings, Table& table, bool in_order) {
  X400_TRY(set, open_data_set(settings));
  const OpenedDataSet::Box& box = in_order ? set.equal.back() : set.curve.back();
  X400_TRY(session, set.session(box));
  X400_TRY(first, oldest(*session));
  std::minstd_rand random(2);
  Latencies latencies;
  std::uint64_t octets = 0;
  const std::uint64_t count = in_order ? box.entries : 10'000;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto number =
        static_cast<ms::SequenceNumber>(first + (in_order ? i : random() % (box.entries - 10)));
    const auto begin = Clock::now();
    X400_TRY(size, fetch(*session, number));
    latencies.add(begin, Clock::now());
    octets += size;
  }
  X400_TRY(floor, read_floor(settings, octets / count, in_order));
  Row row{m.name,
          fmt::format("{} of {}", m.what, box.entries),
          "processed",
          "ms",
          latencies.milliseconds(50),
          floor.latencies.milliseconds(50),
          "bare reads of the size",
          "<= 1 ms"};
  row.set(latencies);
  table.add(std::move(row));
  return Ok{};
}

// Numbers beyond those of the data set; another run of the measure must not repeat them.
std::uint64_t fresh_number() {
  static std::uint64_t next =
      2'000'000'000 + static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch() /
                                                 std::chrono::milliseconds(1)) %
                          7'000'000'000;
  return next++;
}

Status deliver(const Measure& m, const Settings& settings, Table& table) {
  X400_TRY(set, open_data_set(settings));
  X400_TRY(content, message_of(10'000));
  X400_TRY(floor, append_alone(settings.folder, 10'000, 1, true, settings.time / 4));
  const Numbered envelope = Numbered::envelope({address_of(0)});
  for (const OpenedDataSet::Box& box : set.curve) {
    Latencies latencies;
    for (int i = 0; i < 1000; ++i) {
      mstore::MessageDelivery delivery{box.number, envelope.with(fresh_number()),
                                       mstore::Content::shared(content.view(), content.owner())};
      const auto begin = Clock::now();
      if (!set.store->deliver(std::move(delivery)).ok())
        return Error(ErrorKind::unavailable, "a delivery failed");
      latencies.add(begin, Clock::now());
    }
    Row row{m.name,
            fmt::format("{} {} entries", m.what, box.entries),
            "new",
            "ms",
            latencies.milliseconds(50),
            floor.latencies.milliseconds(50),
            "one append and sync",
            "<= 1 ms"};
    row.set(latencies);
    table.add(std::move(row));
    X400_TRY(session, set.session(box));  // so that those which were to be new are so alone
    for (ms::SequenceNumber n = static_cast<ms::SequenceNumber>(box.entries) + 1, i = 0; i < 1000; ++i)
      X400_CHECK(fetch(*session, n + i));
  }
  return Ok{};
}

// The oldest that are there, `count` at a time.
Status remove(const Measure& m, const Settings& settings, Table& table, std::uint32_t count, int rounds) {
  X400_TRY(set, open_data_set(settings));
  X400_TRY(floor, append_alone(settings.folder, 200, 1, true, settings.time / 4));
  for (const OpenedDataSet::Box& box : set.curve) {
    if (box.entries < 2 * count * static_cast<std::uint64_t>(rounds)) continue;
    X400_TRY(session, set.session(box));
    Latencies latencies;
    for (int i = 0; i < rounds; ++i) {
      ms::ListArgument oldest;
      oldest.selector.limit = count;
      oldest.requested_attributes.emplace();
      auto listed = session->list(oldest);
      if (!listed.ok()) return Error(ErrorKind::unavailable, listed.error().log);
      std::vector<ms::SequenceNumber> numbers;
      for (const auto& e : listed->result.requested) numbers.push_back(e.sequence_number);
      ms::DeleteArgument argument;
      argument.items = std::move(numbers);
      const auto begin = Clock::now();
      auto removed = session->remove(argument);
      latencies.add(begin, Clock::now());
      if (!removed.ok()) return Error(ErrorKind::unavailable, removed.error().log);
    }
    Row row{m.name,
            fmt::format("{}, of {} entries", m.what, box.entries),
            "processed",
            "ms",
            latencies.milliseconds(50),
            floor.latencies.milliseconds(50),
            "one append and sync",
            count == 1 ? "<= 1 ms" : ""};
    row.set(latencies);
    table.add(std::move(row));
  }
  return Ok{};
}

// What the store's thread does every minute, for a mailbox in which 10,000 are due at once.
Status age(const Measure& m, const Settings& settings, Table& table) {
  X400_TRY(set, open_data_set(settings));
  const auto& box = *std::max_element(set.equal.begin(), set.equal.end(),
                                      [](const auto& a, const auto& b) { return a.entries < b.entries; });
  X400_TRY(before, set.store->mailbox(box.number));
  mstore::MailboxSettings aged = before.settings;
  aged.policy.in_box = mstore::Retention{std::chrono::seconds(60), mstore::Retention::Of::processed};
  X400_CHECK(set.store->configure_mailbox(box.number, aged));
  Latencies latencies;
  const auto begin = Clock::now();
  X400_TRY(done, set.store->age());
  latencies.add(begin, Clock::now());
  X400_CHECK(set.store->configure_mailbox(box.number, before.settings));
  if (done.removed == 0)
    return Error(ErrorKind::invalid, "nothing is due: made less than a minute ago, or closed for a day");
  const double took = latencies.milliseconds(50);
  Row row{m.name,
          fmt::format("{}: {} of {}, {:.2f} us each", m.what, done.removed, box.entries,
                      took * 1000 / static_cast<double>(done.removed)),
          "processed", "ms", took};
  row.set(latencies);
  table.add(std::move(row));
  return Ok{};
}

}  // namespace

std::vector<Measure> scale_entry_measures() {
  return {{"scale-fetch-all", "whole fetch of all in order, each",
           [](const Measure& m, const Settings& s, Table& t) { return fetch_many(m, s, t, true); }, true},
          {"scale-fetch-random", "fetch of random ones, each",
           [](const Measure& m, const Settings& s, Table& t) { return fetch_many(m, s, t, false); }, true},
          {"scale-deliver", "delivery of 10 kB into a mailbox of", deliver, true},
          {"scale-delete-1", "delete of one",
           [](const Measure& m, const Settings& s, Table& t) { return remove(m, s, t, 1, 100); }, true},
          {"scale-delete-10000", "delete of 10,000",
           [](const Measure& m, const Settings& s, Table& t) { return remove(m, s, t, 10'000, 1); }, true},
          {"scale-age", "retention removes all that are processed", age, true}};
}

}  // namespace bench
