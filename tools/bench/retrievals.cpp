// Retrieval over P7 from a store that is filled once for all the measurements that want it.
#include <fmt/format.h>

#include "delivering.hpp"
#include "fetching.hpp"
#include "floor.hpp"
#include "listing.hpp"
#include "measures.hpp"

namespace bench {
namespace {

using namespace x400;

Error error_of(const p7client::Failure& failure) { return Error(ErrorKind::unavailable, failure.text()); }

constexpr std::uint32_t large_count = 2000;

// Mailbox 0 has many small messages, mailbox 1 large ones, mailbox 2 none.
struct Filled {
  std::unique_ptr<Place> place;
  osi::Slice small, large;
  std::uint32_t count = 0;      // in mailbox 0
  std::uint32_t processed = 0;  // those up to this number are
  std::uint64_t delivered = 0;  // numbers used
};
using Lazy = std::shared_ptr<Filled>;

Status fill_once(const Settings& settings, Filled& filled) {
  if (filled.place) return Ok{};
  X400_TRY(small, message_of(2000));
  X400_TRY(large, message_of(50'000));
  filled.small = small;
  filled.large = large;
  X400_TRY(place, Place::make({settings.mstored, settings.folder, 3}));
  filled.count = static_cast<std::uint32_t>(settings.entries_or(100'000));
  X400_CHECK(fill(*place, 0, 1, filled.count, small));
  X400_CHECK(fill(*place, 1, filled.count + 1, large_count, large));
  filled.delivered = filled.count + large_count + 1;
  filled.place = std::move(place);
  return Ok{};
}

// New ones first, each once; then those again, which are processed by then.
Status fetches(const Measure& m, const Settings& settings, Table& table, Filled& filled,
               unsigned outstanding) {
  X400_CHECK(fill_once(settings, filled));
  access::Runtime runtime(1);
  X400_TRY(client, filled.place->user(runtime, 0));
  X400_TRY(floor, round_trip(filled.small.size(), outstanding, settings.time));
  for (const bool processed : {false, true}) {
    FetchRun run;
    run.outstanding = outstanding;
    run.time = settings.time;
    run.again = processed;
    run.first = processed ? 1 : filled.processed + 1;
    run.count = processed ? filled.processed : filled.count - filled.processed;
    if (!processed) run.count = std::min(run.count, filled.count / 2);  // some are left for the next
    if (run.count == 0) continue;
    X400_TRY(figures, fetch_contents(client->association(), run));
    if (!processed) filled.processed += static_cast<std::uint32_t>(figures.latencies.size());
    Row row{m.name,
            m.what,
            processed ? "processed" : "new",
            "per second",
            static_cast<double>(figures.latencies.size()) / figures.seconds,
            floor.per_second,
            "loopback round trip of the same octets",
            outstanding == 1 ? ">= 0.58" : ">= 40000/s"};
    row.set(figures.latencies);
    table.add(std::move(row));
  }
  return Ok{};
}

Status large_fetches(const Measure& m, const Settings& settings, Table& table, Filled& filled) {
  X400_CHECK(fill_once(settings, filled));
  access::Runtime runtime(1);
  X400_TRY(client, filled.place->user(runtime, 1));
  const FetchRun run{1, large_count, true, 32, settings.time};
  X400_CHECK(fetch_contents(client->association(), run));  // all are processed by then
  X400_TRY(figures, fetch_contents(client->association(), run));
  X400_TRY(floor, round_trip(filled.large.size(), 32, settings.time));
  const double megabyte = 1'000'000;
  Row row{m.name,
          m.what,
          "processed",
          "MB per second",
          static_cast<double>(figures.octets) / figures.seconds / megabyte,
          floor.per_second * static_cast<double>(filled.large.size()) / megabyte,
          "loopback round trip of the same octets",
          ">= 750 MB/s"};
  row.set(figures.latencies);
  table.add(std::move(row));
  return Ok{};
}

Status list_new(const Measure& m, const Settings& settings, Table& table, Filled& filled) {
  X400_CHECK(fill_once(settings, filled));
  {  // what was not fetched yet
    access::Runtime runtime(1);
    X400_TRY(client, filled.place->user(runtime, 0));
    FetchRun run{filled.processed + 1, filled.count - filled.processed, false, 48, std::chrono::hours(1)};
    if (run.count > 0) X400_CHECK(fetch_contents(client->association(), run));
    filled.processed = filled.count;
  }
  X400_TRY(figures, bind_and_list(*filled.place, 0, 50, filled.small, filled.delivered));
  X400_TRY(floor, round_trip(figures.octets, 1, settings.time / 4));
  Row row{m.name,
          fmt::format("{} of {}", m.what, filled.count),
          "new",
          "ms",
          figures.latencies.milliseconds(50),
          floor.latencies.milliseconds(50),
          "loopback round trip of the same octets",
          "<= 1.5 ms"};
  row.set(figures.latencies);
  table.add(std::move(row));
  return Ok{};
}

// From the MTA's invoke to the whole content at the user agent, by alert if the store gives alerts.
Status delivery_to_fetch(const Measure& m, const Settings& settings, Table& table, Filled& filled) {
  X400_CHECK(fill_once(settings, filled));
  access::Runtime runtime(1);
  X400_TRY(association, filled.place->mta(runtime));
  X400_TRY(client, filled.place->user(runtime, 2));
  const Numbered head = Numbered::argument_head(address_of(2), filled.small.size());
  const bool alerts = client->register_alert(1, std::nullopt, {}).ok();
  Latencies latencies;
  for (std::uint64_t i = 0; i < 200; ++i) {
    const auto begin = Clock::now();
    osi::Chain argument(head.with(filled.delivered++));
    argument.add(filled.small);
    auto delivered = association->invoke(access::operations::message_delivery, std::move(argument));
    auto entries =
        client->wait_for(p7client::new_entries(), std::chrono::seconds(10), std::chrono::seconds(1));
    if (!entries.ok()) return error_of(entries.error());
    if (entries->empty()) return Error(ErrorKind::unavailable, "a delivered message was not seen in 10 s");
    auto whole = client->fetch(entries->front().sequence_number());
    if (!whole.ok()) return error_of(whole.error());
    latencies.add(begin, Clock::now());
    if (!delivered.get().is_result()) return Error(ErrorKind::unavailable, "a delivery got no result");
  }
  Row row{m.name, m.what + (alerts ? ", by alert" : ", by looking every second"), "new", "ms",
          latencies.milliseconds(50)};
  row.set(latencies);
  table.add(std::move(row));
  return Ok{};
}

}  // namespace

std::vector<Measure> retrieval_measures() {
  const Lazy filled = std::make_shared<Filled>();
  const auto with = [filled](auto run) {
    return [filled, run](const Measure& m, const Settings& s, Table& t) { return run(m, s, t, *filled); };
  };
  const auto fetching = [&](unsigned outstanding) {
    return [filled, outstanding](const Measure& m, const Settings& s, Table& t) {
      return fetches(m, s, t, *filled, outstanding);
    };
  };
  return {{"p7-fetch-2k-1", "fetches of 2 kB over P7, one by one", fetching(1)},
          {"p7-fetch-2k-32", "fetches of 2 kB over P7, 32 outstanding", fetching(32)},
          {"p7-fetch-50k-32", "fetches of 50 kB over P7, 32 outstanding", with(large_fetches)},
          {"p7-bind-list", "bind and list the 10 new", with(list_new)},
          {"p7-deliver-fetch", "delivery to fetched", with(delivery_to_fetch)}};
}

}  // namespace bench
