#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "log/log.hpp"

namespace x400::server {
namespace {

// All lines of a second have the same but for its thousandths.
std::string stamp(std::int64_t time) {
  thread_local std::time_t last = -1;
  thread_local std::string text;
  const std::time_t seconds = static_cast<std::time_t>(time / 1000);
  if (seconds != last) {
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    text = fmt::format("{:%Y-%m-%dT%H:%M:%S}.", utc);
    last = seconds;
  }
  std::string stamp = text + "000Z";
  for (std::size_t at = text.size() + 3, n = static_cast<std::size_t>(time % 1000); n > 0; n /= 10)
    stamp[--at] = static_cast<char>('0' + n % 10);
  return stamp;
}

bool printable(char c) { return c > ' ' && c < 0x7F; }

// Bare when nothing in it could be taken for the end of the value.
void put_value(std::string& line, std::string_view value) {
  const bool bare = !value.empty() && std::all_of(value.begin(), value.end(), [](char c) {
    return printable(c) && c != '"' && c != '\\';
  });
  if (bare) {
    line += value;
    return;
  }
  line += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') line += '\\';
    if (printable(c) || c == ' ')
      line += c;
    else
      line += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }
  line += '"';
}

// Length of the well-formed UTF-8 character at the start, 0 if there is none (RFC 3629).
std::size_t utf8_length(std::string_view s) {
  const auto at = [&](std::size_t i) { return i < s.size() ? static_cast<unsigned char>(s[i]) : 0u; };
  const auto next = [&](std::size_t i) { return (at(i) & 0xC0) == 0x80; };
  const unsigned a = at(0), b = at(1);
  if (a < 0x80) return 1;
  if (a >= 0xC2 && a <= 0xDF && next(1)) return 2;
  if (a >= 0xE0 && a <= 0xEF && next(1) && next(2))
    return (a == 0xE0 && b < 0xA0) || (a == 0xED && b > 0x9F) ? 0 : 3;
  if (a >= 0xF0 && a <= 0xF4 && next(1) && next(2) && next(3))
    return (a == 0xF0 && b < 0x90) || (a == 0xF4 && b > 0x8F) ? 0 : 4;
  return 0;
}

// Octets that are no UTF-8 are shown as the characters of Latin-1, so that none is lost.
void put_json(std::string& line, std::string_view value) {
  line += '"';
  while (!value.empty()) {
    const unsigned char c = static_cast<unsigned char>(value[0]);
    const std::size_t n = utf8_length(value);
    if (c == '"' || c == '\\')
      line += {'\\', static_cast<char>(c)};
    else if (n == 0 || c < 0x20 || c == 0x7F)
      line += fmt::format("\\u{:04x}", c);
    else
      line += value.substr(0, n);
    value.remove_prefix(std::max<std::size_t>(n, 1));
  }
  line += '"';
}

}  // namespace

std::string text_line(std::int64_t time, const Event& event, std::initializer_list<Field> fields) {
  std::string line = stamp(time);
  line.append(" ").append(name(event.level)).append(" ").append(event.id).append(" ").append(event.text);
  for (const Field& field : fields) {
    line.append(" ").append(field.name).append("=");
    put_value(line, field.value());
  }
  return line;
}

std::string json_line(std::int64_t time, const Event& event, std::initializer_list<Field> fields) {
  std::string line = "{\"time\":\"" + stamp(time) + "\",\"level\":\"" + std::string(name(event.level)) +
                     "\",\"id\":\"" + std::string(event.id) + "\",\"event\":";
  put_json(line, event.text);
  for (const Field& field : fields) {
    line += ',';
    put_json(line, field.name);
    line += ':';
    if (field.bare)
      line += field.value();
    else
      put_json(line, field.value());
  }
  return line + "}";
}

}  // namespace x400::server
