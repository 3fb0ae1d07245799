// Score: what a killed process meant to do and was told, kept outside of it; and what a store must hold then.
//
// The child writes a line before each operation and one after it into a pipe; the parent keeps them. Lines:
//   I D <mailbox> <message> <size> <children>   delivery intended     A D <mailbox> <message> <number>  done
//   I R <mailbox> <number>                      removal intended      A R <mailbox> <number>            done
//   I S <mailbox> <number> <status>             status intended       A S <mailbox> <number> <status> durable
//   I P <mailbox> <key> <value>                 item intended         A P <mailbox> <key> <value> durable
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "backend/backend.hpp"

namespace x400::mstore::crash {

/// The octets of a message, from its number and size alone.
std::string content_of(std::uint64_t message, std::size_t size);
std::string attributes_of(std::uint64_t message);
std::string key_of(std::uint64_t message);
/// Number and size back from a content; false: it is none that content_of makes.
bool parse_content(const std::string& content, std::uint64_t& message);

class Score {
 public:
  /// A line that makes no sense throws: the test itself is wrong then.
  void line(const std::string& text);
  /// Holds the store against the score and takes over what is found as known. The faults, a line each.
  std::vector<std::string> check(backend::Backend& store);

  std::uint64_t acknowledged() const { return acknowledged_; }

 private:
  struct Message {
    std::size_t size = 0;
    std::uint32_t children = 0;
    std::set<std::uint32_t> numbers;  ///< told or seen: one at most
    bool acknowledged = false;
  };
  struct Number {
    std::uint64_t message = 0;
    bool remove_intended = false;
    bool removed = false;  ///< told, or seen gone
    int status_intended = 0;
    int status_durable = 0;
  };
  struct ItemScore {
    std::string durable;
    std::set<std::string> intended;  ///< since
  };
  struct Box {
    std::map<std::uint64_t, Message> messages;
    std::map<std::uint32_t, Number> numbers;
    std::map<std::string, ItemScore> items;
    std::uint32_t highest = 0;
  };

  void check_box(backend::Backend& store, const backend::Mailbox& info, Box& box);
  void check_entry(backend::Backend& store, std::uint32_t mailbox, const backend::Row& row, Box& box);
  void check_counters(backend::Backend& store, std::uint32_t mailbox, const std::vector<backend::Row>& rows);
  void check_items(backend::Backend& store, std::uint32_t mailbox, Box& box);
  void fault(std::uint32_t mailbox, const std::string& text) {
    faults_.push_back("mailbox " + std::to_string(mailbox) + ": " + text);
  }

  std::map<std::uint32_t, Box> boxes_;
  std::vector<std::string> faults_;
  std::uint64_t acknowledged_ = 0;
};

}  // namespace x400::mstore::crash
