#include "x400/settings/document.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>

#include "x400/settings/units.hpp"

namespace x400::settings {

struct Table::State {
  std::filesystem::path file;
  toml::table root;
  std::vector<Fault> faults;
  // Which keys were asked for, a set per table, with the table's name for the fault text.
  struct Asked {
    std::string name;
    std::set<std::string, std::less<>> keys;
  };
  std::map<const toml::table*, Asked> asked;
};

namespace {

const toml::table& as_table(const void* table) { return *static_cast<const toml::table*>(table); }

Place place_of(const toml::source_region& source) { return Place{source.begin.line, source.begin.column}; }

std::string type_name(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table: return "a table";
    case toml::node_type::array: return "an array";
    case toml::node_type::string: return "a text";
    case toml::node_type::integer: return "a whole number";
    case toml::node_type::floating_point: return "a number with a fraction";
    case toml::node_type::boolean: return "true or false";
    default: return "a date or time";
  }
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t corner = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, corner + (a[i - 1] == b[j - 1] ? 0 : 1)});
      corner = above;
    }
  }
  return row[b.size()];
}

std::string unknown_key(std::string_view key, const std::set<std::string, std::less<>>& known,
                        const std::string& where) {
  std::string text =
      "unknown key \"" + std::string(key) + "\"" + (where.empty() ? " at the top" : " in " + where);
  const auto near = std::min_element(known.begin(), known.end(), [&](const auto& a, const auto& b) {
    return edit_distance(key, a) < edit_distance(key, b);
  });
  if (near != known.end() && edit_distance(key, *near) <= 2) return text + "; is \"" + *near + "\" meant?";
  text += "; remove it";
  if (known.empty()) return text;
  text += ", known here are:";
  for (const auto& k : known) text += " " + k;
  return text;
}

Result<std::string> contents(const std::filesystem::path& file) {
  std::error_code code;
  if (std::filesystem::is_directory(file, code))
    return Error(ErrorKind::io, file.string() + " is a folder, not a configuration file");
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  if (!in) return Error(ErrorKind::io, "cannot read " + file.string() + ": " + std::strerror(errno));
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (in.bad()) return Error(ErrorKind::io, "cannot read " + file.string() + ": input error");
  return text;
}

}  // namespace

Table::Table(std::shared_ptr<State> state, const void* table, std::string name)
    : state_(std::move(state)), table_(table), name_(std::move(name)) {
  state_->asked[&as_table(table_)].name = name_;
}

bool Table::has(std::string_view key) const { return as_table(table_).contains(key); }

Place Table::place() const { return place_of(as_table(table_).source()); }

Place Table::place(std::string_view key) const {
  const toml::node* node = as_table(table_).get(key);
  return node ? place_of(node->source()) : place();
}

void Table::fault(std::string_view key, std::string text) {
  state_->faults.push_back(Fault{place(key), std::move(text)});
}

namespace {

// The node of `key`, marked as asked for.
template <class State>
const toml::node* ask(State& state, const toml::table& table, std::string_view key) {
  state.asked[&table].keys.emplace(key);
  return table.get(key);
}

}  // namespace

std::optional<std::string> Table::text(std::string_view key) {
  const toml::node* node = ask(*state_, as_table(table_), key);
  if (!node) return std::nullopt;
  if (const auto* value = node->as_string()) return value->get();
  fault(key, std::string(key) + " must be a text in quotes, not " + type_name(*node));
  return std::nullopt;
}

std::optional<bool> Table::boolean(std::string_view key) {
  const toml::node* node = ask(*state_, as_table(table_), key);
  if (!node) return std::nullopt;
  if (const auto* value = node->as_boolean()) return value->get();
  fault(key, std::string(key) + " must be true or false, not " + type_name(*node));
  return std::nullopt;
}

std::optional<std::int64_t> Table::integer(std::string_view key, std::int64_t least, std::int64_t most) {
  const toml::node* node = ask(*state_, as_table(table_), key);
  if (!node) return std::nullopt;
  const auto* value = node->as_integer();
  if (!value) {
    fault(key, std::string(key) + " must be a whole number, not " + type_name(*node));
    return std::nullopt;
  }
  const std::int64_t number = value->get();
  if (number >= least && number <= most) return number;
  std::string range = "at least " + std::to_string(least);
  if (most != std::numeric_limits<std::int64_t>::max()) range += " and at most " + std::to_string(most);
  fault(key, std::string(key) + " is " + std::to_string(number) + "; it must be " + range);
  return std::nullopt;
}

std::optional<std::chrono::milliseconds> Table::duration(std::string_view key) {
  const toml::node* node = ask(*state_, as_table(table_), key);
  if (!node) return std::nullopt;
  if (node->is_number()) {
    fault(key, std::string(key) + " needs a unit; write for instance " + std::string(key) + " = \"10 s\"");
    return std::nullopt;
  }
  const auto value = text(key);
  if (!value) return std::nullopt;
  auto parsed = parse_duration(*value);
  if (parsed.ok()) return *parsed;
  fault(key, std::string(key) + ": " + parsed.error().text());
  return std::nullopt;
}

std::optional<std::uint64_t> Table::size(std::string_view key) {
  const toml::node* node = ask(*state_, as_table(table_), key);
  if (!node) return std::nullopt;
  if (node->is_number()) {
    fault(key, std::string(key) + " needs a unit; write for instance " + std::string(key) + " = \"64 KiB\"");
    return std::nullopt;
  }
  const auto value = text(key);
  if (!value) return std::nullopt;
  auto parsed = parse_size(*value);
  if (parsed.ok()) return *parsed;
  fault(key, std::string(key) + ": " + parsed.error().text());
  return std::nullopt;
}

std::optional<std::string> Table::choice(std::string_view key,
                                         std::initializer_list<std::string_view> words) {
  auto value = text(key);
  if (!value || std::find(words.begin(), words.end(), *value) != words.end()) return value;
  std::string list;
  for (const auto word : words) list += (list.empty() ? "\"" : ", \"") + std::string(word) + "\"";
  fault(key, std::string(key) + " is \"" + *value + "\"; it must be one of " + list);
  return std::nullopt;
}

std::vector<std::string> Table::texts(std::string_view key) {
  const toml::node* node = ask(*state_, as_table(table_), key);
  if (!node) return {};
  const auto* array = node->as_array();
  if (!array) {
    fault(key, std::string(key) + " must be a list of texts, [\"...\"], not " + type_name(*node));
    return {};
  }
  std::vector<std::string> list;
  for (const toml::node& item : *array) {
    if (const auto* value = item.as_string())
      list.push_back(value->get());
    else
      state_->faults.push_back(
          Fault{place_of(item.source()), std::string(key) + " holds texts only, not " + type_name(item)});
  }
  return list;
}

std::string Table::required_text(std::string_view key, std::string_view example) {
  const bool there = has(key);
  auto value = text(key);
  if (value && !value->empty()) return *value;
  const std::string where = name_.empty() ? std::string("the top of the file") : name_;
  if (!there) fault(key, std::string(key) + " is missing in " + where + "; write " + std::string(example));
  if (value) fault(key, std::string(key) + " is empty; write " + std::string(example));
  return {};
}

std::vector<std::string> Table::required_texts(std::string_view key, std::string_view example) {
  const std::size_t before = state_->faults.size();
  auto list = texts(key);
  if (!list.empty() || state_->faults.size() != before) return list;
  fault(key, std::string(key) + (has(key) ? " is an empty list" : " is missing in " + name_) + "; write " +
                 std::string(example));
  return list;
}

std::optional<Table> Table::table(std::string_view key) {
  const toml::node* node = ask(*state_, as_table(table_), key);
  if (!node) return std::nullopt;
  if (const auto* found = node->as_table()) return Table(state_, found, "[" + std::string(key) + "]");
  const bool many = node->is_array_of_tables();
  fault(key, std::string(key) + " must be one table: write [" + std::string(key) + "]" +
                 (many ? " once, not [[" + std::string(key) + "]]" : ", not " + type_name(*node)));
  return std::nullopt;
}

std::vector<Table> Table::tables(std::string_view key) {
  const toml::node* node = ask(*state_, as_table(table_), key);
  if (!node) return {};
  std::vector<Table> list;
  const auto* array = node->as_array();
  const bool good =
      array && std::all_of(array->begin(), array->end(), [](const auto& n) { return n.is_table(); });
  if (!good) {
    fault(key, "write [[" + std::string(key) + "]], in double brackets, before each " + std::string(key));
    return {};
  }
  for (const toml::node& item : *array)
    list.push_back(Table(state_, item.as_table(), "[[" + std::string(key) + "]]"));
  return list;
}

std::optional<std::filesystem::path> Table::path(std::string_view key) {
  const auto value = text(key);
  if (!value) return std::nullopt;
  if (value->empty()) {
    fault(key, std::string(key) + " is empty; write the path of a file or folder");
    return std::nullopt;
  }
  return (std::filesystem::absolute(state_->file).parent_path() / *value).lexically_normal();
}

Result<Document> Document::read(const std::filesystem::path& file) {
  X400_TRY(text, contents(file));
  return parse(text, file);
}

Result<Document> Document::parse(std::string_view text, const std::filesystem::path& file) {
  auto state = std::make_shared<Table::State>();
  state->file = file;
  try {
    state->root = toml::parse(text, file.string());
  } catch (const toml::parse_error& error) {
    const Place place = place_of(error.source());
    std::ostringstream line;
    line << file.string() << ":" << place.line << ":" << place.column << ": " << error.description();
    return Error(ErrorKind::malformed, line.str());
  }
  return Document(std::move(state));
}

Table Document::root() const { return Table(state_, &state_->root, ""); }

std::filesystem::path Document::folder() const {
  return std::filesystem::absolute(state_->file).parent_path();
}

void Document::fault(Place place, std::string text) {
  state_->faults.push_back(Fault{place, std::move(text)});
}

std::vector<Fault> Document::faults() const {
  std::vector<Fault> all = state_->faults;
  for (const auto& [table, asked] : state_->asked) {
    for (const auto& [key, node] : *table) {
      if (!asked.keys.contains(key.str()))
        all.push_back(Fault{place_of(key.source()), unknown_key(key.str(), asked.keys, asked.name)});
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const Fault& a, const Fault& b) {
    return std::pair(a.place.line, a.place.column) < std::pair(b.place.line, b.place.column);
  });
  return all;
}

Status Document::finish() const {
  const auto all = faults();
  if (all.empty()) return Ok{};
  std::string text;
  for (const Fault& fault : all) {
    if (!text.empty()) text += '\n';
    text += state_->file.string() + ":" + std::to_string(fault.place.line) + ":" +
            std::to_string(fault.place.column) + ": " + fault.text;
  }
  return Error(ErrorKind::invalid, std::move(text));
}

}  // namespace x400::settings
