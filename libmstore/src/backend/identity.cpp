#include "backend/identity.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "log/crc32c.hpp"

namespace x400::mstore::backend {
namespace {

// The identity file: "name = value" lines, written once. The last is the sum of those before; files of the
// first stores have none.
constexpr const char* identity_name = "store";
constexpr std::uint64_t most_octets = 4096;
constexpr const char* identity_title = "x400-message-store";

std::string sum_of(std::string_view text) {
  const std::uint32_t sum = crc32c(view(text));
  Octets octets;
  for (int shift = 24; shift >= 0; shift -= 8) octets.push_back(static_cast<std::uint8_t>(sum >> shift));
  return to_hex(octets);
}

std::string text_of(const Identity& identity) {
  std::string text = std::string(identity_title) + "\nformat = " + std::to_string(identity.format) + "." +
                     std::to_string(format_minor) + "\nid = " + to_hex(identity.store) +
                     "\nshards = " + std::to_string(identity.shards) + "\n";
  const std::string sum = sum_of(text);
  return text + "sum = " + sum + "\n";
}

// The line ends the file: what is behind it would not be summed.
bool sum_holds(std::string_view text) {
  constexpr std::string_view begin = "\nsum = ";
  const std::size_t at = text.find(begin);
  if (at == std::string_view::npos) return true;
  const std::string_view before = text.substr(0, at + 1);
  return text.substr(at + begin.size()) == sum_of(before) + "\n";
}

std::optional<std::string_view> value_of(std::string_view text, std::string_view name) {
  const std::string begin = "\n" + std::string(name) + " = ";
  const std::size_t at = text.find(begin);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = text.substr(at + begin.size());
  return rest.substr(0, rest.find('\n'));
}

Result<std::uint32_t> number_of(std::string_view text, std::string_view name) {
  const auto value = value_of(text, name);
  std::uint32_t number = 0;
  if (!value || std::from_chars(value->data(), value->data() + value->size(), number).ec != std::errc{})
    return Error(ErrorKind::corrupt, "no " + std::string(name));
  return number;
}

Result<Identity> parse_identity(std::string_view text) {
  if (!text.starts_with(identity_title)) return Error(ErrorKind::corrupt, "no message store");
  Identity identity;
  X400_TRY(format, number_of(text, "format"));
  X400_TRY(shards, number_of(text, "shards"));
  X400_TRY(id, from_hex(value_of(text, "id").value_or("")));
  if (id.size() != identity.store.size()) return Error(ErrorKind::corrupt, "no id");
  identity.format = format;
  identity.shards = shards;
  std::copy(id.begin(), id.end(), identity.store.begin());
  return identity;
}

}  // namespace

Path identity_path(const Path& folder) { return folder / identity_name; }

Status make_identity(Env& env, const Path& folder) {
  Identity made;
  X400_CHECK(env.random(made.store));
  const std::string text = text_of(made);
  return replace_file(env, identity_path(folder), view(text));
}

Result<Identity> read_identity(Env& env, const Path& folder) {
  const Path path = identity_path(folder);
  X400_TRY(octets, read_file(env, path, most_octets));
  auto identity = parse_identity(chars(octets));
  if (!identity.ok()) return identity.error().in(path.string());
  if (identity->format > format_major)
    return Error(ErrorKind::unsupported, "made by a later version: " + path.string());
  if (!sum_holds(chars(octets))) return Error(ErrorKind::corrupt, "damaged: " + path.string());
  if (identity->shards != 1)
    return Error(ErrorKind::unsupported, "stores of one shard only: " + path.string());
  return std::move(*identity);
}

LogFolders log_folders(const Path& shard) {
  return {shard / "log", shard / "torn", shard / "retired", shard / "removed"};
}

}  // namespace x400::mstore::backend
