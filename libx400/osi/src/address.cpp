#include "x400/osi/address.hpp"

#include <algorithm>
#include <charconv>

namespace x400::osi {
namespace {

Error bad(std::string what) { return Error(ErrorKind::invalid, "presentation address: " + std::move(what)); }

bool plain(std::uint8_t o) { return o >= 0x20 && o < 0x7f && o != '"'; }

// The text up to an unquoted `stop`, taken with it; the rest stays.
std::string_view take_until(std::string_view& text, char stop) {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (text[i] != stop || quoted) continue;
    const std::string_view part = text.substr(0, i);
    text.remove_prefix(i + 1);
    return part;
  }
  return std::exchange(text, {});
}

std::string_view trim(std::string_view s) {
  while (!s.empty() && s.front() == ' ') s.remove_prefix(1);
  while (!s.empty() && s.back() == ' ') s.remove_suffix(1);
  return s;
}

Status set_port(std::string_view text, PresentationAddress& a) {
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), a.port);
  if (ec != std::errc() || end != text.data() + text.size() || a.port == 0)
    return bad("port '" + std::string(text) + "' is no number from 1 to 65535");
  return Ok{};
}

// name, name:port, 10.0.0.1:port, [::1], [::1]:port
Status set_host(std::string_view text, PresentationAddress& a) {
  if (!a.host.empty()) return bad("more than one host");
  if (text.empty()) return bad("no host");
  std::string_view rest;
  if (text.front() == '[') {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return bad("'[' without ']'");
    a.host = text.substr(1, close - 1);
    rest = text.substr(close + 1);
    if (!rest.empty() && rest.front() != ':') return bad("octets behind ']'");
  } else {
    const std::size_t colon = text.find(':');
    if (colon != std::string_view::npos && text.find(':', colon + 1) != std::string_view::npos)
      return bad("an IPv6 address stands in brackets");
    a.host = text.substr(0, colon);
    if (colon != std::string_view::npos) rest = text.substr(colon);
  }
  if (a.host.empty() || a.host.find_first_of(" /\"'") != std::string::npos)
    return bad("'" + std::string(text) + "' is no host");
  if (!rest.empty()) return set_port(rest.substr(1), a);
  return Ok{};
}

Status set_selector(std::string_view text, std::size_t most, const char* what, Octets& to) {
  X400_TRY(octets, parse_selector(text));
  if (octets.size() > most)
    return Error(ErrorKind::limit, std::string("presentation address: ") + what + " of more than " +
                                       std::to_string(most) + " octets");
  to = std::move(octets);
  return Ok{};
}

Result<PresentationAddress> parse_keyed(std::string_view text) {
  PresentationAddress a;
  while (!text.empty()) {
    const std::string_view part = trim(take_until(text, ';'));
    if (part.empty()) continue;
    const std::size_t equals = part.find('=');
    const std::string_view key = equals == std::string_view::npos ? "host" : trim(part.substr(0, equals));
    const std::string_view value = equals == std::string_view::npos ? part : trim(part.substr(equals + 1));
    if (key == "tsel")
      X400_CHECK(set_selector(value, max_tsel, "tsel", a.selectors.transport));
    else if (key == "ssel")
      X400_CHECK(set_selector(value, max_ssel, "ssel", a.selectors.session));
    else if (key == "psel")
      X400_CHECK(set_selector(value, max_psel, "psel", a.selectors.presentation));
    else if (key == "host")
      X400_CHECK(set_host(value, a));
    else if (key == "port")
      X400_CHECK(set_port(value, a));
    else
      return bad("unknown key '" + std::string(key) + "'");
  }
  return a;
}

// Internet=host or Internet=host+port
Status set_network(std::string_view text, PresentationAddress& a) {
  constexpr std::string_view internet = "Internet=";
  if (text.substr(0, internet.size()) != internet)
    return bad("only Internet= network addresses are supported");
  text.remove_prefix(internet.size());
  const std::size_t plus = text.find('+');
  a.host = text.substr(0, plus);
  if (a.host.empty() || a.host.find_first_of(" /\"'") != std::string::npos) return bad("no host");
  if (plus != std::string_view::npos) return set_port(text.substr(plus + 1), a);
  return Ok{};
}

Result<PresentationAddress> parse_rfc1278(std::string_view text) {
  std::vector<std::string_view> parts;
  while (!text.empty()) parts.push_back(trim(take_until(text, '/')));
  if (parts.size() > 4) return bad("more than three selectors");
  PresentationAddress a;
  X400_CHECK(set_network(parts.back(), a));
  parts.pop_back();
  // Bare text is not in RFC 1278, where it would hide a network address that is not understood.
  for (const std::string_view part : parts)
    if (!part.empty() && std::string_view("\"'#").find(part.front()) == std::string_view::npos)
      return bad("'" + std::string(part) + "' is no selector");
  // From the right: transport, session, presentation.
  std::reverse(parts.begin(), parts.end());
  if (!parts.empty()) X400_CHECK(set_selector(parts[0], max_tsel, "tsel", a.selectors.transport));
  if (parts.size() > 1) X400_CHECK(set_selector(parts[1], max_ssel, "ssel", a.selectors.session));
  if (parts.size() > 2) X400_CHECK(set_selector(parts[2], max_psel, "psel", a.selectors.presentation));
  return a;
}

}  // namespace

Result<Octets> parse_selector(std::string_view text) {
  if (text.empty()) return Octets();
  if (text.front() == '"') {
    if (text.size() < 2 || text.back() != '"' || text.find('"', 1) != text.size() - 1)
      return bad("selector with a lone quote");
    return to_octets(text.substr(1, text.size() - 2));
  }
  if (text.front() == '\'') {
    if (text.size() < 3 || text.substr(text.size() - 2) != "'H")
      return bad("hexadecimal selector without 'H");
    auto octets = from_hex(text.substr(1, text.size() - 3));
    if (!octets.ok()) return bad(octets.error().text());
    return std::move(*octets);
  }
  if (text.front() == '#') {
    std::uint16_t number = 0;
    const auto [end, ec] = std::from_chars(text.data() + 1, text.data() + text.size(), number);
    if (ec != std::errc() || end != text.data() + text.size()) return bad("selector with a bad number");
    return Octets{static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
  }
  const Octets octets = to_octets(text);
  if (!std::all_of(octets.begin(), octets.end(), plain))
    return bad("selector with characters that need hexadecimal");
  return octets;
}

std::string selector_text(View selector) {
  if (selector.empty()) return {};
  if (std::all_of(selector.begin(), selector.end(), plain)) return '"' + std::string(chars(selector)) + '"';
  return "'" + to_hex(selector) + "'H";
}

Result<PresentationAddress> parse_address(std::string_view text) {
  text = trim(text);
  if (text.find("Internet=") != std::string_view::npos) return parse_rfc1278(text);
  auto address = parse_keyed(text);
  if (address.ok() && address->host.empty() && address->selectors == Selectors{}) return bad("empty");
  return address;
}

std::string to_string(const PresentationAddress& a) {
  std::string text;
  const auto add = [&](std::string_view key, const Octets& selector) {
    if (!selector.empty()) text += std::string(key) + selector_text(selector) + ";";
  };
  add("tsel=", a.selectors.transport);
  add("ssel=", a.selectors.session);
  add("psel=", a.selectors.presentation);
  if (a.host.empty()) return text;
  const bool v6 = a.host.find(':') != std::string::npos;
  return text + (v6 ? "[" + a.host + "]" : a.host) + ":" + std::to_string(a.port);
}

}  // namespace x400::osi
