// Deliveries over P3, one outstanding on each association. The next one is asked for where the answer
// arrives, so that the load costs the machine as little as it can.
#include <fmt/format.h>

#include <atomic>
#include <latch>

#include "checkpoints.hpp"
#include "delivering.hpp"
#include "floor.hpp"
#include "measures.hpp"

namespace bench {
namespace {

using namespace x400;
namespace operations = access::operations;

struct Load {
  const osi::Slice& content;
  std::latch ended;
  Clock::time_point end{};
  std::atomic<std::uint64_t> next{1};
  std::atomic<bool> failed{false};
};

// One association; its functions run on its own strand.
class Deliverer {
 public:
  Deliverer(access::AssociationPtr association, unsigned mailbox, Load& load)
      : association_(std::move(association)),
        argument_(Numbered::argument_head(address_of(mailbox), load.content.size())),
        load_(load) {}

  void go() {
    const auto begin = Clock::now();
    if (begin >= load_.end || load_.failed) return load_.ended.count_down();
    osi::Chain argument(argument_.with(load_.next++));
    argument.add(load_.content);
    association_->invoke(operations::message_delivery, std::move(argument))
        .then([this, begin](const access::Outcome& outcome) {
          if (outcome.is_result())
            latencies.add(begin, Clock::now());
          else
            load_.failed = true;
          go();
        });
  }

  Latencies latencies;

 private:
  access::AssociationPtr association_;
  Numbered argument_;
  Load& load_;
};

Status measure(const Measure& m, const Settings& settings, Table& table, std::size_t size,
               unsigned associations) {
  X400_TRY(content, message_of(size));
  X400_TRY(place, Place::make({settings.mstored, settings.folder, associations}));
  CheckpointWatch watch(place->folder() / "store");
  Load load{content, std::latch(associations)};
  std::vector<std::unique_ptr<Deliverer>> all;
  {
    access::Runtime runtime(1);
    for (unsigned i = 0; i < associations; ++i) {
      X400_TRY(association, place->mta(runtime));
      all.push_back(std::make_unique<Deliverer>(std::move(association), i, load));
    }
    load.end = Clock::now() + settings.time;
    for (const auto& d : all) d->go();
    load.ended.wait();
  }
  if (load.failed) return Error(ErrorKind::unavailable, "a delivery got no result");
  Latencies latencies;
  for (const auto& d : all) latencies.add(d->latencies);
  const std::vector<Span> checkpoints = watch.stop();
  all.clear();
  place.reset();  // the floor has disk and processors for itself, as the store had
  X400_TRY(floor, append_server(settings.folder, associations, size, settings.time));
  const double seconds = std::chrono::duration<double>(settings.time).count();
  Row row{m.name,
          m.what,
          "new",
          "per second",
          static_cast<double>(latencies.size()) / seconds,
          floor.per_second,
          "TCP, append with group commit, index row",
          associations > 1 && size <= 2000 ? ">= 0.5"
          : size <= 2000                   ? ">= 3000/s"
                                           : ""};
  row.set(latencies, checkpoints);
  table.add(std::move(row));
  return Ok{};
}

}  // namespace

std::vector<Measure> delivery_measures() {
  std::vector<Measure> all;
  for (const auto& [size, name] : {std::pair<std::size_t, const char*>{2000, "2k"}, {50'000, "50k"}})
    for (const unsigned associations : {1U, 16U})
      all.push_back({fmt::format("p3-{}-{}", name, associations),
                     fmt::format("durable deliveries over P3, {} kB, {} association{}", size / 1000,
                                 associations, associations > 1 ? "s" : ""),
                     [size = size, associations](const Measure& m, const Settings& s, Table& t) {
                       return measure(m, s, t, size, associations);
                     }});
  return all;
}

}  // namespace bench
