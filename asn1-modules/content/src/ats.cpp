#include "x400/content/ats.hpp"

#include <algorithm>

namespace x400::content {
namespace {

using asn1::ms::Priority;

constexpr char soh = '\x01', stx = '\x02';

bool is_digit(char c) { return c >= '0' && c <= '9'; }

int two_digits(std::string_view s) { return (s[0] - '0') * 10 + (s[1] - '0'); }

bool is_filing_time(std::string_view s) {
  if (s.size() != 6 || !std::all_of(s.begin(), s.end(), is_digit)) return false;
  const int day = two_digits(s.substr(0, 2));
  return day >= 1 && day <= 31 && two_digits(s.substr(2, 2)) < 24 && two_digits(s.substr(4, 2)) < 60;
}

bool take(std::string_view& rest, std::string_view what) {
  if (rest.substr(0, what.size()) != what) return false;
  rest.remove_prefix(what.size());
  return true;
}

// The rest of the line, without its CR LF.
std::optional<std::string_view> take_line(std::string_view& rest) {
  const std::size_t end = rest.find("\r\n");
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + 2);
  return line;
}

std::size_t longest_ohi(AtsPriority p) { return p == AtsPriority::ss ? 48 : 53; }

bool is_text_line(std::string_view s) {
  return std::all_of(s.begin(), s.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

const std::vector<AtsPriorityInfo>& ats_priorities() {
  static const std::vector<AtsPriorityInfo> table{
      {AtsPriority::ss, "SS", Priority::urgent, 107},    {AtsPriority::dd, "DD", Priority::normal, 71},
      {AtsPriority::ff, "FF", Priority::normal, 57},     {AtsPriority::gg, "GG", Priority::non_urgent, 28},
      {AtsPriority::kk, "KK", Priority::non_urgent, 14},
  };
  return table;
}

const AtsPriorityInfo& info(AtsPriority priority) {
  return ats_priorities()[static_cast<std::size_t>(priority)];
}

const AtsPriorityInfo* ats_priority(std::string_view letters) {
  for (const AtsPriorityInfo& p : ats_priorities())
    if (p.letters == letters) return &p;
  return nullptr;
}

const AtsPriorityInfo* ats_priority_of_precedence(std::int64_t precedence) {
  for (const AtsPriorityInfo& p : ats_priorities())
    if (p.precedence == precedence) return &p;
  return nullptr;
}

std::optional<AtsText> parse_ats_header(std::string_view body) {
  AtsText out;
  std::string_view rest = body;
  if (!take(rest, std::string_view(&soh, 1)) || !take(rest, "PRI: ")) return std::nullopt;
  const auto letters = take_line(rest);
  const AtsPriorityInfo* priority = letters ? ats_priority(*letters) : nullptr;
  if (priority == nullptr || !take(rest, "FT: ")) return std::nullopt;
  const auto time = take_line(rest);
  if (!time || !is_filing_time(*time)) return std::nullopt;
  out.header.priority = priority->priority;
  out.header.filing_time = *time;
  if (take(rest, "OHI: ")) {
    const auto ohi = take_line(rest);
    if (!ohi) return std::nullopt;
    out.header.ohi = *ohi;
  }
  if (!take(rest, std::string_view(&stx, 1))) return std::nullopt;
  out.text = rest;
  return out;
}

Result<std::string> format_ats(const AtsHeader& header, std::string_view text) {
  const auto invalid = [](std::string why) { return Error(ErrorKind::invalid, "ATS header: " + why); };
  if (!is_filing_time(header.filing_time)) return invalid("filing time '" + header.filing_time + "'");
  if (header.ohi.size() > longest_ohi(header.priority)) return invalid("OHI too long");
  if (!is_text_line(header.ohi)) return invalid("OHI has other than printing IA5 characters");
  std::string out(1, soh);
  out += "PRI: ";
  out += info(header.priority).letters;
  out += "\r\nFT: " + header.filing_time + "\r\n";
  if (!header.ohi.empty()) out += "OHI: " + header.ohi + "\r\n";
  out += stx;
  out += text;
  return out;
}

}  // namespace x400::content
