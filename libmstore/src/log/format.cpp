#include "log/format.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "log/crc32c.hpp"
#include "log/fields.hpp"

namespace x400::mstore::storage {
namespace {

constexpr std::array<std::uint8_t, 8> segment_magic{'X', '4', '0', '0', 'M', 'S', 'L', 'G'};
constexpr std::uint32_t batch_magic = 0x48435442;  // "BTCH"
constexpr std::uint32_t segment_fields = 128;      // octets under the checksum, in front of it

std::uint32_t salted(std::uint64_t salt) {
  std::array<std::uint8_t, 8> octets;
  put_field(octets.data(), salt);
  return crc32c(octets);
}

std::optional<std::uint32_t> parse_hex(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string hex(std::uint32_t value, int digits) {
  std::string text;
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) text += "0123456789abcdef"[value >> shift & 15];
  return text;
}

}  // namespace

std::string lsn_text(Lsn lsn) {
  return std::to_string(lsn_epoch(lsn)) + "." + std::to_string(lsn_count(lsn));
}

Octets encode(const SegmentHeader& h) {
  Octets out;
  out.reserve(segment_header_size);
  FieldWriter w(out);
  append(out, segment_magic);
  w.u16(format_major);
  w.u16(format_minor);
  w.u32(static_cast<std::uint32_t>(segment_header_size));
  append(out, h.store);
  w.u16(h.shard);
  w.u16(h.shards);
  w.u32(h.segment);
  w.u32(h.generation);
  w.u32(h.epoch);
  w.u64(h.salt);
  w.i64(h.created);
  w.u32(h.flags);
  w.u32(h.previous.segment);
  w.u64(h.previous.offset);
  w.u64(h.previous.lsn);
  w.u64(h.own_end);
  w.u64(h.last_lsn);
  w.u64(h.as_of);
  out.resize(segment_fields);
  w.u32(crc32c(out));
  out.resize(segment_header_size);
  return out;
}

Result<SegmentHeader> decode_segment_header(View octets) {
  if (octets.size() < segment_header_size ||
      !std::equal(segment_magic.begin(), segment_magic.end(), octets.begin()))
    return Error(ErrorKind::malformed, "no segment header");
  if (crc32c(octets.first(segment_fields)) != get_field<std::uint32_t>(octets.data() + segment_fields))
    return Error(ErrorKind::corrupt, "damaged segment header");
  FieldReader r(octets.subspan(segment_magic.size()));
  const std::uint16_t major = r.u16();
  r.u16();
  if (major > format_major)
    return Error(ErrorKind::unsupported, "written by a later version: format " + std::to_string(major));
  if (r.u32() != segment_header_size) return Error(ErrorKind::unsupported, "segment header of another size");
  SegmentHeader h;
  const View store = r.take(h.store.size());
  std::copy(store.begin(), store.end(), h.store.begin());
  h.shard = r.u16();
  h.shards = r.u16();
  h.segment = r.u32();
  h.generation = r.u32();
  h.epoch = r.u32();
  h.salt = r.u64();
  h.created = r.i64();
  h.flags = r.u32();
  h.previous.segment = r.u32();
  h.previous.offset = r.u64();
  h.previous.lsn = r.u64();
  h.own_end = r.u64();
  h.last_lsn = r.u64();
  h.as_of = r.u64();
  return h;
}

void encode(const BatchHeader& h, std::uint64_t salt, std::uint8_t* to) {
  std::memset(to, 0, batch_header_size);
  put_field(to, batch_magic);
  put_field(to + 8, std::uint16_t{1});
  put_field(to + 10, h.flags);
  put_field(to + 12, h.count);
  put_field(to + 16, h.length);
  put_field(to + 20, h.records_crc);
  put_field(to + 24, h.first_lsn);
  put_field(to + 32, h.offset);
  put_field(to + 40, salt);
  put_field(to + 48, static_cast<std::uint64_t>(h.time));
  put_field(to + 56, h.segment);
  put_field(to + 60, h.span);
  put_field(to + 4, crc32c(View(to + 8, batch_header_size - 8), salted(salt)));
}

std::optional<BatchHeader> decode_batch_header(View octets, std::uint64_t salt, std::uint32_t segment,
                                               std::uint64_t offset) {
  const std::uint8_t* from = octets.data();
  if (octets.size() < batch_header_size || get_field<std::uint32_t>(from) != batch_magic) return std::nullopt;
  if (get_field<std::uint32_t>(from + 4) != crc32c(View(from + 8, batch_header_size - 8), salted(salt)))
    return std::nullopt;
  BatchHeader h;
  h.flags = get_field<std::uint16_t>(from + 10);
  h.count = get_field<std::uint32_t>(from + 12);
  h.length = get_field<std::uint32_t>(from + 16);
  h.records_crc = get_field<std::uint32_t>(from + 20);
  h.first_lsn = get_field<std::uint64_t>(from + 24);
  h.offset = get_field<std::uint64_t>(from + 32);
  h.time = static_cast<Time>(get_field<std::uint64_t>(from + 48));
  h.segment = get_field<std::uint32_t>(from + 56);
  h.span = get_field<std::uint32_t>(from + 60);
  if (get_field<std::uint64_t>(from + 40) != salt || h.segment != segment || h.offset != offset ||
      h.length < batch_header_size || h.length % 8 != 0)
    return std::nullopt;
  return h;
}

void describe_content(RecordHeader& h, View content) {
  h.content_size = content.size();
  h.block_crcs.clear();
  h.block_crcs.reserve(block_count(content.size()));
  for (std::size_t at = 0; at < content.size(); at += content_block)
    h.block_crcs.push_back(
        crc32c(content.subspan(at, std::min<std::size_t>(content_block, content.size() - at))));
}

void encode(const RecordHeader& h, std::uint64_t salt, std::uint8_t* to) {
  const std::uint32_t size = h.header_size();
  std::memset(to, 0, size);
  put_field(to + 4, size);
  to[8] = static_cast<std::uint8_t>(h.type);
  to[9] = h.version;
  put_field(to + 10, h.flags);
  put_field(to + 12, h.mailbox);
  put_field(to + 16, h.lsn);
  put_field(to + 24, static_cast<std::uint64_t>(h.time));
  put_field(to + 32, h.number);
  put_field(to + 36, h.attribute_set);
  put_field(to + 40, h.body_size);
  put_field(to + 44, h.body_crc);
  put_field(to + 48, h.content_size);
  put_field(to + 56, h.content_file);
  for (std::size_t i = 0; i < h.block_crcs.size(); ++i)
    put_field(to + record_header_size + 4 * i, h.block_crcs[i]);
  put_field(to, crc32c(View(to + 4, size - 4), salted(salt)));
}

std::optional<RecordHeader> decode_record_header(View octets, std::uint64_t salt) {
  const std::uint8_t* from = octets.data();
  if (octets.size() < record_header_size) return std::nullopt;
  const auto size = get_field<std::uint32_t>(from + 4);
  if (size < record_header_size || size > octets.size() || size % 8 != 0) return std::nullopt;
  if (get_field<std::uint32_t>(from) != crc32c(View(from + 4, size - 4), salted(salt))) return std::nullopt;
  RecordHeader h;
  h.type = static_cast<RecordType>(from[8]);
  h.version = from[9];
  h.flags = get_field<std::uint16_t>(from + 10);
  h.mailbox = get_field<std::uint32_t>(from + 12);
  h.lsn = get_field<std::uint64_t>(from + 16);
  h.time = static_cast<Time>(get_field<std::uint64_t>(from + 24));
  h.number = get_field<std::uint32_t>(from + 32);
  h.attribute_set = get_field<std::uint16_t>(from + 36);
  h.body_size = get_field<std::uint32_t>(from + 40);
  h.body_crc = get_field<std::uint32_t>(from + 44);
  h.content_size = get_field<std::uint64_t>(from + 48);
  h.content_file = get_field<std::uint64_t>(from + 56);
  const std::uint64_t blocks = block_count(h.content_size);
  if (round_up8(record_header_size + 4 * blocks) != size) return std::nullopt;
  h.block_crcs.resize(blocks);
  for (std::size_t i = 0; i < blocks; ++i)
    h.block_crcs[i] = get_field<std::uint32_t>(from + record_header_size + 4 * i);
  return h;
}

std::string segment_name(std::uint32_t segment, std::uint32_t generation) {
  return hex(segment, 8) + "." + hex(generation, 4);
}

std::optional<std::pair<std::uint32_t, std::uint32_t>> parse_segment_name(const std::string& name) {
  if (name.size() != 13 || name[8] != '.') return std::nullopt;
  const auto segment = parse_hex(std::string_view(name).substr(0, 8));
  const auto generation = parse_hex(std::string_view(name).substr(9));
  if (!segment || !generation) return std::nullopt;
  return std::pair(*segment, *generation);
}

}  // namespace x400::mstore::storage
