#include <algorithm>

#include "or_name/labels.hpp"
#include "x400/asn1/or_text.hpp"
#include "x400/asn1/text.hpp"

namespace x400::asn1 {
namespace labels {

// In the table form A's label stands first of its kind, form B's last.
std::string_view printed(Kind kind, int number, bool form_b) {
  std::string_view name;
  for (const Label& label : all)
    if (label.kind == kind && label.number == number) {
      name = label.name;
      if (!form_b) break;
    }
  return name;
}

}  // namespace labels

namespace {

using labels::Kind;

// The lines of an unformatted address that has none of its own.
std::vector<std::string> unformatted_lines(const PostalAddress& p) {
  if (!p.unformatted_lines.empty()) return p.unformatted_lines;
  const std::string all =
      p.unformatted_universal.empty() ? text::from_t61(view(p.unformatted_teletex)) : p.unformatted_universal;
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = std::min(all.find('\n', at), all.size());
    std::string line = all.substr(at, end - at);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    lines.push_back(std::move(line));
    at = end + 1;
  }
  return lines;
}

std::string terminal_type(TerminalType type) {
  for (const auto& known : labels::terminal_names)
    if (known.type == type) return std::string(known.name);
  return std::to_string(static_cast<std::int64_t>(type));
}

// One form of output: how a field is written and which label it has.
class Printer {
 public:
  explicit Printer(bool form_b) : form_b_(form_b) {}

  void field(Kind kind, const std::string& value, int number = 0) {
    if (!value.empty()) raw(std::string(labels::printed(kind, number, form_b_)), quoted(value));
  }
  void field(Kind kind, const ORText& value, int number = 0) {
    if (!value.empty()) raw(std::string(labels::printed(kind, number, form_b_)), text_value(value));
  }
  void domain_defined(const DomainDefinedAttribute& dda) {
    std::string type;
    for (const char c : dda.type.utf8()) type += c == '=' && !form_b_ ? "==" : std::string(1, c);
    raw(form_b_ ? "DD." + quoted(type) : "DDA:" + quoted(type), text_value(dda.value));
  }
  void raw(const std::string& label, const std::string& value) {
    if (form_b_)
      out_ += "/" + label + "=" + value;
    else
      out_ += (out_.empty() ? "" : "; ") + label + "=" + value;
  }
  std::string quoted(std::string_view value) const {
    std::string out;
    for (const char c : value) {
      if (form_b_ && std::string_view("/;=$*|").find(c) != std::string_view::npos) out.push_back('$');
      if (!form_b_ && c == ';') out.push_back(';');
      out.push_back(c);
    }
    return out;
  }
  std::string text_value(const ORText& value) const {
    if (!form_b_ || value.teletex.empty()) return quoted(value.utf8());
    return quoted(value.printable) + "*" + teletex(value.teletex);
  }
  static std::string teletex(std::string_view octets) {
    std::string out;
    for (const char c : octets) {
      const bool itself = text::is_printable(std::string_view(&c, 1)) && c != '/' && c != '=';
      out += itself ? std::string(1, c) : "{" + std::to_string(static_cast<unsigned char>(c)) + "}";
    }
    return out;
  }
  std::string take() { return form_b_ && !out_.empty() ? out_ + "/" : std::move(out_); }

 private:
  bool form_b_;
  std::string out_;
};

void print_postal(Printer& p, const PostalAddress& postal) {
  p.field(Kind::pds_name, postal.pds_name);
  auto parameters = postal.parameters;
  std::sort(parameters.begin(), parameters.end(),
            [](const auto& x, const auto& y) { return x.first < y.first; });
  for (const auto& [attribute, value] : parameters)
    p.field(Kind::postal_parameter, value, labels::n(attribute));
  p.field(Kind::postal_code, postal.postal_code);
  p.field(Kind::postal_country, postal.country);
}

void print_terminal(Printer& p, const ORAddress& a) {
  p.field(Kind::x121, a.x121_address);
  p.field(Kind::network_number, a.network.e164_number);
  p.field(Kind::network_subaddress, a.network.e164_subaddress);
  p.field(Kind::psap, to_hex(a.network.presentation_address));
  p.field(Kind::numeric_user, a.numeric_user_id);
  p.field(Kind::terminal_id, a.terminal_id);
  if (a.terminal_type) p.field(Kind::terminal_type, terminal_type(*a.terminal_type));
}

void print_personal_name(Printer& p, const PersonalName& name) {
  p.field(Kind::given, name.given);
  p.field(Kind::initials, name.initials);
  p.field(Kind::surname, name.surname);
  p.field(Kind::generation, name.generation);
}

void print_address_b(Printer& p, const PostalAddress& postal) {
  const bool lines = !postal.unformatted_lines.empty();
  if (!lines && postal.unformatted_teletex.empty() && postal.unformatted_universal.empty()) return;
  std::string value;
  for (const std::string& line :
       lines || postal.unformatted_teletex.empty() ? unformatted_lines(postal) : std::vector<std::string>())
    value += (value.empty() ? "" : "|") + p.quoted(line);
  if (!postal.unformatted_teletex.empty()) value += "*" + Printer::teletex(postal.unformatted_teletex);
  p.raw("PD-ADDRESS", value);
}

}  // namespace

std::string print_f401(const ORAddress& a) {
  Printer p(false);
  print_personal_name(p, a.personal_name);
  p.field(Kind::common_name, a.common_name);
  p.field(Kind::organization, a.organization);
  int number = 0;
  for (const ORText& unit : a.organizational_units) {
    ++number;
    if (number <= 4)
      p.field(Kind::unit, unit, number);
    else
      p.raw("OU" + std::to_string(number), p.text_value(unit));
  }
  print_terminal(p, a);
  for (const auto& dda : a.domain_defined) p.domain_defined(dda);
  print_postal(p, a.postal);
  number = 0;
  for (const std::string& line : unformatted_lines(a.postal)) p.field(Kind::unformatted_line, line, ++number);
  p.field(Kind::prmd, a.prmd);
  if (a.admd && !text::fold(*a.admd).empty()) p.field(Kind::admd, *a.admd);
  p.field(Kind::country, a.country);
  return p.take();
}

std::string print_rfc2156(const ORAddress& a) {
  Printer p(true);
  for (auto dda = a.domain_defined.rbegin(); dda != a.domain_defined.rend(); ++dda) p.domain_defined(*dda);
  print_terminal(p, a);
  print_postal(p, a.postal);
  print_address_b(p, a.postal);
  p.field(Kind::common_name, a.common_name);
  print_personal_name(p, a.personal_name);
  for (auto unit = a.organizational_units.rbegin(); unit != a.organizational_units.rend(); ++unit)
    p.raw("OU", p.text_value(*unit));
  p.field(Kind::organization, a.organization);
  p.field(Kind::prmd, a.prmd);
  if (a.admd) p.raw("ADMD", a.admd->empty() ? " " : p.quoted(*a.admd));
  p.field(Kind::country, a.country);
  return p.take();
}

}  // namespace x400::asn1
