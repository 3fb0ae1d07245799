// Document and Table: a TOML file read strictly.
//
// A program asks for every key it knows; what it did not ask for is a fault when it finishes, as are
// wrong types, numbers out of range and missing keys. Faults are gathered, so that an operator sees
// all of them at once, each with file, line, column, and what to write instead.
//
//   X400_TRY(document, Document::read("/etc/mstored/mstored.toml"));
//   Table root = document.root();
//   if (auto log = root.table("log")) level = log->choice("level", {"info", "warning"}).value_or("info");
//   X400_CHECK(document.finish());
//
// A function that returns an optional gives nothing both for an absent key and for a faulty one: the
// caller goes on with its default, and finish() refuses the file.
//
// Ownership: tables share the document; they stay valid as long as any of them lives.
// Threads: one document is used by one thread at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "x400/base/result.hpp"

namespace x400::settings {

/// Where something stands in the file; both count from 1.
struct Place {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

struct Fault {
  Place place;
  std::string text;
};

class Table {
 public:
  bool has(std::string_view key) const;
  Place place() const;                      ///< of the table itself
  Place place(std::string_view key) const;  ///< of the key's value; of the table where it is absent
  std::optional<std::string> text(std::string_view key);
  std::optional<bool> boolean(std::string_view key);
  std::optional<std::int64_t> integer(std::string_view key, std::int64_t least = 0,
                                      std::int64_t most = std::numeric_limits<std::int64_t>::max());
  /// A text with a number and a unit: "500 ms", "10 s", "5 min", "2 h", "30 d".
  std::optional<std::chrono::milliseconds> duration(std::string_view key);
  /// Octets, a text with a number and a unit: "512 B", "64 KiB", "20 MiB", "1 GiB".
  std::optional<std::uint64_t> size(std::string_view key);
  /// One of some words.
  std::optional<std::string> choice(std::string_view key, std::initializer_list<std::string_view> words);
  std::vector<std::string> texts(std::string_view key);  ///< an array of texts; empty when absent

  /// The same for a key that must be there; `example` is what the fault tells the operator to write,
  /// for instance `or_address = "C=XX;ADMD=TEST;O=Store"`. An empty text is a fault too.
  std::string required_text(std::string_view key, std::string_view example);
  std::vector<std::string> required_texts(std::string_view key, std::string_view example);

  std::optional<Table> table(std::string_view key);  ///< [key]
  std::vector<Table> tables(std::string_view key);   ///< each [[key]], in order

  /// A text taken as a path; a relative one is relative to the folder of the file.
  std::optional<std::filesystem::path> path(std::string_view key);

  /// Reports a fault at the value of `key`, or at the table when the key is absent.
  void fault(std::string_view key, std::string text);

 private:
  friend class Document;
  struct State;
  Table(std::shared_ptr<State> state, const void* table, std::string name);

  std::shared_ptr<State> state_;
  const void* table_;  // a toml::table inside *state_
  std::string name_;   // as the operator wrote it: "[store]", "[[mta]]", or empty for the top
};

class Document {
 public:
  /// Reads and parses a file. Errors: io (no such file, no right to read it), malformed (not TOML; the
  /// text carries file, line and column).
  static Result<Document> read(const std::filesystem::path& file);
  /// Parses a text; `file` is the name used in faults and for relative paths.
  static Result<Document> parse(std::string_view text, const std::filesystem::path& file);

  Table root() const;
  std::filesystem::path folder() const;  ///< of the file, absolute
  void fault(Place place, std::string text);

  /// The faults so far and every key nobody asked for, ordered by place.
  std::vector<Fault> faults() const;
  /// Ok when there are none; else invalid, one line a fault: "FILE:LINE:COLUMN: text".
  Status finish() const;

 private:
  explicit Document(std::shared_ptr<Table::State> state) : state_(std::move(state)) {}
  std::shared_ptr<Table::State> state_;
};

}  // namespace x400::settings
