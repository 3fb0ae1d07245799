#include "index/checked_pages.hpp"

#include <sqlite3.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <new>

#include "index/wal_frames.hpp"
#include "log/crc32c.hpp"
#include "log/fields.hpp"

namespace x400::mstore::storage {
namespace {

constexpr int page = 4096;
constexpr int sum_size = 8;
constexpr std::uint32_t sum_magic = 0x4d555358;  // "XSUM"
constexpr int reserved_at = 20;  // in a database's header: octets reserved at the end of a page
constexpr int header_size = 100;

sqlite3_vfs* base = nullptr;

struct CheckedFile {
  sqlite3_file head;
  bool database;      // may have sums
  bool summed;        // has them
  WalFrames* frames;  // of a write-ahead log, owned; C makes and frees this struct
  sqlite3_file* inner() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};
CheckedFile* own(sqlite3_file* file) { return reinterpret_cast<CheckedFile*>(file); }
sqlite3_file* inner(sqlite3_file* file) { return own(file)->inner(); }
const sqlite3_io_methods& of(sqlite3_file* file) { return *inner(file)->pMethods; }

// With the page's place, so that one written elsewhere is found out.
std::uint32_t sum(const std::uint8_t* octets, sqlite3_int64 offset) {
  std::array<std::uint8_t, 8> place;
  put_field(place.data(), static_cast<std::uint64_t>(offset));
  return crc32c(View(octets, page - sum_size), crc32c(place));
}

bool whole_page(int count, sqlite3_int64 offset) { return count == page && offset % page == 0; }

// What the first page says of itself.
void look_at_header(CheckedFile& file, const void* octets, int count, sqlite3_int64 offset) {
  if (!file.database || offset != 0 || count < header_size) return;
  const auto* header = static_cast<const std::uint8_t*>(octets);
  file.summed = std::memcmp(header, "SQLite format 3", 16) == 0 && header[reserved_at] == sum_size;
}

// Before anything but the page that its head waits for.
int write_head(sqlite3_file* file) {
  WalFrames* frames = own(file)->frames;
  if (frames == nullptr) return SQLITE_OK;
  const std::uint8_t* head = frames->head();
  const sqlite3_int64 at = frames->head_at();
  frames->interrupted();
  return head == nullptr ? SQLITE_OK : of(file).xWrite(inner(file), head, WalFrames::head_size, at);
}

int write_frame(sqlite3_file* file, const void* from, int count, sqlite3_int64 offset) {
  WalFrames& frames = *own(file)->frames;
  if (frames.put_aside(from, count, offset)) return SQLITE_OK;
  int code = SQLITE_OK;
  if (const std::uint8_t* frame = frames.frame(from, count, offset)) {
    code = of(file).xWrite(inner(file), frame, WalFrames::head_size + count, frames.head_at());
  } else {
    code = write_head(file);
    if (code == SQLITE_OK) code = of(file).xWrite(inner(file), from, count, offset);
  }
  if (code == SQLITE_OK)
    frames.written(offset + count);
  else
    frames.interrupted();
  return code;
}

int checked_read(sqlite3_file* file, void* into, int count, sqlite3_int64 offset) {
  if (const int code = write_head(file); code != SQLITE_OK) return code;
  const int code = of(file).xRead(inner(file), into, count, offset);
  if (code != SQLITE_OK || !own(file)->summed || !whole_page(count, offset)) return code;
  const auto* octets = static_cast<const std::uint8_t*>(into);
  const bool good = get_field<std::uint32_t>(octets + page - sum_size) == sum_magic &&
                    get_field<std::uint32_t>(octets + page - 4) == sum(octets, offset);
  return good ? SQLITE_OK : SQLITE_IOERR_DATA;
}

int checked_write(sqlite3_file* file, const void* from, int count, sqlite3_int64 offset) {
  if (own(file)->frames != nullptr) return write_frame(file, from, count, offset);
  look_at_header(*own(file), from, count, offset);
  if (!own(file)->summed || !whole_page(count, offset))
    return of(file).xWrite(inner(file), from, count, offset);
  std::array<std::uint8_t, page> octets;
  std::memcpy(octets.data(), from, page);
  put_field(octets.data() + page - sum_size, sum_magic);
  put_field(octets.data() + page - 4, sum(octets.data(), offset));
  return of(file).xWrite(inner(file), octets.data(), count, offset);
}

// ---- all else as it is

int checked_close(sqlite3_file* f) {
  const int code = write_head(f);
  delete own(f)->frames;
  const int closed = of(f).xClose(inner(f));
  return code != SQLITE_OK ? code : closed;
}
int checked_truncate(sqlite3_file* f, sqlite3_int64 size) {
  const int code = write_head(f);
  return code != SQLITE_OK ? code : of(f).xTruncate(inner(f), size);
}
int checked_sync(sqlite3_file* f, int flags) {
  const int code = write_head(f);
  return code != SQLITE_OK ? code : of(f).xSync(inner(f), flags);
}
int checked_size(sqlite3_file* f, sqlite3_int64* size) {
  const int code = write_head(f);
  return code != SQLITE_OK ? code : of(f).xFileSize(inner(f), size);
}
int plain_lock(sqlite3_file* f, int level) { return of(f).xLock(inner(f), level); }
int plain_unlock(sqlite3_file* f, int level) { return of(f).xUnlock(inner(f), level); }
int plain_reserved(sqlite3_file* f, int* out) { return of(f).xCheckReservedLock(inner(f), out); }
int plain_control(sqlite3_file* f, int what, void* argument) {
  return of(f).xFileControl(inner(f), what, argument);
}
int plain_sector(sqlite3_file* f) { return of(f).xSectorSize(inner(f)); }
int plain_device(sqlite3_file* f) { return of(f).xDeviceCharacteristics(inner(f)); }
int plain_map(sqlite3_file* f, int region, int size, int extend, void volatile** out) {
  return of(f).xShmMap(inner(f), region, size, extend, out);
}
int plain_map_lock(sqlite3_file* f, int offset, int n, int flags) {
  return of(f).xShmLock(inner(f), offset, n, flags);
}
void plain_barrier(sqlite3_file* f) { of(f).xShmBarrier(inner(f)); }
int plain_unmap(sqlite3_file* f, int erase) { return of(f).xShmUnmap(inner(f), erase); }

// Version 2: nothing is read past xRead by a mapping of the file.
constexpr sqlite3_io_methods methods = {2,
                                        checked_close,
                                        checked_read,
                                        checked_write,
                                        checked_truncate,
                                        checked_sync,
                                        checked_size,
                                        plain_lock,
                                        plain_unlock,
                                        plain_reserved,
                                        plain_control,
                                        plain_sector,
                                        plain_device,
                                        plain_map,
                                        plain_map_lock,
                                        plain_barrier,
                                        plain_unmap,
                                        nullptr,
                                        nullptr};

int checked_open(sqlite3_vfs*, const char* path, sqlite3_file* file, int flags, int* out) {
  std::memset(file, 0, sizeof(CheckedFile));
  CheckedFile* made = own(file);
  made->database = (flags & SQLITE_OPEN_MAIN_DB) != 0;
  const int code = base->xOpen(base, path, made->inner(), flags, out);
  if (made->inner()->pMethods != nullptr) file->pMethods = &methods;
  if (code == SQLITE_OK && (flags & SQLITE_OPEN_WAL) != 0) made->frames = new (std::nothrow) WalFrames;
  if (code != SQLITE_OK || !made->database) return code;
  std::array<std::uint8_t, header_size> header;
  if (of(file).xRead(inner(file), header.data(), header_size, 0) == SQLITE_OK)
    look_at_header(*made, header.data(), header_size, 0);
  return code;
}
int plain_delete(sqlite3_vfs*, const char* path, int sync) { return base->xDelete(base, path, sync); }
int plain_access(sqlite3_vfs*, const char* path, int flags, int* out) {
  return base->xAccess(base, path, flags, out);
}
int plain_path(sqlite3_vfs*, const char* path, int size, char* out) {
  return base->xFullPathname(base, path, size, out);
}
int plain_random(sqlite3_vfs*, int count, char* out) { return base->xRandomness(base, count, out); }
int plain_sleep(sqlite3_vfs*, int microseconds) { return base->xSleep(base, microseconds); }
int plain_time(sqlite3_vfs*, double* out) { return base->xCurrentTime(base, out); }
int plain_time64(sqlite3_vfs*, sqlite3_int64* out) { return base->xCurrentTimeInt64(base, out); }
int plain_error(sqlite3_vfs*, int size, char* out) { return base->xGetLastError(base, size, out); }

sqlite3_vfs make_vfs() {
  sqlite3_initialize();
  base = sqlite3_vfs_find(nullptr);
  sqlite3_vfs v{};
  v.iVersion = 2;
  v.szOsFile = static_cast<int>(sizeof(CheckedFile)) + base->szOsFile;
  v.mxPathname = base->mxPathname;
  v.zName = "x400-checked";
  v.xOpen = checked_open;
  v.xDelete = plain_delete;
  v.xAccess = plain_access;
  v.xFullPathname = plain_path;
  v.xRandomness = plain_random;
  v.xSleep = plain_sleep;
  v.xCurrentTime = plain_time;
  v.xCurrentTimeInt64 = plain_time64;
  v.xGetLastError = plain_error;
  return v;
}

}  // namespace

const char* checked_pages() {
  static sqlite3_vfs vfs = make_vfs();
  static const int registered = sqlite3_vfs_register(&vfs, 0);
  return registered == SQLITE_OK ? vfs.zName : nullptr;
}

bool reserve_sums(sqlite3* db) {
  int octets = sum_size;
  return sqlite3_file_control(db, "main", SQLITE_FCNTL_RESERVE_BYTES, &octets) == SQLITE_OK;
}

}  // namespace x400::mstore::storage
