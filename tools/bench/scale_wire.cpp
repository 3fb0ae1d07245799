// Bind and list over P7 on the data set, served by mstored.
#include <fmt/format.h>

#include "delivering.hpp"
#include "floor.hpp"
#include "listing.hpp"
#include "opened_data_set.hpp"
#include "scale.hpp"

namespace bench {
namespace {

using namespace x400;

Result<std::vector<OpenedDataSet::Box>> curve_of(const Settings& settings) {
  X400_TRY(set, open_data_set(settings));
  X400_CHECK(set.store->close());
  return std::move(set.curve);
}

Status bind_list(const Measure& m, const Settings& settings, Table& table) {
  X400_TRY(curve, curve_of(settings));
  X400_TRY(content, message_of(2000));
  auto next = static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch() /
                                         std::chrono::seconds(1) % 800'000) *
                  10'000 +
              1'000'000'000;
  double smallest = 0;
  {
    X400_TRY(place,
             Place::make({settings.mstored, settings.folder, curve.back().user + 1, settings.data_set}));
    for (const OpenedDataSet::Box& box : curve) {
      X400_CHECK(list_all(*place, box.user));
      X400_TRY(figures, bind_and_list(*place, box.user, 50, content, next));
      X400_TRY(floor, round_trip(figures.octets, 1, settings.time / 8));
      const double median = figures.latencies.milliseconds(50);
      if (smallest == 0) smallest = median;
      Row row{m.name,
              fmt::format("{} of {}, {:.2f} of the smallest", m.what, box.entries, median / smallest),
              "new",
              "ms",
              median,
              floor.latencies.milliseconds(50),
              "loopback round trip of the same octets",
              "<= 1.5, <= 1.2 x"};
      row.set(figures.latencies);
      table.add(std::move(row));
    }
    X400_CHECK(fill(*place, curve.back().user, next, 10, content));
  }
  cool(settings.data_set);
  X400_TRY(place, Place::make({settings.mstored, settings.folder, curve.back().user + 1, settings.data_set}));
  X400_TRY(figures, bind_and_list_once(*place, curve.back().user));
  Row row{m.name,
          fmt::format("{} of {}, cold disk cache", m.what, curve.back().entries),
          "new",
          "ms",
          figures.latencies.milliseconds(50),
          0,
          "",
          "<= 10 ms"};
  row.set(figures.latencies);
  table.add(std::move(row));
  return Ok{};
}

}  // namespace

std::vector<Measure> scale_wire_measures() {
  return {{"scale-bind-list", "bind and list the 10 new", bind_list, true}};
}

}  // namespace bench
