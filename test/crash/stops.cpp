#include "rounds.hpp"

namespace x400::mstore::crash {
namespace {

constexpr Point points[] = {
    {What::open, Kind::segment},       {What::write, Kind::segment},       {What::write, Kind::segment},
    {What::sync, Kind::segment},       {What::sync, Kind::segment},        {What::truncate, Kind::segment},
    {What::remove, Kind::segment},     {What::sync_folder, Kind::segment}, {What::open, Kind::large},
    {What::write, Kind::large},        {What::sync, Kind::large},          {What::sync_folder, Kind::large},
    {What::remove, Kind::large},       {What::open, Kind::torn},           {What::write, Kind::torn},
    {What::sync, Kind::torn},          {What::rename, Kind::torn},         {What::sync_folder, Kind::torn},
    {What::open, Kind::position},      {What::write, Kind::position},      {What::sync, Kind::position},
    {What::rename, Kind::position},    {What::sync_folder, Kind::other},   {What::write, Kind::identity},
    {What::sync, Kind::identity},      {What::rename, Kind::identity},     {What::make_folder, Kind::folder},
    {What::open, Kind::index},         {What::write, Kind::index},         {What::sync, Kind::index},
    {What::write, Kind::index_wal},    {What::write, Kind::index_wal},     {What::sync, Kind::index_wal},
    {What::truncate, Kind::index_wal}, {What::remove, Kind::index_wal},
};

bool once(const Point& p) {
  return p.kind == Kind::identity || p.kind == Kind::torn || p.kind == Kind::position ||
         p.kind == Kind::folder;
}

}  // namespace

Stop random_stop(std::mt19937_64& dice) {
  Stop stop;
  stop.point = points[dice() % std::size(points)];
  const std::uint64_t most = once(stop.point) ? 2 : std::uint64_t{1} << dice() % 8;
  stop.nth = 1 + dice() % most;
  stop.moment = static_cast<Stop::Moment>(dice() % 3);
  return stop;
}

std::int64_t random_clock(std::mt19937_64& dice) {
  constexpr std::int64_t days = 2 * 24 * 3600 * 1000;
  return static_cast<std::int64_t>(dice() % static_cast<std::uint64_t>(2 * days)) - days;
}

std::string text(const Stop& stop) {
  constexpr const char* moments[] = {"before", "in the middle of", "after"};
  return std::string(moments[static_cast<std::size_t>(stop.moment)]) + " " + text(stop.point) + " number " +
         std::to_string(stop.nth);
}

std::vector<Control> controls() {
  const auto when = [](What what, Kind kind, Decision::Way way) {
    return [=](const Hit& hit) { return hit.point == Point{what, kind} ? Decision{way, {}} : Decision{}; };
  };
  using Way = Decision::Way;
  return {
      {"syncs of segments do nothing", when(What::sync, Kind::segment, Way::nothing)},
      {"acknowledged before the sync", when(What::sync, Kind::segment, Way::late)},
      {"syncs of the segments' folder do nothing", when(What::sync_folder, Kind::segment, Way::nothing)},
      {"syncs of large contents do nothing", when(What::sync, Kind::large, Way::nothing)},
      {"syncs of their folder do nothing", when(What::sync_folder, Kind::large, Way::nothing)},
      {"one sync in four does nothing",
       [](const Hit& hit) {
         const bool lost = hit.point == Point{What::sync, Kind::segment} && hit.nth % 4 == 0;
         return lost ? Decision{Way::nothing, {}} : Decision{};
       }},
      {"one write in twenty does nothing",
       [](const Hit& hit) {
         const bool lost = hit.point == Point{What::write, Kind::segment} && hit.nth % 20 == 0;
         return lost ? Decision{Way::nothing, {}} : Decision{};
       }},
  };
}

}  // namespace x400::mstore::crash
