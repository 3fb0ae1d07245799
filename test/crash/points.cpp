#include "points.hpp"

#include <algorithm>

namespace x400::mstore::crash {
namespace {

const char* name(What what) {
  constexpr const char* names[] = {"open",     "read",     "write",       "sync",   "size",
                                   "truncate", "allocate", "list",        "exists", "make_folder",
                                   "remove",   "rename",   "sync_folder", "lock",   "random"};
  return names[static_cast<std::size_t>(what)];
}

const char* name(Kind kind) {
  constexpr const char* names[] = {"identity", "lock",     "position", "segment", "rewrite", "catalogue",
                                   "removed",  "follower", "large",    "torn",    "retired", "reserve",
                                   "index",    "wal",      "folder",   "other"};
  return names[static_cast<std::size_t>(kind)];
}

Status done(Points& points, Point point, const std::function<Status()>& call,
            const std::function<void()>& half = nullptr) {
  const Hit hit = points.arrive(point);
  Decision d = points.decide(hit);
  Status result = Ok{};
  if (d.way == Decision::Way::go) result = call();
  if (d.way == Decision::Way::half && half) half();
  if (d.way == Decision::Way::fail || d.way == Decision::Way::half) result = *d.error;
  points.leave(hit);
  return result;
}

// For calls with a value: `nothing` makes no sense of them and is done.
template <class T>
Result<T> asked(Points& points, Point point, const std::function<Result<T>()>& call) {
  const Hit hit = points.arrive(point);
  Decision d = points.decide(hit);
  Result<T> result = d.error ? Result<T>(*d.error) : call();
  points.leave(hit);
  return result;
}

}  // namespace

Kind kind_of(const Path& path) {
  const std::string file = path.filename().string();
  const std::string folder = path.parent_path().filename().string();
  if (file == "store") return Kind::identity;
  if (file == "lock") return Kind::lock;
  if (file.starts_with("position")) return Kind::position;
  if (file == "reserve") return Kind::reserve;
  if (file.starts_with("index.db-wal")) return Kind::index_wal;
  if (file.starts_with("index.db")) return Kind::index;
  if (file == "removed" || file == "removed.new") return Kind::removed;
  if (folder == "followers" || file == "followers") return Kind::follower;
  if (folder == "log") return file.ends_with(".new") ? Kind::rewrite : Kind::segment;
  if (folder == "large") return Kind::large;
  if (folder == "torn") return Kind::torn;
  if (folder == "retired") return Kind::retired;
  return Kind::other;
}

std::string text(const Point& point) { return std::string(name(point.kind)) + "." + name(point.what); }

Hit Points::arrive(Point point) {
  const std::uint64_t call = calls_.fetch_add(1) + 1;
  const std::lock_guard lock(mutex_);
  return {point, ++counts_[point], call};
}

std::map<Point, std::uint64_t> Points::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

class PointEnv::PointFile final : public File {
 public:
  PointFile(Points& points, Kind kind, std::unique_ptr<File> base)
      : points_(points), kind_(kind), base_(std::move(base)) {}

  Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> into) const override {
    return asked<std::size_t>(points_, {What::read, kind_}, [&] { return base_->read(offset, into); });
  }
  Status write(std::uint64_t offset, std::span<const View> parts) override {
    if (late_.exchange(false)) X400_CHECK(base_->sync());
    const Kind kind = kind_ == Kind::segment && is_catalogue(parts) ? Kind::catalogue : kind_;
    catalogued_ = kind == Kind::catalogue;
    return done(
        points_, {What::write, kind}, [&] { return base_->write(offset, parts); },
        [&] { (void)base_->write(offset, first_half(parts)).ok(); });
  }
  Status sync() override {
    const Hit hit = points_.arrive({What::sync, catalogued_ ? Kind::catalogue : kind_});
    const Decision d = points_.decide(hit);
    Status result = Ok{};
    if (d.way == Decision::Way::go) result = base_->sync();
    if (d.way == Decision::Way::late) late_ = true;
    if (d.error) result = *d.error;
    points_.leave(hit);
    return result;
  }
  Result<std::uint64_t> size() const override {
    return asked<std::uint64_t>(points_, {What::size, kind_}, [&] { return base_->size(); });
  }
  Status truncate(std::uint64_t size) override {
    return done(points_, {What::truncate, kind_}, [&] { return base_->truncate(size); });
  }
  Status allocate(std::uint64_t size) override {
    return done(points_, {What::allocate, kind_}, [&] { return base_->allocate(size); });
  }

 private:
  // A batch with the flag of a catalogue.
  static bool is_catalogue(std::span<const View> parts) {
    const View head = parts.empty() ? View() : parts.front();
    return head.size() > 10 && chars(head.first(4)) == "BTCH" && (head[10] & 1) != 0;
  }

  static std::vector<View> first_half(std::span<const View> parts) {
    std::size_t left = 0;
    for (const View part : parts) left += part.size();
    left /= 2;
    std::vector<View> half;
    for (const View part : parts) {
      half.push_back(part.first(std::min(left, part.size())));
      left -= half.back().size();
    }
    return half;
  }

  Points& points_;
  const Kind kind_;
  std::unique_ptr<File> base_;
  std::atomic<bool> late_{false};
  std::atomic<bool> catalogued_{false};  // what was written last
};

Result<std::unique_ptr<File>> PointEnv::open(const Path& path, OpenMode mode) {
  const Kind kind = kind_of(path);
  return asked<std::unique_ptr<File>>(points_, {What::open, kind}, [&]() -> Result<std::unique_ptr<File>> {
    X400_TRY(file, base_.open(path, mode));
    return std::unique_ptr<File>(std::make_unique<PointFile>(points_, kind, std::move(file)));
  });
}
Result<std::vector<std::string>> PointEnv::list(const Path& folder) {
  return asked<std::vector<std::string>>(points_, {What::list, Kind::folder},
                                         [&] { return base_.list(folder); });
}
Result<bool> PointEnv::exists(const Path& path) {
  return asked<bool>(points_, {What::exists, kind_of(path)}, [&] { return base_.exists(path); });
}
Status PointEnv::make_folder(const Path& path) {
  return done(points_, {What::make_folder, Kind::folder}, [&] { return base_.make_folder(path); });
}
Status PointEnv::remove(const Path& path) {
  return done(points_, {What::remove, kind_of(path)}, [&] { return base_.remove(path); });
}
Status PointEnv::rename(const Path& from, const Path& to) {
  return done(points_, {What::rename, kind_of(to)}, [&] { return base_.rename(from, to); });
}
Status PointEnv::sync_folder(const Path& folder) {
  // By what lies in it, so that each folder's sync is a point of its own.
  return done(points_, {What::sync_folder, kind_of(folder / "x")}, [&] { return base_.sync_folder(folder); });
}
Result<std::unique_ptr<Lock>> PointEnv::lock(const Path& path) {
  return asked<std::unique_ptr<Lock>>(points_, {What::lock, Kind::lock}, [&] { return base_.lock(path); });
}
Status PointEnv::random(std::span<std::uint8_t> into) {
  return done(points_, {What::random, Kind::other}, [&] { return base_.random(into); });
}

}  // namespace x400::mstore::crash
