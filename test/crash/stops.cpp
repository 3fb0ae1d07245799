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

// Cleaning, step by step: what is dead is left out of the next generation, which gets its name; the index's
// rows move to it; the old one goes to retired/, and from there. Or a segment goes whole. At the next open
// what a crash left of it is tidied up.
constexpr Point cleaning[] = {
    {What::write, Kind::catalogue},   {What::sync, Kind::catalogue},      {What::open, Kind::rewrite},
    {What::write, Kind::rewrite},     {What::sync, Kind::rewrite},        {What::remove, Kind::rewrite},
    {What::rename, Kind::segment},    {What::sync_folder, Kind::segment}, {What::rename, Kind::retired},
    {What::rename, Kind::retired},    {What::sync_folder, Kind::retired}, {What::remove, Kind::retired},
    {What::write, Kind::removed},     {What::sync, Kind::removed},        {What::rename, Kind::removed},
    {What::sync_folder, Kind::other},
};
// Where the rows move: behind the one, the calls of the other.
constexpr Point moves_begin[] = {{What::rename, Kind::segment}, {What::rename, Kind::retired}};
constexpr Point moves[] = {
    {What::write, Kind::index_wal}, {What::write, Kind::index_wal},     {What::sync, Kind::index_wal},
    {What::write, Kind::index},     {What::sync, Kind::index},          {What::write, Kind::segment},
    {What::sync, Kind::segment},    {What::sync_folder, Kind::segment}, {What::rename, Kind::retired},
};

bool once(const Point& p) {
  return p.kind == Kind::identity || p.kind == Kind::torn || p.kind == Kind::position ||
         p.kind == Kind::folder;
}

}  // namespace

void StopWatch::arrive(const Hit& hit) {
  const std::lock_guard lock(mutex_);
  if (begun_ && hit.point == stop_.point && ++count_ == stop_.nth) call_ = hit.call;
  if (stop_.behind && hit.point == *stop_.behind) begun_ = true;
}

Stop random_stop(std::mt19937_64& dice) {
  Stop stop;
  const auto kind = dice() % 6;
  stop.point = kind == 0   ? moves[dice() % std::size(moves)]
               : kind <= 2 ? cleaning[dice() % std::size(cleaning)]
                           : points[dice() % std::size(points)];
  stop.cleaning = kind <= 2;
  if (kind == 0) stop.behind = moves_begin[dice() % std::size(moves_begin)];
  const std::uint64_t most = once(stop.point) ? 2 : std::uint64_t{1} << dice() % (kind <= 2 ? 4 : 8);
  stop.nth = 1 + dice() % most;
  stop.moment = static_cast<Stop::Moment>(dice() % 3);
  return stop;
}

std::int64_t random_clock(std::mt19937_64& dice) {
  constexpr std::int64_t days = 2 * 24 * 3600 * 1000;
  return static_cast<std::int64_t>(dice() % static_cast<std::uint64_t>(2 * days)) - days;
}

void work_enough(WorkOptions& how, std::mt19937_64& dice) {
  how.workers = 3;
  how.operations = 80 + static_cast<int>(dice() % 80);
}

std::string place(const Stop& stop) {
  return text(stop.point) + (stop.behind ? " behind " + text(*stop.behind) : "");
}

std::string text(const Stop& stop) {
  constexpr const char* moments[] = {"before", "in the middle of", "after"};
  return std::string(moments[static_cast<std::size_t>(stop.moment)]) + " " + place(stop) + " number " +
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
