// Checked pages: a file system for SQLite that sums each page of a database when it is written and looks at
// the sum when it is read, since SQLite itself believes whatever octets the disk gives back. (Its write-ahead
// log has sums of its own.)
//
// The sum stands in the last 8 octets of each page, which SQLite leaves alone where reserve_sums() was called
// before the first table was made; other databases are neither summed nor checked. A page that does not hold
// is an error of kind corrupt. A frame of the write-ahead log is written by one call (wal_frames.hpp).
//
// Threads: any.
#pragma once

struct sqlite3;

namespace x400::mstore::storage {

/// Name for sqlite3_open_v2; it lies over what is SQLite's default file system at the first call.
const char* checked_pages();
/// For a database that has no page yet. False: it has.
bool reserve_sums(sqlite3* db);

}  // namespace x400::mstore::storage
