#include "index_disk.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <random>

namespace x400::mstore::crash {
namespace {

constexpr std::int64_t sector = 512;

// A file with sectors that are not synced; what they held before is kept.
struct Tracked {
  std::string path;
  std::int64_t synced_size = 0;
  std::map<std::int64_t, Octets> before;
};

struct Shared {
  std::mutex mutex;
  Points* points = nullptr;
  bool dead = false;
  std::map<std::string, std::shared_ptr<Tracked>> files;
};
Shared& shared() {
  static Shared s;
  return s;
}

sqlite3_vfs* base() {
  static sqlite3_vfs* const vfs = sqlite3_vfs_find("unix");
  return vfs;
}

thread_local int last_errno = 0;

struct Answer {
  int code = SQLITE_OK;
  Decision::Way way = Decision::Way::go;
};

// What SQLite itself makes of the system's errors.
int code_of(What what, const Error& error) {
  const bool full = error.kind() == ErrorKind::unavailable;
  last_errno = full ? (what == What::open ? EMFILE : ENOSPC) : EIO;
  switch (what) {
    case What::open: return SQLITE_CANTOPEN;
    case What::read: return SQLITE_IOERR_READ;
    case What::write: return full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    case What::sync: return SQLITE_IOERR_FSYNC;
    case What::truncate: return SQLITE_IOERR_TRUNCATE;
    case What::size: return SQLITE_IOERR_FSTAT;
    case What::remove: return SQLITE_IOERR_DELETE;
    default: return SQLITE_IOERR;
  }
}

template <class Call, class Half>
int at_point(Point point, const Call& call, const Half& half) {
  Points* points = nullptr;
  {
    const std::lock_guard lock(shared().mutex);
    if (shared().dead) return last_errno = EIO, SQLITE_IOERR;
    points = shared().points;
  }
  if (points == nullptr) return call();
  const Hit hit = points->arrive(point);
  const Decision d = points->decide(hit);
  int result = SQLITE_OK;
  if (d.way == Decision::Way::go) result = call();
  if (d.way == Decision::Way::half) half();
  if (d.error) result = code_of(point.what, *d.error);
  points->leave(hit);
  return result;
}

template <class Call>
int at_point(Point point, const Call& call) {
  return at_point(point, call, [] {});
}

struct ShimFile {
  sqlite3_file head;
  Kind kind;
  std::shared_ptr<Tracked>* tracked;  // null: not one of ours
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};
ShimFile* shim(sqlite3_file* file) { return reinterpret_cast<ShimFile*>(file); }
sqlite3_file* real(sqlite3_file* file) { return shim(file)->real(); }

// Keeps what the octets held, those of whole sectors.
void remember(ShimFile& file, std::int64_t offset, std::int64_t count) {
  if (file.tracked == nullptr || count <= 0) return;
  Tracked& t = **file.tracked;
  for (std::int64_t n = offset / sector; n <= (offset + count - 1) / sector; ++n) {
    const std::lock_guard lock(shared().mutex);
    if (t.before.contains(n)) continue;
    const std::int64_t left = std::min(sector, t.synced_size - n * sector);
    Octets octets(left > 0 ? static_cast<std::size_t>(left) : 0);
    if (!octets.empty())
      file.real()->pMethods->xRead(file.real(), octets.data(), static_cast<int>(octets.size()), n * sector);
    t.before[n] = std::move(octets);
  }
}

int shim_close(sqlite3_file* file) {
  const int code = real(file)->pMethods != nullptr ? real(file)->pMethods->xClose(real(file)) : SQLITE_OK;
  delete shim(file)->tracked;
  shim(file)->tracked = nullptr;
  return code;
}
int shim_read(sqlite3_file* file, void* into, int count, sqlite3_int64 offset) {
  return at_point({What::read, shim(file)->kind},
                  [&] { return real(file)->pMethods->xRead(real(file), into, count, offset); });
}
int shim_write(sqlite3_file* file, const void* from, int count, sqlite3_int64 offset) {
  const auto write = [&](int n) {
    remember(*shim(file), offset, n);
    return real(file)->pMethods->xWrite(real(file), from, n, offset);
  };
  return at_point(
      {What::write, shim(file)->kind}, [&] { return write(count); }, [&] { write(count / 2); });
}
int shim_truncate(sqlite3_file* file, sqlite3_int64 size) {
  return at_point({What::truncate, shim(file)->kind}, [&] {
    sqlite3_int64 now = 0;
    real(file)->pMethods->xFileSize(real(file), &now);
    remember(*shim(file), size, now - size);
    return real(file)->pMethods->xTruncate(real(file), size);
  });
}
int shim_sync(sqlite3_file* file, int flags) {
  return at_point({What::sync, shim(file)->kind}, [&] {
    const int code = real(file)->pMethods->xSync(real(file), flags);
    if (shim(file)->tracked == nullptr || code != SQLITE_OK) return code;
    sqlite3_int64 now = 0;
    real(file)->pMethods->xFileSize(real(file), &now);
    const std::lock_guard lock(shared().mutex);
    (*shim(file)->tracked)->before.clear();
    (*shim(file)->tracked)->synced_size = now;
    return code;
  });
}
int shim_size(sqlite3_file* file, sqlite3_int64* size) {
  return at_point({What::size, shim(file)->kind},
                  [&] { return real(file)->pMethods->xFileSize(real(file), size); });
}
int shim_lock(sqlite3_file* file, int level) { return real(file)->pMethods->xLock(real(file), level); }
int shim_unlock(sqlite3_file* file, int level) { return real(file)->pMethods->xUnlock(real(file), level); }
int shim_reserved(sqlite3_file* file, int* out) {
  return real(file)->pMethods->xCheckReservedLock(real(file), out);
}
int shim_control(sqlite3_file* file, int what, void* argument) {
  return real(file)->pMethods->xFileControl(real(file), what, argument);
}
int shim_sector(sqlite3_file* file) { return real(file)->pMethods->xSectorSize(real(file)); }
int shim_device(sqlite3_file* file) { return real(file)->pMethods->xDeviceCharacteristics(real(file)); }
int shim_map(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
  return real(file)->pMethods->xShmMap(real(file), page, size, extend, out);
}
int shim_shm_lock(sqlite3_file* file, int offset, int n, int flags) {
  return real(file)->pMethods->xShmLock(real(file), offset, n, flags);
}
void shim_barrier(sqlite3_file* file) { real(file)->pMethods->xShmBarrier(real(file)); }
int shim_unmap(sqlite3_file* file, int erase) { return real(file)->pMethods->xShmUnmap(real(file), erase); }

const sqlite3_io_methods methods = {
    2,           shim_close, shim_read,     shim_write,    shim_truncate, shim_sync,
    shim_size,   shim_lock,  shim_unlock,   shim_reserved, shim_control,  shim_sector,
    shim_device, shim_map,   shim_shm_lock, shim_barrier,  shim_unmap,    nullptr,
    nullptr};

// Ours: the database and its write-ahead log, but not one being made.
std::shared_ptr<Tracked> track(const std::string& path, sqlite3_file* file) {
  const std::string name = std::filesystem::path(path).filename().string();
  if (name != "index.db" && name != "index.db-wal") return nullptr;
  const std::lock_guard lock(shared().mutex);
  auto& known = shared().files[path];
  if (!known) {
    known = std::make_shared<Tracked>();
    known->path = path;
    sqlite3_int64 size = 0;
    file->pMethods->xFileSize(file, &size);
    known->synced_size = size;
  }
  return known;
}

int shim_open(sqlite3_vfs*, const char* path, sqlite3_file* file, int flags, int* out) {
  ShimFile* own = shim(file);
  std::memset(file, 0, sizeof(ShimFile));
  own->kind = path != nullptr ? kind_of(path) : Kind::other;
  return at_point({What::open, own->kind}, [&] {
    const int code = base()->xOpen(base(), path, own->real(), flags, out);
    if (code != SQLITE_OK) return code;
    if (path != nullptr)
      if (auto t = track(path, own->real())) own->tracked = new std::shared_ptr<Tracked>(std::move(t));
    file->pMethods = &methods;
    return code;
  });
}
int shim_delete(sqlite3_vfs*, const char* path, int sync) {
  return at_point({What::remove, kind_of(path)}, [&] {
    const int code = base()->xDelete(base(), path, sync);
    const std::lock_guard lock(shared().mutex);
    shared().files.erase(path);
    return code;
  });
}
int shim_access(sqlite3_vfs*, const char* path, int flags, int* out) {
  return base()->xAccess(base(), path, flags, out);
}
int shim_full_path(sqlite3_vfs*, const char* path, int size, char* out) {
  return base()->xFullPathname(base(), path, size, out);
}
int shim_random(sqlite3_vfs*, int count, char* out) { return base()->xRandomness(base(), count, out); }
int shim_sleep(sqlite3_vfs*, int us) { return base()->xSleep(base(), us); }
int shim_time(sqlite3_vfs*, double* out) { return base()->xCurrentTime(base(), out); }
int shim_time64(sqlite3_vfs*, sqlite3_int64* out) { return base()->xCurrentTimeInt64(base(), out); }
int shim_error(sqlite3_vfs*, int, char*) { return std::exchange(last_errno, 0); }

sqlite3_vfs make_vfs() {
  sqlite3_vfs v{};
  v.iVersion = 2;
  v.szOsFile = static_cast<int>(sizeof(ShimFile)) + base()->szOsFile;
  v.mxPathname = base()->mxPathname;
  v.zName = "x400-crash";
  v.xOpen = shim_open;
  v.xDelete = shim_delete;
  v.xAccess = shim_access;
  v.xFullPathname = shim_full_path;
  v.xRandomness = shim_random;
  v.xSleep = shim_sleep;
  v.xCurrentTime = shim_time;
  v.xCurrentTimeInt64 = shim_time64;
  v.xGetLastError = shim_error;
  return v;
}

void put_back(const Tracked& t, std::mt19937_64& dice, double keep) {
  namespace fs = std::filesystem;
  if (!fs::exists(t.path)) return;
  const auto kept = [&] { return std::uniform_real_distribution<>(0, 1)(dice) < keep; };
  const auto size = static_cast<std::int64_t>(fs::file_size(t.path));
  if (size > t.synced_size && !kept()) fs::resize_file(t.path, static_cast<std::uintmax_t>(t.synced_size));
  std::fstream file(t.path, std::ios::in | std::ios::out | std::ios::binary);
  for (const auto& [n, octets] : t.before) {
    if (kept()) continue;
    Octets whole = octets;
    const auto end = static_cast<std::int64_t>(fs::file_size(t.path));
    // Beyond what was synced an untouched sector is zeroes.
    whole.resize(static_cast<std::size_t>(std::clamp<std::int64_t>(
        std::max(end, n * sector + static_cast<std::int64_t>(octets.size())) - n * sector, 0, sector)));
    file.seekp(n * sector);
    file.write(reinterpret_cast<const char*>(whole.data()), static_cast<std::streamsize>(whole.size()));
    file.flush();
  }
}

}  // namespace

IndexDisk& IndexDisk::install() {
  static IndexDisk disk;
  static sqlite3_vfs vfs = [] {
    sqlite3_initialize();
    return make_vfs();
  }();
  sqlite3_vfs_register(&vfs, 1);
  return disk;
}

void IndexDisk::use(Points* points) {
  const std::lock_guard lock(shared().mutex);
  shared().points = points;
}

void IndexDisk::cut() {
  const std::lock_guard lock(shared().mutex);
  shared().dead = true;
}

void IndexDisk::settle(std::uint64_t seed, double keep) {
  const std::lock_guard lock(shared().mutex);
  std::mt19937_64 dice(seed);
  for (const auto& [path, tracked] : shared().files) put_back(*tracked, dice, keep);
  shared().files.clear();
  shared().dead = false;
}

void IndexDisk::forget() {
  const std::lock_guard lock(shared().mutex);
  shared().files.clear();
  shared().dead = false;
}

}  // namespace x400::mstore::crash
