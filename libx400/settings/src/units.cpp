#include "x400/settings/units.hpp"

#include <array>
#include <charconv>
#include <limits>
#include <span>

namespace x400::settings {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::array durations{Unit{"ms", 1}, Unit{"s", 1000}, Unit{"min", 60'000}, Unit{"h", 3'600'000},
                               Unit{"d", 86'400'000}};
constexpr std::array sizes{Unit{"B", 1}, Unit{"KiB", 1ULL << 10}, Unit{"MiB", 1ULL << 20},
                           Unit{"GiB", 1ULL << 30}, Unit{"TiB", 1ULL << 40}};

Result<std::uint64_t> parse(std::string_view text, std::span<const Unit> units, std::uint64_t most,
                            std::string_view example) {
  std::uint64_t number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  std::string_view unit(rest, static_cast<std::size_t>(text.data() + text.size() - rest));
  if (unit.starts_with(' ')) unit.remove_prefix(1);
  if (error == std::errc()) {
    for (const Unit& u : units) {
      if (u.name != unit) continue;
      if (number > most / u.factor)
        return Error(ErrorKind::limit, "\"" + std::string(text) + "\" is too large");
      return number * u.factor;
    }
  }
  return Error(
      ErrorKind::malformed,
      "\"" + std::string(text) + "\" is not a whole number with a unit; write " + std::string(example));
}

}  // namespace

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  constexpr std::uint64_t century = 36'525ULL * 86'400'000ULL;
  X400_TRY(ms, parse(text, durations, century,
                     "for instance \"500 ms\", \"10 s\", \"5 min\", \"2 h\" or \"30 d\""));
  return std::chrono::milliseconds(static_cast<std::int64_t>(ms));
}

Result<std::uint64_t> parse_size(std::string_view text) {
  constexpr std::uint64_t most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return parse(text, sizes, most, "for instance \"512 B\", \"64 KiB\", \"20 MiB\" or \"1 GiB\"");
}

}  // namespace x400::settings
