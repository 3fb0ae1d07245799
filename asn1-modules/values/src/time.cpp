#include "x400/asn1/time.hpp"

#include <optional>

namespace x400::asn1 {
namespace {

using namespace std::chrono;

Error bad(std::string_view text) {
  return Error(ErrorKind::malformed, "not a time: '" + std::string(text.substr(0, 32)) + "'");
}

// Takes digits from the front of a text.
class Digits {
 public:
  explicit Digits(std::string_view text) : rest_(text) {}

  std::optional<int> number(std::size_t count) {
    if (digits() < count) return std::nullopt;
    int n = 0;
    for (const char c : rest_.substr(0, count)) n = n * 10 + (c - '0');
    rest_.remove_prefix(count);
    return n;
  }
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::size_t digits() const {
    std::size_t n = 0;
    while (n < rest_.size() && rest_[n] >= '0' && rest_[n] <= '9') ++n;
    return n;
  }
  bool empty() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

struct Fields {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
};

std::optional<Time> to_time(const Fields& f) {
  const year_month_day date{year{f.year}, month{static_cast<unsigned>(f.month)},
                            day{static_cast<unsigned>(f.day)}};
  if (!date.ok() || f.hour > 23 || f.minute > 59 || f.second > 60) return std::nullopt;
  return sys_days(date) + hours{f.hour} + minutes{f.minute} + seconds{f.second == 60 ? 59 : f.second};
}

// Z, or an offset east of Greenwich, which is ahead of UTC.
std::optional<seconds> zone(Digits& in, bool minutes_may_miss) {
  if (in.take('Z')) return seconds{0};
  const bool east = in.take('+');
  if (!east && !in.take('-')) return std::nullopt;
  const auto h = in.number(2);
  auto m = in.number(2);
  if (!m && minutes_may_miss) m = 0;
  if (!h || !m || *h > 23 || *m > 59) return std::nullopt;
  const seconds offset = hours{*h} + minutes{*m};
  return east ? offset : -offset;
}

int year_of(Time t) { return static_cast<int>(year_month_day(floor<days>(t)).year()); }

// The one year with these last two digits in [now - 10, now + 40]; the window of 51 years leaves 49
// numbers that lie outside: those are taken as past.
int full_year(int two_digits, Time now) {
  const int this_year = year_of(now);
  int y = this_year - this_year % 100 + two_digits;
  if (y > this_year + 40) y -= 100;
  if (y <= this_year - 60) y += 100;
  return y;
}

Fields fields_of(Time t) {
  const auto midnight = floor<days>(t);
  const year_month_day date(midnight);
  const hh_mm_ss clock(t - midnight);
  return {static_cast<int>(date.year()),
          static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day())),
          static_cast<int>(clock.hours().count()),
          static_cast<int>(clock.minutes().count()),
          static_cast<int>(clock.seconds().count())};
}

void put(std::string& out, int n, int digits) {
  std::string text = std::to_string(n);
  out.append(
      static_cast<std::size_t>(digits) > text.size() ? static_cast<std::size_t>(digits) - text.size() : 0,
      '0');
  out += text;
}

}  // namespace

Time now() { return floor<seconds>(system_clock::now()); }

Result<Time> parse_utc_time(std::string_view text, Time now) {
  Digits in(text);
  const auto y = in.number(2), mo = in.number(2), d = in.number(2), h = in.number(2), mi = in.number(2);
  if (!mi) return bad(text);
  const auto s = in.number(2);
  const auto offset = zone(in, false);
  const auto time = to_time({full_year(*y, now), *mo, *d, *h, *mi, s.value_or(0)});
  if (!offset || !time || !in.empty()) return bad(text);
  return *time - *offset;
}

Result<Time> parse_generalized_time(std::string_view text) {
  Digits in(text);
  const auto y = in.number(4), mo = in.number(2), d = in.number(2), h = in.number(2);
  if (!h) return bad(text);
  const auto mi = in.number(2);
  const auto s = mi ? in.number(2) : std::nullopt;
  if (in.take('.') || in.take(',')) {
    if (in.digits() == 0) return bad(text);
    while (in.digits() > 0) (void)in.number(1);
  }
  const auto offset = in.empty() ? std::optional(seconds{0}) : zone(in, true);
  const auto time = to_time({*y, *mo, *d, *h, mi.value_or(0), s.value_or(0)});
  if (!offset || !time || !in.empty()) return bad(text);
  return *time - *offset;
}

std::string utc_time(Time time) {
  const Fields f = fields_of(time);
  std::string out;
  for (const int n : {f.year % 100, f.month, f.day, f.hour, f.minute, f.second}) put(out, n, 2);
  return out + "Z";
}

std::string generalized_time(Time time) {
  const Fields f = fields_of(time);
  std::string out;
  put(out, f.year, 4);
  for (const int n : {f.month, f.day, f.hour, f.minute, f.second}) put(out, n, 2);
  return out + "Z";
}

std::string iso_time(Time time) {
  const std::string t = generalized_time(time);
  return t.substr(0, 4) + "-" + t.substr(4, 2) + "-" + t.substr(6, 2) + "T" + t.substr(8, 2) + ":" +
         t.substr(10, 2) + ":" + t.substr(12);
}

}  // namespace x400::asn1
