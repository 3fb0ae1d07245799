#include "log_reader.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace x400::mstore::crash {
namespace {

constexpr std::size_t segment_header = 4096, batch_header = 64, least_record_header = 64, block = 65536;

std::uint32_t crc(View octets, std::uint32_t begun = 0) {
  static const auto table = [] {
    std::array<std::uint32_t, 256> t{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      std::uint32_t x = i;
      for (int bit = 0; bit < 8; ++bit) x = (x & 1) != 0 ? x >> 1 ^ 0x82f63b78u : x >> 1;
      t[i] = x;
    }
    return t;
  }();
  std::uint32_t x = ~begun;
  for (const std::uint8_t octet : octets) x = table[(x ^ octet) & 255] ^ x >> 8;
  return ~x;
}

// Fields at places; beyond the end all are zero.
class At {
 public:
  explicit At(View octets) : octets_(octets) {}
  std::uint64_t number(std::size_t at, std::size_t size) const {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size && at + i < octets_.size(); ++i)
      value |= std::uint64_t{octets_[at + i]} << (8 * i);
    return value;
  }
  std::uint32_t u8(std::size_t at) const { return static_cast<std::uint32_t>(number(at, 1)); }
  std::uint32_t u16(std::size_t at) const { return static_cast<std::uint32_t>(number(at, 2)); }
  std::uint32_t u32(std::size_t at) const { return static_cast<std::uint32_t>(number(at, 4)); }
  std::uint64_t u64(std::size_t at) const { return number(at, 8); }
  Octets run(std::size_t& at) const {
    const std::size_t size = u32(at);
    at += 4;
    if (at + size > octets_.size()) return {};
    Octets out(octets_.begin() + static_cast<std::ptrdiff_t>(at),
               octets_.begin() + static_cast<std::ptrdiff_t>(at + size));
    at += size;
    return out;
  }

 private:
  View octets_;
};

std::string hexadecimal(std::uint64_t value, int digits) {
  std::string out;
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) out += "0123456789abcdef"[value >> shift & 15];
  return out;
}

struct Segment {
  std::string name;
  std::uint32_t number = 0;
  Octets octets;
  std::uint64_t salt = 0;
  std::uint32_t previous_segment = 0;
  std::uint64_t previous_offset = 0;
  std::uint64_t own_end = 0;  // of a cleaned one
  std::uint64_t state = 0;    // its entries carry their state as of this LSN
  std::uint64_t end = 0;
};

struct Record {
  std::uint32_t type = 0, mailbox = 0, number = 0;
  std::uint64_t lsn = 0, state = 0;
  std::int64_t time = 0;
  View body;
  std::uint64_t content_size = 0, content_file = 0;
  View content;  // inline
  std::vector<std::uint32_t> crcs;
};

// Carries records out.
class Replay {
 public:
  Replay(Env& env, const Path& shard, LogSeen& out) : env_(env), shard_(shard), out_(out) {}

  // The entries that the record is about.
  std::vector<EntryName> carry_out(const Record& r) {
    names_.clear();
    const At at(r.body);
    switch (r.type) {
      case 1: mailbox(r, at); break;
      case 2: entry(r, at); break;
      case 3: status(r, at); break;
      case 4: remove(r, at); break;
      case 5: modify(r, at); break;
      case 6: item(r, at); break;
      case 7: {
        std::size_t p = 2;
        out_.seen.events.insert(std::string(chars(at.run(p))));
        break;
      }
      case 8: raise(r.mailbox, at.u32(0)); break;
      case 9: archive(r, at); break;
      default: fault("record of unknown type " + std::to_string(r.type));
    }
    return names_;
  }

  // Contents of children, once all is read.
  void finish() {
    for (const auto& [name, slice] : slices_) {
      const auto& [mailbox, base, number] = name;
      auto& entries = out_.seen.boxes[mailbox].entries;
      const auto child = entries.find({base, number});
      if (child == entries.end()) continue;
      const auto main = contents_.find({mailbox, base, number - slice.distance});
      if (main == contents_.end() || slice.offset + slice.size > main->second.size()) {
        fault(text(name) + ": outside its main entry's content");
        continue;
      }
      child->second.content = describe(View(main->second).subspan(slice.offset, slice.size));
    }
    for (auto& [number, box] : out_.seen.boxes) box.counters = sums(box);
    // What depends on a record of theirs may show in the mailbox or in the archive.
    for (Stretch& s : out_.stretches) s.entries = both_places(s.entries);
    for (auto& [file, name] : out_.large_files)
      if (archived_.contains({std::get<0>(name), std::get<2>(name)})) std::get<1>(name) = 3;
  }

 private:
  std::vector<EntryName> both_places(std::vector<EntryName> names) const {
    const std::vector<EntryName> own = names;
    for (const auto& [mailbox, base, number] : own)
      if ((base == 0 || base == 3) && archived_.contains({mailbox, number}))
        names.push_back({mailbox, 3 - base, number});
    return names;
  }

  struct Slice {
    std::uint32_t distance = 0;
    std::uint64_t offset = 0, size = 0;
  };

  void fault(const std::string& what) { out_.seen.faults.push_back(what); }
  void raise(std::uint32_t mailbox, std::uint32_t next) {
    auto& own = out_.seen.boxes[mailbox].next;
    own = std::max(own, next);
  }

  void mailbox(const Record& r, const At& at) {
    SeenBox& box = out_.seen.boxes[r.mailbox];
    std::size_t p = 0;
    box.id = std::string(chars(at.run(p)));
    box.properties = at.run(p);
  }

  void entry(const Record& r, const At& at) {
    raise(r.mailbox, r.number + 1);
    SeenEntry e;
    e.entry_class = static_cast<int>(at.u8(0));
    e.type = static_cast<int>(at.u8(1));
    e.status = static_cast<int>(at.u8(2));
    e.priority = static_cast<int>(at.u8(3));
    const std::uint32_t flags = at.u8(4);
    if ((flags & 1) != 0) e.precedence = static_cast<std::int32_t>(at.u32(5));
    e.list_complete = (flags & 4) != 0;
    e.size = at.u64(9);
    e.parent = at.u32(17) == 0 ? 0 : r.number - at.u32(17);
    e.descendants = at.u32(25);
    e.created = r.time;
    std::size_t p = 53;
    (void)at.run(p);  // the duplicate key
    e.list = at.run(p);
    e.variable = at.run(p);
    e.attributes = at.run(p);
    const bool archived = (flags & 8) != 0;
    const int base = archived ? 3 : e.entry_class == 7 ? 2 : e.entry_class >= 4 ? 1 : 0;
    const EntryName name{r.mailbox, base, r.number};
    names_.push_back(name);
    if (archived) archived_.insert({r.mailbox, r.number});
    state_[name] = std::max(at.u64(45), r.state);
    if ((flags & 2) != 0)
      slices_[name] = {at.u32(21), at.u64(29), at.u64(37)};
    else if (r.content_size != 0)
      content(r, name, e);
    out_.seen.boxes[r.mailbox].entries.emplace(std::pair(base, r.number), std::move(e));
  }

  void content(const Record& r, const EntryName& name, SeenEntry& e) {
    Octets octets = to_octets(r.content);
    if (r.content_file != 0) {
      const std::string file = hexadecimal(r.content_file, 16);
      out_.large_files[file] = name;
      auto read = read_file(env_, shard_ / "large" / file, 1u << 30);
      // One that was removed is gone with its entry.
      if (!read.ok()) {
        missing_[name] = file;
        return;
      }
      octets = std::move(*read);
    }
    if (octets.size() != r.content_size) return fault(text(name) + ": content of another size");
    for (std::size_t i = 0; i < r.crcs.size(); ++i) {
      const View part = View(octets).subspan(i * block, std::min(block, octets.size() - i * block));
      if (crc(part) != r.crcs[i]) fault(text(name) + ": content damaged");
    }
    e.content = describe(octets);
    contents_[name] = std::move(octets);
  }

  template <class Change>
  void change(const Record& r, int base, std::uint32_t number, const Change& how) {
    auto& entries = out_.seen.boxes[r.mailbox].entries;
    const auto it = entries.find({base, number});
    if (it == entries.end()) return;
    const EntryName name{r.mailbox, base, number};
    names_.push_back(name);
    if (state_[name] < r.lsn) how(it);
  }

  void status(const Record& r, const At& at) {
    const int base = static_cast<int>(at.u8(0)), to = static_cast<int>(at.u8(1));
    const bool backwards = (at.u8(2) & 1) != 0;
    for (std::uint32_t i = 0; i < at.u32(3); ++i)
      for (std::uint32_t n = at.u32(7 + 8 * i); n <= at.u32(11 + 8 * i); ++n)
        change(r, base, n, [&](auto it) {
          if (backwards || it->second.status < to) it->second.status = to;
        });
  }

  void remove(const Record& r, const At& at) {
    const int base = static_cast<int>(at.u8(0));
    const std::uint32_t count = at.u32(1);
    std::size_t p = 5;
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint32_t number = at.u32(p), descendants = at.u32(p + 4);
      p += 16;
      (void)at.run(p);
      for (std::uint32_t n = number; n <= number + descendants; ++n) {
        change(r, base, n, [&](auto it) { out_.seen.boxes[r.mailbox].entries.erase(it); });
        missing_.erase({r.mailbox, base, n});
      }
    }
  }

  // They keep all that is theirs, under another base.
  void archive(const Record& r, const At& at) {
    const std::uint32_t count = at.u32(1);
    std::size_t p = 5;
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint32_t number = at.u32(p), descendants = at.u32(p + 4);
      p += 16;
      (void)at.run(p);
      for (std::uint32_t n = number; n <= number + descendants; ++n)
        change(r, 0, n, [&](auto it) { move_to_archive(r.mailbox, n, it); });
    }
  }

  template <class It>
  void move_to_archive(std::uint32_t mailbox, std::uint32_t number, It it) {
    const EntryName from{mailbox, 0, number}, to{mailbox, 3, number};
    auto& entries = out_.seen.boxes[mailbox].entries;
    entries[{3, number}] = std::move(it->second);
    entries.erase(it);
    rename(state_, from, to);
    rename(slices_, from, to);
    rename(contents_, from, to);
    rename(missing_, from, to);
    names_.push_back(to);
    archived_.insert({mailbox, number});
  }

  template <class Map>
  static void rename(Map& map, const EntryName& from, const EntryName& to) {
    if (auto node = map.extract(from)) {
      node.key() = to;
      map.insert(std::move(node));
    }
  }

  void modify(const Record& r, const At& at) {
    const std::uint32_t flags = at.u8(1);
    std::size_t p = 2;
    const Octets variable = at.run(p), list = at.run(p);
    change(r, static_cast<int>(at.u8(0)), r.number, [&](auto it) {
      if ((flags & 1) != 0) it->second.variable = variable;
      if ((flags & 2) == 0) return;
      it->second.list = list;
      it->second.list_complete = (flags & 4) != 0;
    });
  }

  void item(const Record& r, const At& at) {
    const int kind = static_cast<int>(at.u16(0));
    const std::uint32_t flags = at.u8(2);
    std::size_t p = 11;
    const Octets key = at.run(p), value = at.run(p);
    auto& items = out_.seen.boxes[r.mailbox].items;
    if ((flags & 1) == 0) {
      items.erase({kind, key});
      return;
    }
    SeenItem i{value, {}};
    if ((flags & 2) != 0) i.due = static_cast<std::int64_t>(at.u64(3));
    items[{kind, key}] = std::move(i);
  }

 public:
  void tell_missing() {
    for (const auto& [name, file] : missing_) fault(text(name) + ": its file " + file + " is missing");
  }

 private:
  Env& env_;
  const Path shard_;
  LogSeen& out_;
  std::vector<EntryName> names_;
  std::map<EntryName, std::uint64_t> state_;
  std::map<EntryName, Slice> slices_;
  std::map<EntryName, Octets> contents_;
  std::map<EntryName, std::string> missing_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> archived_;  // ever
};

class Reader {
 public:
  Reader(Env& env, const Path& store) : env_(env), shard_(store / "shard0"), replay_(env, shard_, out_) {}

  LogSeen run() {
    if (load()) {
      for (Segment& s : segments_) find_end(s);
      for (const Segment& s : segments_) read(s);
      replay_.tell_missing();
      replay_.finish();
    }
    return std::move(out_);
  }

 private:
  void fault(const std::string& what) { out_.seen.faults.push_back(what); }

  // In its own header, its successor's, or, where that was removed, in the file that says what was.
  void find_end(Segment& s) const {
    if (s.own_end != 0) s.end = s.own_end;
    if (s.own_end != 0) return;
    for (const Segment& next : segments_)
      if (next.previous_segment == s.number) s.end = next.previous_offset;
    const auto removed = read_file(env_, shard_ / "removed", 1u << 20);
    if (!removed.ok()) return;
    const At at(*removed);
    for (std::uint32_t i = 0; i < at.u32(4); ++i)
      if (at.u32(8 + 28 * i) == s.number + 1 && at.u32(16 + 28 * i) == s.number) s.end = at.u64(20 + 28 * i);
  }

  bool load() {
    const auto names = env_.list(shard_ / "log");
    if (!names.ok()) return fault(names.error().text()), false;
    std::map<std::string, std::string> newest;  // names sort by generation
    for (const std::string& name : *names)
      if (name.size() == 13 && name[8] == '.') newest[name.substr(0, 8)] = name;
    for (const auto& [number, name] : newest) {
      auto octets = read_file(env_, shard_ / "log" / name, 1u << 30);
      if (!octets.ok()) return fault(octets.error().text()), false;
      Segment s;
      s.name = name;
      s.octets = std::move(*octets);
      const At at(s.octets);
      if (s.octets.size() < segment_header || chars(View(s.octets).first(8)) != "X400MSLG" ||
          crc(View(s.octets).first(128)) != at.u32(128) || at.u16(8) != 1)
        return fault("segment " + name + ": header"), false;
      s.number = at.u32(36);
      s.salt = at.u64(48);
      s.previous_segment = at.u32(68);
      s.previous_offset = at.u64(72);
      s.end = s.octets.size();
      if ((at.u32(64) & 1) != 0) {
        s.own_end = at.u64(88);
        s.state = at.u64(104);
      }
      if (hexadecimal(s.number, 8) != number) return fault("segment " + name + ": another's number"), false;
      segments_.push_back(std::move(s));
    }
    return true;
  }

  void stretch(Stretch::Part part, const Segment& s, std::uint64_t begin, std::uint64_t end, const Record* r,
               const std::vector<EntryName>& entries, bool catalogue) {
    if (begin == end) return;
    Stretch made{part, begin, end, s.name};
    made.catalogue = catalogue;
    if (r != nullptr) {
      made.type = static_cast<int>(r->type);
      made.mailbox = r->mailbox;
      made.number = r->number;
      made.entries = entries;
      if (r->type == 2 && !entries.empty()) made.base = std::get<1>(entries.front());
    }
    out_.stretches.push_back(std::move(made));
  }

  void read(const Segment& s) {
    stretch(Stretch::Part::segment_header, s, 0, 132, nullptr, {}, false);
    Octets salt;
    for (int i = 0; i < 8; ++i) salt.push_back(static_cast<std::uint8_t>(s.salt >> (8 * i)));
    salt_crc_ = crc(salt);
    // As where a sync did nothing: what its successor or its own header tells of is not on the disk.
    if (s.end > s.octets.size())
      return fault("segment " + s.name + ": " + std::to_string(s.octets.size()) + " octets of " +
                   std::to_string(s.end));
    std::uint64_t at = segment_header;
    while (at + batch_header <= s.end) {
      const View rest = View(s.octets).subspan(at, s.end - at);
      if (std::all_of(rest.begin(), rest.end(), [](std::uint8_t o) { return o == 0; })) return;
      const std::uint64_t length = At(rest).u32(16);
      if (!batch(s, at, rest)) return fault("segment " + s.name + ": no batch at " + std::to_string(at));
      at += length;
    }
  }

  bool batch(const Segment& s, std::uint64_t offset, View rest) {
    const At at(rest);
    const std::uint64_t length = at.u32(16);
    if (at.u32(0) != 0x48435442u || crc(rest.subspan(8, 56), salt_crc_) != at.u32(4) ||
        at.u64(32) != offset || length < batch_header || length > rest.size())
      return false;
    const bool catalogue = (at.u16(10) & 1) != 0;
    stretch(Stretch::Part::batch_header, s, offset, offset + batch_header, nullptr, {}, catalogue);
    if (catalogue) {
      stretch(Stretch::Part::body, s, offset + batch_header, offset + length, nullptr, {}, true);
      return true;
    }
    std::uint64_t p = batch_header;
    std::uint32_t headers = 0;
    for (std::uint32_t i = 0; i < at.u32(12); ++i) {
      const std::uint64_t size = record(s, offset + p, rest.subspan(p), headers);
      if (size == 0 || size > rest.size() - p) return false;
      p += size;
    }
    if (headers != at.u32(20))
      fault("segment " + s.name + ": headers of the batch at " + std::to_string(offset));
    return p == length;
  }

  std::uint64_t record(const Segment& s, std::uint64_t offset, View rest, std::uint32_t& headers) {
    const At at(rest);
    const std::uint64_t head = at.u32(4);
    if (head < least_record_header || head > rest.size()) return 0;
    if (crc(rest.subspan(4, head - 4), salt_crc_) != at.u32(0)) return 0;
    headers = crc(rest.first(head), headers);
    Record r;
    r.type = at.u8(8);
    r.state = s.state;
    r.mailbox = at.u32(12);
    r.lsn = at.u64(16);
    r.time = static_cast<std::int64_t>(at.u64(24));
    r.number = at.u32(32);
    const std::uint64_t body = at.u32(40);
    r.content_size = at.u64(48);
    r.content_file = at.u64(56);
    const std::uint64_t within = r.content_file == 0 ? r.content_size : 0;
    if (body > rest.size() || within > rest.size() || head + body + within > rest.size()) return 0;
    r.body = rest.subspan(head, body);
    r.content = rest.subspan(head + body, within);
    for (std::uint64_t i = 0; i < (r.content_size + block - 1) / block; ++i)
      r.crcs.push_back(at.u32(64 + 4 * i));
    if (crc(r.body) != at.u32(44)) return 0;
    if (r.lsn <= out_.last_lsn) fault("record " + std::to_string(r.lsn) + " is not behind its predecessor");
    out_.last_lsn = r.lsn;
    const auto entries = replay_.carry_out(r);
    const std::uint64_t size = (head + body + within + 7) / 8 * 8;
    stretch(Stretch::Part::record_header, s, offset, offset + head, &r, entries, false);
    stretch(Stretch::Part::body, s, offset + head, offset + head + body, &r, entries, false);
    stretch(Stretch::Part::content, s, offset + head + body, offset + head + body + within, &r, entries,
            false);
    stretch(Stretch::Part::padding, s, offset + head + body + within, offset + size, &r, entries, false);
    return size;
  }

  Env& env_;
  const Path shard_;
  LogSeen out_;
  Replay replay_;
  std::vector<Segment> segments_;
  std::uint32_t salt_crc_ = 0;
};

}  // namespace

LogSeen read_log(Env& env, const Path& store) { return Reader(env, store).run(); }

}  // namespace x400::mstore::crash
