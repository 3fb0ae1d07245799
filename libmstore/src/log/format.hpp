// The log's formats: headers of segments, batches and records (docs/formats.md tells them octet by octet).
//
// Headers are checked whole when decoded: a value returned was written by us, for this place.
// The checksums of batch and record headers begin with the segment's random salt, so that octets which came
// from outside (a message that contains a copy of a log) never pass for them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "backend/types.hpp"
#include "x400/base/octets.hpp"
#include "x400/base/result.hpp"

namespace x400::mstore::storage {

using backend::Lsn;
using backend::MailboxNumber;
using backend::SequenceNumber;
using backend::Time;

inline constexpr std::uint16_t format_major = 1;  ///< a reader refuses a higher one
inline constexpr std::uint16_t format_minor = 0;  ///< a reader takes a higher one; see docs/formats.md
inline constexpr std::uint64_t segment_header_size = 4096;
inline constexpr std::uint32_t batch_header_size = 64;
inline constexpr std::uint32_t record_header_size = 64;
inline constexpr std::uint32_t content_block = 64 * 1024;  ///< octets under one content checksum

inline constexpr unsigned lsn_count_bits = 44;
constexpr Lsn make_lsn(std::uint32_t epoch, std::uint64_t n) {
  return static_cast<Lsn>(epoch) << lsn_count_bits | n;
}
constexpr std::uint32_t lsn_epoch(Lsn lsn) { return static_cast<std::uint32_t>(lsn >> lsn_count_bits); }
constexpr std::uint64_t lsn_count(Lsn lsn) { return lsn & ((Lsn{1} << lsn_count_bits) - 1); }
/// "epoch.count", as reports name it.
std::string lsn_text(Lsn lsn);

constexpr std::uint64_t round_up8(std::uint64_t n) { return (n + 7) & ~std::uint64_t{7}; }

using StoreId = std::array<std::uint8_t, 16>;

/// A place between batches: all before it is known, all behind it is not.
struct LogPosition {
  std::uint32_t segment = 0;  ///< 0: before everything
  std::uint64_t offset = 0;
  Lsn lsn = 0;  ///< of the last record before it
  friend bool operator==(const LogPosition&, const LogPosition&) = default;
};

struct SegmentHeader {
  StoreId store{};
  std::uint16_t shard = 0;
  std::uint16_t shards = 1;
  std::uint32_t segment = 1;
  std::uint32_t generation = 0;  ///< counts rewrites by cleaning
  std::uint32_t epoch = 1;
  std::uint32_t flags = 0;  ///< segment_cleaned
  std::uint64_t salt = 0;
  Time created = 0;
  LogPosition previous;  ///< where the log before this segment ends; what lies behind is not log
  // Of a cleaned segment:
  std::uint64_t own_end = 0;  ///< where its log ends; what a successor says is about an earlier generation
  Lsn last_lsn = 0;           ///< the last that it held before any cleaning
  Lsn as_of = 0;              ///< its entries carry their state as of this one
};
inline constexpr std::uint32_t segment_cleaned = 1;  ///< numbers are missing

Octets encode(const SegmentHeader& header);
/// malformed: no segment header; corrupt: damaged; unsupported: of a later major version.
Result<SegmentHeader> decode_segment_header(View octets);

struct BatchHeader {
  std::uint16_t flags = 0;        ///< batch_catalogue, batch_sparse
  std::uint32_t count = 0;        ///< records
  std::uint32_t length = 0;       ///< octets of the whole batch, a multiple of 8
  std::uint32_t records_crc = 0;  ///< over all record headers, in order
  Lsn first_lsn = 0;
  std::uint64_t offset = 0;  ///< of itself in the segment
  std::uint32_t segment = 0;
  std::uint32_t span = 0;  ///< sparse: last LSN less the first
  Time time = 0;
  Lsn last_lsn() const;
};
/// Stands behind the end of a sealed segment (log/catalogue.hpp); consumes no LSN.
inline constexpr std::uint16_t batch_catalogue = 1;
/// Of a cleaned segment: the numbers rise, but some are missing.
inline constexpr std::uint16_t batch_sparse = 2;
inline Lsn BatchHeader::last_lsn() const {
  return first_lsn + ((flags & batch_sparse) != 0 ? span : count - 1);
}

void encode(const BatchHeader& header, std::uint64_t salt, std::uint8_t* to);
/// Nothing: no batch of this segment begins at this place. `octets`: at least batch_header_size.
std::optional<BatchHeader> decode_batch_header(View octets, std::uint64_t salt, std::uint32_t segment,
                                               std::uint64_t offset);

/// The values are stored: do not change them.
enum class RecordType : std::uint8_t {
  mailbox = 1,  ///< made or its properties changed
  entry = 2,
  status = 3,
  remove = 4,
  modify = 5,
  item = 6,
  event = 7,
  counter = 8,  ///< next number and last time of a mailbox raised
  archive = 9,  ///< removed, but kept in the archive; the body is that of remove
};

struct RecordHeader {
  RecordType type = RecordType::entry;
  std::uint8_t version = 1;
  std::uint16_t flags = 0;  ///< record_last_of_set, record_ignorable
  MailboxNumber mailbox = 0;
  Lsn lsn = 0;
  Time time = 0;
  SequenceNumber number = 0;
  std::uint16_t attribute_set = 1;  ///< of the attribute table that derived the attributes
  std::uint32_t body_size = 0;
  std::uint32_t body_crc = 0;
  std::uint64_t content_size = 0;
  std::uint64_t content_file = 0;         ///< 0: the content follows the body; else the id of its file
  std::vector<std::uint32_t> block_crcs;  ///< of each content_block octets of content

  std::uint32_t header_size() const {
    return static_cast<std::uint32_t>(round_up8(record_header_size + 4 * block_crcs.size()));
  }
  std::uint64_t inline_content() const { return content_file == 0 ? content_size : 0; }
  /// Octets of the whole record with what fills it up to a multiple of 8.
  std::uint64_t record_size() const { return round_up8(header_size() + body_size + inline_content()); }
};
inline constexpr std::uint16_t record_last_of_set = 1;
inline constexpr std::uint16_t record_ignorable =
    0x8000;  ///< a reader that does not know the type passes it over

constexpr std::uint64_t block_count(std::uint64_t size) { return (size + content_block - 1) / content_block; }
/// Sets content_size and block_crcs.
void describe_content(RecordHeader& header, View content);
/// Writes header_size() octets.
void encode(const RecordHeader& header, std::uint64_t salt, std::uint8_t* to);
/// Nothing: no record header. `octets` begin with it and reach as far as it may.
std::optional<RecordHeader> decode_record_header(View octets, std::uint64_t salt);

/// "0000002a.0000": SEGMENT.GENERATION in hexadecimal.
std::string segment_name(std::uint32_t segment, std::uint32_t generation);
/// Nothing: not the name of a segment.
std::optional<std::pair<std::uint32_t, std::uint32_t>> parse_segment_name(const std::string& name);

}  // namespace x400::mstore::storage
