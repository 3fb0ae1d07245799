#include "maintenance/line.hpp"

#include <algorithm>
#include <cstdio>

namespace x400::mstore::maintenance {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

// Octets of the UTF-8 character that begins there; 0: none does.
std::size_t character(std::string_view text) {
  const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = octet(0);
  const std::size_t size = first < 0x80   ? 1
                           : first < 0xc2 ? 0
                           : first < 0xe0 ? 2
                           : first < 0xf0 ? 3
                           : first < 0xf5 ? 4
                                          : 0;
  if (size == 0 || size > text.size()) return 0;
  for (std::size_t i = 1; i < size; ++i)
    if ((octet(i) & 0xc0) != 0x80) return 0;
  if (size == 3 && ((first == 0xe0 && octet(1) < 0xa0) || (first == 0xed && octet(1) >= 0xa0))) return 0;
  if (size == 4 && ((first == 0xf0 && octet(1) < 0x90) || (first == 0xf4 && octet(1) >= 0x90))) return 0;
  return size;
}

template <class Values, class Print>
std::string joined(const Values& values, std::string_view between, Print&& print) {
  std::string out;
  for (const auto& value : values) {
    if (!out.empty()) out += between;
    out += print(value);
  }
  return out;
}

std::string plain(std::string_view text) {
  const bool bare = !text.empty() && text.find_first_of(" \"=\\") == std::string_view::npos;
  const std::string quoted = json_text(text);
  return bare && quoted.size() == text.size() + 2 ? std::string(text) : quoted;
}

}  // namespace

std::string json_text(std::string_view text) {
  // Nearly all of it is characters that stand for themselves: taken by runs.
  const auto itself = [](char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; };
  std::string out = "\"";
  while (!text.empty()) {
    const auto run =
        static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), itself) - text.begin());
    out += text.substr(0, run);
    text.remove_prefix(run);
    if (text.empty()) break;
    const std::size_t size = character(text);
    const auto octet = static_cast<unsigned char>(text[0]);
    if (size == 0) {
      out += replacement;
    } else if (octet == '"' || octet == '\\') {
      out += '\\';
      out += text[0];
    } else if (octet < 0x20 || octet == 0x7f) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\u%04x", octet);
      out += escaped;
    } else {
      out += text.substr(0, size);
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return out + "\"";
}

Line& Line::number(std::string_view name, std::uint64_t value) {
  fields_.push_back({std::string(name), std::to_string(value), std::to_string(value), false});
  return *this;
}

Line& Line::time(std::string_view name, std::int64_t value) {
  fields_.push_back({std::string(name), std::to_string(value), std::to_string(value), false});
  return *this;
}

Line& Line::text(std::string_view name, std::string_view value) {
  fields_.push_back({std::string(name), plain(value), json_text(value), false});
  return *this;
}

Line& Line::flag(std::string_view name, bool value) {
  fields_.push_back({std::string(name), "", value ? "true" : "false", !value});
  return *this;
}

Line& Line::numbers(std::string_view name, const std::vector<std::uint64_t>& values) {
  const auto print = [](std::uint64_t v) { return std::to_string(v); };
  fields_.push_back(
      {std::string(name), joined(values, ",", print), "[" + joined(values, ",", print) + "]", false});
  return *this;
}

Line& Line::texts(std::string_view name, const std::vector<std::string>& values) {
  fields_.push_back(
      {std::string(name), joined(values, ",", plain), "[" + joined(values, ",", json_text) + "]", false});
  return *this;
}

std::string Line::as_text() const {
  std::string out(static_cast<std::size_t>(2 * depth_), ' ');
  out += kind_;
  for (const Field& f : fields_)
    if (!f.hidden) out += " " + f.name + (f.text.empty() ? "" : "=" + f.text);
  return out;
}

std::string Line::as_json() const {
  std::string out = "{\"is\":" + json_text(kind_);
  for (const Field& f : fields_) out += "," + json_text(f.name) + ":" + f.json;
  return out + "}";
}

}  // namespace x400::mstore::maintenance
