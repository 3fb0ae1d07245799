#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>

#include "index_disk.hpp"
#include "log_reader.hpp"
#include "mstore/memory_env.hpp"
#include "rounds.hpp"
#include "x400_temp_folder.hpp"

namespace x400::mstore::crash {
namespace {

class FlipRound {
 public:
  explicit FlipRound(std::uint64_t seed) : dice_(seed) {
    options_ = store_options("/");
    options_.index_folder = folder_.path() / "index";
    std::filesystem::create_directory(options_.index_folder);
  }

  Report run() {
    for (int life = 1; life <= 2; ++life) {
      auto store = backend::open_local(options_, env_);
      if (!store.ok()) return fault("open: " + store.error().text());
      WorkOptions how;
      how.seed = dice_();
      how.first = static_cast<std::uint64_t>(life) * 1'000'000;
      how.operations = 30 + static_cast<int>(dice_() % 40);
      work(**store, how, ledger_.told());
      if (const Status closed = (*store)->close(); !closed.ok()) return fault(closed.error().text());
    }
    log_ = read_log(env_, options_.folder);
    for (const std::string& text : log_.seen.faults) fault(text);
    ledger_.report.acknowledged = ledger_.score.acknowledged();
    for (int i = 0; i < 6 && ledger_.report.faults.empty(); ++i) flip();
    return ledger_.report;
  }

 private:
  Report fault(const std::string& text) {
    ledger_.report.faults.push_back(text);
    return ledger_.report;
  }

  // One octet, a sector of zeroes, or the rest of the file.
  Octets damaged(Octets octets, std::uint64_t at, std::uint64_t end) {
    if (dice_() % 3 != 0) {
      octets[at] ^= static_cast<std::uint8_t>(1u << dice_() % 8);
      return octets;
    }
    for (std::uint64_t i = at; i < std::min<std::uint64_t>(end, at + 512); ++i) octets[i] ^= 0xff;
    return octets;
  }

  void flip() {
    if (dice_() % 6 == 0) return flip_index();
    const auto copy = env_.kill();
    const std::string where =
        dice_() % 6 == 0 && !log_.large_files.empty() ? flip_large(*copy) : flip_log(*copy);
    rebuilt_ = dice_() % 2 == 0;
    ledger_.report.how = where + (rebuilt_ ? ", index lost" : "");
    // The index is the copy's own, at the same place.
    backend::Options options = options_;
    options.index_folder = folder_.path() / std::to_string(++copies_);
    std::filesystem::create_directory(options.index_folder);
    if (!rebuilt_)
      std::filesystem::rename(options_.index_folder / "index.db", options.index_folder / "index.db");
    look(*copy, options);
    // Back with it: what was damaged may have been written into it.
    if (!rebuilt_) {
      auto store = backend::open_local(options_, env_);
      if (!store.ok()) fault("open again: " + store.error().text());
    }
  }

  // SQLite believes its octets; ours are summed. Either nothing shows, or it is found out and made anew.
  void flip_index() {
    const std::filesystem::path file = options_.index_folder / "index.db";
    const std::uint64_t at = dice_() % std::filesystem::file_size(file);
    const auto octet = [&](std::optional<char> put) {
      std::fstream octets(file, std::ios::in | std::ios::out | std::ios::binary);
      octets.seekg(static_cast<std::streamoff>(at));
      const auto before = static_cast<char>(octets.get());
      octets.seekp(static_cast<std::streamoff>(at));
      if (put) octets.put(*put);
      return before;
    };
    const char before = octet(std::nullopt);
    const char flipped = static_cast<char>(before ^ (1 << dice_() % 8));
    octet(flipped);
    ledger_.report.how = "index at " + std::to_string(at);
    const auto damage_shows = [&] {
      auto store = backend::open_local(options_, env_);
      if (!store.ok()) return fault("open: " + store.error().text()), false;
      const Seen seen = see_engine(**store);
      bool shows = !seen.faults.empty() || !(*store)->writable().ok();
      for (const auto& [number, box] : seen.boxes)
        for (const auto& [name, entry] : box.entries)
          shows = shows || !entry.attributes_fault.empty() || !entry.content.fault.empty();
      if (shows) return true;
      for (const std::string& text : differences(log_.seen, seen)) fault("in silence: " + text);
      return false;
    };
    if (damage_shows() && damage_shows()) fault("the index was found damaged, and is not made anew");
    // On a page that nothing has read it still lies, and would be found by the next flip.
    if (octet(std::nullopt) == flipped) octet(before);
  }

  std::string flip_large(test::MemoryEnv& env) {
    auto file =
        std::next(log_.large_files.begin(), static_cast<std::ptrdiff_t>(dice_() % log_.large_files.size()));
    const Path path = options_.folder / "shard0/large" / file->first;
    Octets octets = env.octets(path);
    if (octets.empty()) return flip_log(env);
    const std::uint64_t at = dice_() % octets.size();
    if (dice_() % 4 == 0)
      octets.resize(at);
    else
      octets = damaged(std::move(octets), at, octets.size());
    env.set_octets(path, std::move(octets));
    hit_ = {};
    hit_.part = Stretch::Part::content;
    hit_.type = 2;
    hit_.entries = {file->second};
    hit_.file = file->first;
    affected_ = with_children(hit_.entries);
    return "large file " + file->first + " at " + std::to_string(at);
  }

  std::string flip_log(test::MemoryEnv& env) {
    // Parts with equal chances, or contents would take them all.
    const auto part = static_cast<Stretch::Part>(dice_() % 6);
    std::vector<const Stretch*> candidates;
    for (const Stretch& s : log_.stretches)
      if (s.part == part) candidates.push_back(&s);
    if (candidates.empty()) return flip_log(env);
    hit_ = *candidates[dice_() % candidates.size()];
    const Path path = options_.folder / "shard0/log" / hit_.file;
    const std::uint64_t at = hit_.begin + dice_() % (hit_.end - hit_.begin);
    env.set_octets(path, damaged(env.octets(path), at, hit_.end));
    affected_ = with_children(hit_.entries);
    return "segment " + hit_.file + " at " + std::to_string(at) + ", part " +
           std::to_string(static_cast<int>(hit_.part)) + " of a record of type " + std::to_string(hit_.type);
  }

  std::set<EntryName> with_children(const std::vector<EntryName>& entries) const {
    std::set<EntryName> all(entries.begin(), entries.end());
    for (const EntryName& name : entries) {
      const auto& [mailbox, base, number] = name;
      const auto box = log_.seen.boxes.find(mailbox);
      if (box == log_.seen.boxes.end()) continue;
      const auto entry = box->second.entries.find({base, number});
      const std::uint32_t descendants = entry == box->second.entries.end() ? 3 : entry->second.descendants;
      for (std::uint32_t i = 1; i <= descendants; ++i) all.insert({mailbox, base, number + i});
    }
    return all;
  }

  void look(test::MemoryEnv& env, const backend::Options& options) {
    auto store = backend::open_local(options, env);
    if (!store.ok()) {
      fault("open: " + store.error().text());
      return;
    }
    Seen seen = see_engine(**store);
    for (const std::string& text : seen.faults) fault("engine: " + text);
    for (const auto& [number, box] : seen.boxes)
      if (box.counters != sums(box))
        fault("mailbox " + std::to_string(number) + ": counters are not the sums");
    std::string told;
    for (const backend::Finding& f : (*store)->findings()) told += f.text + "\n";
    others_are_well(seen);
    is_named(seen, told);
    goes_on(**store, seen);
  }

  // All but what was hit is as it was.
  void others_are_well(Seen& seen) {
    Seen before = log_.seen;
    for (auto& [number, box] : before.boxes) {
      const auto found = seen.boxes.find(number);
      if (found == seen.boxes.end()) continue;
      SeenBox& now = found->second;
      if (now.next < box.next) fault("mailbox " + std::to_string(number) + ": numbers would be given again");
      now.next = box.next;
      if (number != hit_.mailbox) continue;
      if (hit_.type == 1) {
        now.id = box.id;
        now.properties = box.properties;
      }
      if (hit_.type == 6) now.items = box.items;
    }
    for (const std::string& text : differences(before, seen, affected_)) fault("not hit: " + text);
  }

  // Damage is told, with mailbox, entry, file and place; silence only where nothing is lost.
  void is_named(const Seen& seen, const std::string& told) {
    const std::string file = hit_.file.substr(0, 8);
    std::string all = told;
    bool changed = false;
    for (const EntryName& name : affected_) {
      const auto& [mailbox, base, number] = name;
      const auto& before = log_.seen.boxes.at(mailbox).entries;
      const auto was = before.find({base, number});
      const auto box = seen.boxes.find(mailbox);
      const bool is = box != seen.boxes.end() && box->second.entries.contains({base, number});
      if ((was != before.end()) != is) changed = true;
      if (was == before.end() || !is) continue;
      const SeenEntry& now = box->second.entries.at({base, number});
      if (!now.attributes_fault.empty()) all += now.attributes_fault + "\n";
      if (!now.content.fault.empty()) all += now.content.fault + "\n";
      changed = changed || now != was->second;
    }
    if (!changed) return;
    if (all.find(hit_.file.substr(0, 8)) == std::string::npos) fault("the file is not named: " + all);
    const EntryName& first = hit_.entries.front();
    const std::string mailbox = "mailbox " + std::to_string(std::get<0>(first));
    const std::string entry = "entry " + std::to_string(std::get<2>(first));
    // A header that is gone takes its names along; then the place in the file is all that is known.
    const bool nameless = rebuilt_ && hit_.part == Stretch::Part::record_header;
    if (hit_.type == 2 && !nameless && all.find(mailbox + ", " + entry) == std::string::npos)
      fault("mailbox and entry are not named: " + all);
  }

  void goes_on(backend::Backend& store, const Seen& seen) {
    for (const auto& [number, box] : seen.boxes) {
      backend::ChangeSet set;
      set.mailbox = number;
      backend::NewEntry entry;
      entry.attributes = to_octets("afterwards");
      set.create.push_back(std::move(entry));
      const auto done = store.commit(std::move(set));
      if (!done.ok())
        fault("after it: " + done.error().error.text());
      else if (done->numbers.at(0) < log_.seen.boxes.at(number).next)
        fault("mailbox " + std::to_string(number) + ": a number was given again");
    }
  }

  x400::test::TempFolder folder_;
  std::mt19937_64 dice_;
  backend::Options options_;
  test::MemoryEnv env_;
  Ledger ledger_;
  LogSeen log_;
  Stretch hit_{};
  std::set<EntryName> affected_;
  bool rebuilt_ = false;
  int copies_ = 0;
};

}  // namespace

Report flip_round(std::uint64_t seed) { return FlipRound(seed).run(); }

}  // namespace x400::mstore::crash
