// Points: the calls by which the engine touches the disk, named by what is called on what kind of file, and
// an Env that stops at them. A point is where a round kills, cuts the power or lets a call fail.
//
// Threads: any; hooks are called on the caller's thread and may be called at the same time.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "env/env.hpp"

namespace x400::mstore::crash {

enum class What : std::uint8_t {
  open,
  read,
  write,
  sync,
  size,
  truncate,
  allocate,
  list,
  exists,
  make_folder,
  remove,
  rename,
  sync_folder,
  lock,
  random,
};

enum class Kind : std::uint8_t {
  identity,
  lock,
  position,
  segment,
  rewrite,    ///< the next generation of a segment, before it has its name
  catalogue,  ///< a segment, where a catalogue is written into it
  removed,
  follower,
  large,
  torn,
  retired,
  reserve,
  index,
  index_wal,
  folder,
  other,
};
Kind kind_of(const Path& path);

struct Point {
  What what = What::write;
  Kind kind = Kind::segment;
  friend auto operator<=>(const Point&, const Point&) = default;
};
/// "segment.write"
std::string text(const Point& point);

struct Hit {
  Point point;
  std::uint64_t nth = 1;   ///< of this point, from 1
  std::uint64_t call = 1;  ///< of all calls, from 1
};

/// What a hook wants done with a call.
struct Decision {
  enum class Way : std::uint8_t {
    go,       ///< as asked
    fail,     ///< not done, `error`
    half,     ///< a write: the first half is done, then `error`; else as fail
    nothing,  ///< not done, success told
    late,     ///< a sync: success told, done before the next write to the file
  } way = Way::go;
  std::optional<Error> error{};
};

/// Counts calls and asks its hooks. A process has one for all; null hooks do nothing.
class Points {
 public:
  std::function<Decision(const Hit&)> before;
  std::function<void(const Hit&)> after;  ///< also after `half` and `nothing`
  std::int64_t clock = 0;                 ///< how far the clock is set wrong, in milliseconds

  Hit arrive(Point point);
  Decision decide(const Hit& hit) { return before ? before(hit) : Decision{}; }
  void leave(const Hit& hit) {
    if (after) after(hit);
  }
  std::map<Point, std::uint64_t> counts() const;
  std::uint64_t calls() const { return calls_.load(); }

 private:
  mutable std::mutex mutex_;
  std::map<Point, std::uint64_t> counts_;
  std::atomic<std::uint64_t> calls_{0};
};

class PointEnv final : public Env {
 public:
  PointEnv(Env& base, Points& points) : base_(base), points_(points) {}

  Result<std::unique_ptr<File>> open(const Path& path, OpenMode mode) override;
  Result<std::vector<std::string>> list(const Path& folder) override;
  Result<bool> exists(const Path& path) override;
  Status make_folder(const Path& path) override;
  Status remove(const Path& path) override;
  Status rename(const Path& from, const Path& to) override;
  Status sync_folder(const Path& folder) override;
  Result<std::unique_ptr<Lock>> lock(const Path& path) override;
  Result<std::uint64_t> identity(const Path& path) override { return base_.identity(path); }
  Result<std::uint64_t> room(const Path& folder) override { return base_.room(folder); }
  std::int64_t now() override { return base_.now() + points_.clock; }
  Status random(std::span<std::uint8_t> into) override;

 private:
  class PointFile;
  Env& base_;
  Points& points_;
};

}  // namespace x400::mstore::crash
