// Score: what those who work on a store meant to do and were told, kept outside of it; and what the store
// must hold then (promises 1 to 8 and 11 of the design).
//
// A worker writes a line before each operation and one after it; where it works in a process of its own the
// lines come through a pipe. "I" intends, "A" was acknowledged, "R" was refused (it may still be there after
// a reopening, whole). <t> is the worker, whose operations come one after the other:
//   I|A|R <t> D <mailbox> <message> <size> <children> <class> <logged>   delivery; A has the number instead
//   I|A|R <t> R <mailbox> <number>...           removal of all of them
//   I|A|R <t> H <mailbox> <number>             removal into the archive
//   I|A|R <t> X <mailbox> <number>             removal from there
//   I|A|R <t> S <mailbox> <number> <status>     status raised; without A: lazily
//   I|A|R <t> B <mailbox> <number> <status>     status set back
//   I|A|R <t> M <mailbox> <number> <value>      variable attributes and the item that goes with the entry
//   I|A|R <t> P <mailbox> <key> <value or ->    an item put or erased
//   I|A|R <t> C <id>                            mailbox made; A has its number too
//   I|A|R <t> Q <mailbox> <value>               properties of a mailbox
// All but S, B, C and Q write an event into the log with the words behind <t>, of D the first three.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "seen.hpp"

namespace x400::mstore::crash {

class Score {
 public:
  /// A crash: what was under way then may be there or not, whatever comes later.
  void life_ends() { touched_.clear(); }
  /// A line that makes no sense throws: the test itself is wrong then.
  void line(const std::string& text);
  /// Holds what the log says against the score and takes over what is found as known. The faults, a line
  /// each.
  std::vector<std::string> check(const Seen& seen);

  struct Delivered {
    std::uint32_t mailbox = 0, number = 0;
    std::uint64_t message = 0;
  };
  /// Acknowledged at any time, whether or not removed since.
  std::vector<Delivered> delivered() const;
  std::uint64_t acknowledged() const { return acknowledged_; }

 private:
  /// Values in order; the first is there, any later one may be.
  struct History {
    std::vector<std::string> values;
    bool open = false;  ///< one was refused: what came later says nothing of it
    void intend(const std::string& value) { values.push_back(value); }
    void settle() {
      if (!open && !values.empty()) values = {values.back()};
    }
    bool has(const std::string& value) const;
  };
  struct Message {
    std::size_t size = 0;
    std::uint32_t children = 0;
    int entry_class = 0;
    bool logged = false;
    std::uint32_t number = 0;  ///< told or seen
    bool acknowledged = false;
  };
  struct Number {
    std::uint64_t message = 0;
    bool remove_intended = false;
    bool removed = false;  ///< told, or seen gone
    std::vector<std::uint32_t> removed_with{};
    bool archive_intended = false;  ///< removed_intended, and it goes to the archive
    bool purge_intended = false;    ///< from there
    bool purged = false;            ///< told, or seen gone from the archive
    History status{{"0"}}, variable{{"0"}};
  };
  struct Box {
    std::map<std::uint64_t, Message> messages;
    std::map<std::uint32_t, Number> numbers;
    std::map<std::string, History> items;
    History properties{{""}};
    std::uint32_t highest = 0;
  };
  struct Line;

  void delivery(Line& line);
  void removal(Line& line);
  void archiving(Line& line);
  void status(Line& line);
  void value(Line& line, History& history, const std::string& to);
  void settle(int worker);

  void check_box(const Seen& seen, std::uint32_t number, Box& box);
  void check_main(std::uint32_t mailbox, std::uint32_t number, const SeenBox& seen, Box& box);
  void check_whole(const EntryName& name, const SeenBox& seen, Box& box);
  void check_archived(std::uint32_t mailbox, std::uint32_t number, const SeenBox& seen, Box& box);
  void check_archive_kept(std::uint32_t mailbox, const SeenBox& seen, Box& box);
  void check_kept(std::uint32_t mailbox, const SeenBox& seen, Box& box);
  void check_items(std::uint32_t mailbox, const SeenBox& seen, Box& box);
  void check_events(const Seen& seen);
  void settle_on(const std::string& what, const std::string& found, History& history);
  void fault(std::uint32_t mailbox, const std::string& text) {
    faults_.push_back("mailbox " + std::to_string(mailbox) + ": " + text);
  }

  std::map<std::uint32_t, Box> boxes_;
  std::map<std::string, std::uint32_t> ids_;   ///< mailboxes acknowledged
  std::map<int, std::set<History*>> touched_;  ///< by worker, since its last acknowledgement
  std::set<std::string> events_;
  std::vector<std::string> faults_;
  std::uint64_t acknowledged_ = 0;
};

}  // namespace x400::mstore::crash
