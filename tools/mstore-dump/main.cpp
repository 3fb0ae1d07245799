// mstore-dump: prints the segments and records of a store, and flags damage. It only reads, and takes no
// lock: beside a running store the last batch may be in flux.
//
//   mstore-dump FOLDER           a store: all segments of shard 0, and what is kept in torn/
//   mstore-dump FILE...          single segments
//
// Ends with 1 when something is damaged, 2 when something could not be read.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "env/env.hpp"
#include "log/bodies.hpp"
#include "log/crc32c.hpp"
#include "log/scan.hpp"

namespace {

using namespace x400;
using namespace x400::mstore;
using namespace x400::mstore::storage;
namespace fs = std::filesystem;

constexpr const char* usage = "usage: mstore-dump FOLDER | FILE...\n";

bool damaged = false;
bool unread = false;

void say(const std::string& line) { std::printf("%s\n", line.c_str()); }

std::string n(std::uint64_t value) { return std::to_string(value); }

std::string text(View octets) {
  std::string out;
  for (const std::uint8_t o : octets.first(std::min<std::size_t>(octets.size(), 64)))
    out += o >= 32 && o < 127 ? static_cast<char>(o) : '.';
  return "\"" + out + (octets.size() > 64 ? "...\"" : "\"");
}

const char* name_of(RecordType type) {
  switch (type) {
    case RecordType::mailbox: return "mailbox";
    case RecordType::entry: return "entry";
    case RecordType::status: return "status";
    case RecordType::remove: return "remove";
    case RecordType::modify: return "modify";
    case RecordType::item: return "item";
    case RecordType::event: return "event";
    case RecordType::counter: return "counter";
    case RecordType::archive: return "archive";
  }
  return "unknown";
}

std::string entry(const EntryBody& b) {
  std::string out = " class " + n(static_cast<unsigned>(b.entry_class)) + " type " + n(b.entry_type) +
                    " status " + n(static_cast<unsigned>(b.status)) + " priority " + n(b.priority);
  if (b.precedence) out += " precedence " + std::to_string(*b.precedence);
  out += " size " + n(b.size);
  if (b.parent_distance != 0) out += " parent -" + n(b.parent_distance) + " main -" + n(b.main_distance);
  if (b.descendants != 0) out += " descendants " + n(b.descendants);
  if (b.archived) out += " archived";
  if (b.slice) out += " slice " + n(b.slice->offset) + "+" + n(b.slice->size);
  if (!b.duplicate_key.empty()) out += " key " + to_hex(b.duplicate_key, 16);
  return out + " list " + n(b.list_attributes.size()) + " variable " + n(b.variable.size()) + " attributes " +
         n(b.attributes.size());
}

template <class Body, class F>
std::string with(const Result<Body>& body, F&& print) {
  if (body.ok()) return print(*body);
  damaged = true;
  return " DAMAGED " + body.error().text();
}

std::string body(const RecordHeader& h, View octets) {
  switch (h.type) {
    case RecordType::mailbox:
      return with(decode_mailbox(octets), [](const MailboxBody& b) {
        return " id " + text(b.id) + " properties " + n(b.properties.size());
      });
    case RecordType::entry: return with(decode_entry(octets), entry);
    case RecordType::status:
      return with(decode_status(octets), [](const StatusBody& b) {
        std::string out = " base " + n(static_cast<unsigned>(b.base)) + " to " +
                          n(static_cast<unsigned>(b.status)) + (b.backwards ? " backwards" : "");
        for (const NumberRange& r : b.ranges) out += " " + n(r.from) + "-" + n(r.to);
        return out;
      });
    case RecordType::remove:
    case RecordType::archive:
      return with(decode_remove(octets), [](const RemoveBody& b) {
        std::string out = " base " + n(static_cast<unsigned>(b.base));
        for (const RemovedEntry& e : b.entries)
          out += " " + n(e.number) + (e.descendants != 0 ? "+" + n(e.descendants) : std::string());
        return out;
      });
    case RecordType::modify:
      return with(decode_modify(octets), [](const ModifyBody& b) {
        return (b.variable ? " variable " + n(b.variable->size()) : std::string()) +
               (b.list_attributes ? " list " + n(b.list_attributes->size()) : std::string());
      });
    case RecordType::item:
      return with(decode_item(octets), [](const ItemBody& b) {
        return " kind " + n(b.kind) + " key " + text(b.key) +
               (b.value ? " value " + n(b.value->size()) : std::string(" erased")) +
               (b.due ? " due " + std::to_string(*b.due) : std::string());
      });
    case RecordType::event:
      return with(decode_event(octets),
                  [](const EventBody& b) { return " kind " + n(b.kind) + " octets " + n(b.octets.size()); });
    case RecordType::counter:
      return with(decode_counter(octets), [](const CounterBody& b) {
        return " next " + n(b.next) + " last time " + std::to_string(b.last_time);
      });
  }
  return "";
}

std::string head(const RecordHeader& h) {
  std::string out = "    " + lsn_text(h.lsn) + " " + name_of(h.type) + " mailbox " + n(h.mailbox);
  if (h.number != 0) out += " number " + n(h.number);
  out += " time " + std::to_string(h.time);
  if (h.content_size != 0) out += " content " + n(h.content_size);
  if (h.content_file != 0) out += " in file " + n(h.content_file);
  return out;
}

Status print(const ScannedBatch& batch) {
  say("  batch at " + n(batch.offset) + " to " + n(batch.end.offset) + ", " + n(batch.records.size()) +
      " records");
  for (const ScannedRecord& r : batch.records)
    say(head(r.header) + (r.body_good ? body(r.header, r.body) : " DAMAGED body"));
  return Ok{};
}

Result<SegmentHeader> header_of(const fs::path& path) {
  X400_TRY(file, real_env().open(path, OpenMode::read));
  Octets octets(segment_header_size);
  X400_TRY(got, file->read(0, octets));
  return decode_segment_header(View(octets).first(got));
}

// `end`: where the successor says that it ends; 0: it is the last.
Status dump_segment(const fs::path& path, std::uint64_t end) {
  say("segment " + path.filename().string());
  X400_TRY(header, header_of(path));
  say("  store " + to_hex(header.store) + " shard " + n(header.shard) + "/" + n(header.shards) + " epoch " +
      n(header.epoch) + " created " + std::to_string(header.created) + " behind segment " +
      n(header.previous.segment) + " at " + n(header.previous.offset) + ", record " +
      lsn_text(header.previous.lsn));
  X400_TRY(file, real_env().open(path, OpenMode::read));
  X400_TRY(size, file->size());
  ScanRange range;
  range.from = {header.segment, segment_header_size, header.previous.lsn};
  range.to = end != 0 ? end : size;
  range.covered = end;
  X400_TRY(scan, scan_segment(*file, header, range, print));
  for (const std::string& text : scan.damage) {
    say("  DAMAGED " + text);
    damaged = true;
  }
  if (scan.torn_to)
    say("  torn tail at " + n(scan.end.offset) + " to " + n(*scan.torn_to) + " (or a batch being written)");
  return Ok{};
}

// A tail is named SEGMENT.GENERATION-OFFSET; its records are told by the salt of that segment.
Status dump_torn(const fs::path& path, const fs::path& log) {
  say("torn " + path.filename().string());
  const std::string name = path.filename().string();
  auto header = header_of(log / name.substr(0, name.find('-')));
  if (!header.ok()) return header.error().in("its segment");
  X400_TRY(octets, read_file(real_env(), path, 1u << 30));
  for (const RecordHeader& h : records_in(octets, header->salt, 0)) say(head(h));
  return Ok{};
}

void check(const fs::path& path, const Status& status) {
  if (status.ok()) return;
  const bool damage =
      status.error().kind() == ErrorKind::corrupt || status.error().kind() == ErrorKind::malformed;
  (damage ? damaged : unread) = true;
  say((damage ? "  DAMAGED " : "  UNREAD ") + path.string() + ": " + status.error().text());
}

void dump_store(const fs::path& folder) {
  const fs::path log = folder / "shard0" / "log";
  auto names = real_env().list(log);
  if (!names.ok()) return check(log, names.error());
  std::vector<fs::path> segments;
  for (const std::string& name : *names)
    if (parse_segment_name(name)) segments.push_back(log / name);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    std::uint64_t end = 0;
    if (i + 1 < segments.size()) {
      const auto next = header_of(segments[i + 1]);
      const auto own = parse_segment_name(segments[i].filename().string());
      if (next.ok() && next->previous.segment == own->first) end = next->previous.offset;
    }
    check(segments[i], dump_segment(segments[i], end));
  }
  const fs::path torn = folder / "shard0" / "torn";
  if (const auto tails = real_env().list(torn); tails.ok())
    for (const std::string& name : *tails) check(torn / name, dump_torn(torn / name, log));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') {
    std::fputs(usage, argc == 2 && std::string(argv[1]) == "--help" ? stdout : stderr);
    return argc == 2 && std::string(argv[1]) == "--help" ? 0 : 2;
  }
  for (int i = 1; i < argc; ++i) {
    const fs::path path = argv[i];
    if (fs::is_directory(path))
      dump_store(path);
    else
      check(path, dump_segment(path, 0));
  }
  return unread ? 2 : damaged ? 1 : 0;
}
