#include <algorithm>
#include <array>

#include "or_name/labels.hpp"
#include "x400/asn1/or_text.hpp"
#include "x400/asn1/text.hpp"

namespace x400::asn1 {
namespace {

using labels::Kind;

// A character of the input; a quoted one has no meaning but itself.
struct Char {
  char c;
  bool quoted;
};
using Chars = std::vector<Char>;

bool is(const Char& ch, char c) { return ch.c == c && !ch.quoted; }

std::string plain(const Chars& chars) {
  std::string s;
  for (const Char& ch : chars) s.push_back(ch.c);
  return s;
}

void trim(Chars& chars) {
  while (!chars.empty() && is(chars.back(), ' ')) chars.pop_back();
  std::size_t n = 0;
  while (n < chars.size() && is(chars[n], ' ')) ++n;
  chars.erase(chars.begin(), chars.begin() + static_cast<std::ptrdiff_t>(n));
}

Error bad(std::string why) { return Error(ErrorKind::malformed, "O/R address: " + std::move(why)); }

// The pieces between separators, quotes and doubled separators taken out.
Result<std::vector<Chars>> split(std::string_view text, bool form_b) {
  std::vector<Chars> pieces(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (form_b && c == '$') {
      if (++i == text.size()) return bad("'$' with nothing after it");
      pieces.back().push_back({text[i], true});
    } else if (c == ';' || (form_b && c == '/')) {
      if (i + 1 < text.size() && text[i + 1] == c) {
        pieces.back().push_back({c, true});
        ++i;
      } else {
        pieces.emplace_back();
      }
    } else {
      pieces.back().push_back({c, false});
    }
  }
  for (Chars& piece : pieces) trim(piece);
  std::erase_if(pieces, [](const Chars& piece) { return piece.empty(); });
  return pieces;
}

struct Field {
  std::string label;  // upper case, except the type of a domain-defined attribute
  Chars value;
  std::string dda_type;
  bool dda = false;
};

bool starts_with_label(const Chars& piece, std::string_view label) {
  if (piece.size() < label.size()) return false;
  for (std::size_t i = 0; i < label.size(); ++i)
    if (text::fold(std::string(1, piece[i].c)) != text::fold(label.substr(i, 1))) return false;
  return true;
}

// Where the label ends; "==" inside the type of a domain-defined attribute is one "=" of it.
Result<Field> split_label(const Chars& piece) {
  Field f;
  std::size_t type_at = 0;
  for (const std::string_view prefix : {"DDA:", "DD."})
    if (starts_with_label(piece, prefix)) type_at = prefix.size();
  f.dda = type_at > 0;
  std::string name;
  std::size_t i = 0;
  for (; i < piece.size(); ++i) {
    if (is(piece[i], '=')) {
      if (!(f.dda && i + 1 < piece.size() && is(piece[i + 1], '='))) break;
      ++i;
    }
    name.push_back(piece[i].c);
  }
  if (i == piece.size()) return bad("'" + name + "' has no value");
  f.value.assign(piece.begin() + static_cast<std::ptrdiff_t>(i) + 1, piece.end());
  trim(f.value);
  if (f.dda) {
    f.dda_type = name.substr(type_at);
    return f;
  }
  while (!name.empty() && name.back() == ' ') name.pop_back();
  for (const char c : name) f.label.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c);
  return f;
}

// {ddd} is the octet with this number; everything else stands for itself.
Result<std::string> teletex_octets(const Chars& in) {
  std::string out;
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (!is(in[i], '{')) {
      out.push_back(in[i].c);
      continue;
    }
    int number = 0;
    std::size_t digits = 0;
    for (++i; i < in.size() && in[i].c >= '0' && in[i].c <= '9' && digits < 3; ++i, ++digits)
      number = number * 10 + (in[i].c - '0');
    if (digits == 0 || number > 255 || i == in.size() || !is(in[i], '}'))
      return bad("an octet is written {0} to {255}");
    out.push_back(static_cast<char>(number));
  }
  return out;
}

class Parser {
 public:
  explicit Parser(bool form_b) : form_b_(form_b) {}

  Result<ORAddress> run(std::string_view text) {
    X400_TRY(pieces, split(text, form_b_));
    if (pieces.empty()) return bad("empty");
    for (const Chars& piece : pieces) {
      X400_TRY(f, split_label(piece));
      X400_CHECK(f.dda ? domain_defined(f) : field(f));
    }
    X400_CHECK(finish());
    return std::move(a_);
  }

 private:
  Result<ORText> text_value(const Chars& value) const {
    const auto star = form_b_
                          ? std::find_if(value.begin(), value.end(), [](const Char& c) { return is(c, '*'); })
                          : value.end();
    if (star == value.end()) return ORText::of(plain(value));
    ORText t = ORText::of(plain(Chars(value.begin(), star)));
    X400_TRY(teletex, teletex_octets(Chars(star + 1, value.end())));
    t.teletex = std::move(teletex);
    return t;
  }

  Status field(const Field& f) {
    const auto label = std::find_if(labels::all.begin(), labels::all.end(),
                                    [&](const labels::Label& l) { return l.name == f.label; });
    if (label == labels::all.end()) return bad("unknown label '" + f.label + "'");
    if (f.value.empty() && label->kind != Kind::admd) return bad("'" + f.label + "' has no value");
    return take(*label, f);
  }

  Status take(const labels::Label& label, const Field& f) {
    switch (label.kind) {
      case Kind::country: return country(f);
      case Kind::admd: return admd(f);
      case Kind::prmd: return once(a_.prmd, f);
      case Kind::x121: return once(a_.x121_address, f);
      case Kind::terminal_id: return once(a_.terminal_id, f);
      case Kind::numeric_user: return once(a_.numeric_user_id, f);
      case Kind::organization: return once(a_.organization, f);
      case Kind::unit: return unit(label.number, f);
      case Kind::surname: return once(a_.personal_name.surname, f);
      case Kind::given: return once(a_.personal_name.given, f);
      case Kind::initials: return once(a_.personal_name.initials, f);
      case Kind::generation: return once(a_.personal_name.generation, f);
      case Kind::common_name: return once(a_.common_name, f);
      case Kind::personal_name: return dotted_name(f);
      case Kind::network_number: return once(a_.network.e164_number, f);
      case Kind::network_subaddress: return once(a_.network.e164_subaddress, f);
      case Kind::psap: return psap(f);
      case Kind::terminal_type: return terminal_type(f);
      case Kind::pds_name: return once(a_.postal.pds_name, f);
      case Kind::postal_country: return once(a_.postal.country, f);
      case Kind::postal_code: return once(a_.postal.postal_code, f);
      case Kind::postal_parameter: return postal_parameter(static_cast<PostalAttribute>(label.number), f);
      case Kind::unformatted_line: return line(label.number, f);
      case Kind::unformatted: return unformatted(f);
    }
    return bad("unknown label '" + f.label + "'");
  }

  static Error twice(const Field& f) { return bad("'" + f.label + "' stands twice"); }

  Status once(std::string& to, const Field& f) {
    if (!to.empty()) return twice(f);
    to = plain(f.value);
    if (!text::is_printable(to)) return bad("'" + f.label + "' has a character that is not printable");
    return Ok{};
  }
  Status once(ORText& to, const Field& f) {
    if (!to.empty()) return twice(f);
    X400_TRY(t, text_value(f.value));
    to = std::move(t);
    return Ok{};
  }

  Status country(const Field& f) {
    X400_CHECK(once(a_.country, f));
    for (char& c : a_.country)
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    return Ok{};
  }

  Status admd(const Field& f) {
    if (a_.admd) return twice(f);
    std::string value;
    X400_CHECK(once(value, f));
    a_.admd = value.empty() ? " " : value;
    return Ok{};
  }

  Status unit(int number, const Field& f) {
    X400_TRY(t, text_value(f.value));
    if (number == 0) {
      units_.push_back(std::move(t));
      return Ok{};
    }
    ORText& to = numbered_[static_cast<std::size_t>(number - 1)];
    if (!to.empty()) return twice(f);
    to = std::move(t);
    return Ok{};
  }

  // John.K.Smith: a given name, initials, a surname; only the surname must be there.
  Status dotted_name(const Field& f) {
    if (!a_.personal_name.empty()) return twice(f);
    std::vector<std::string> parts(1);
    for (const Char& ch : f.value) {
      if (is(ch, '.'))
        parts.emplace_back();
      else
        parts.back().push_back(ch.c);
    }
    if (std::any_of(parts.begin(), parts.end(), [](const std::string& p) { return p.empty(); }))
      return bad("a part of 'PN' is empty");
    a_.personal_name.surname = ORText::of(parts.back());
    parts.pop_back();
    if (!parts.empty() && parts.front().size() > 1) {
      a_.personal_name.given = ORText::of(parts.front());
      parts.erase(parts.begin());
    }
    std::string initials;
    for (const std::string& p : parts) initials += p;
    if (!initials.empty()) a_.personal_name.initials = ORText::of(initials);
    return Ok{};
  }

  Status psap(const Field& f) {
    if (!a_.network.presentation_address.empty()) return twice(f);
    auto octets = from_hex(plain(f.value));
    if (!octets.ok()) return bad("'" + f.label + "' is not hexadecimal");
    a_.network.presentation_address = std::move(octets).value();
    return Ok{};
  }

  Status terminal_type(const Field& f) {
    if (a_.terminal_type) return twice(f);
    const std::string value = text::fold(plain(f.value));
    for (const auto& known : labels::terminal_names)
      if (known.name == value) {
        a_.terminal_type = known.type;
        return Ok{};
      }
    if (value.empty() || value.size() > 3 || !text::is_numeric(value) || value.find(' ') != value.npos)
      return bad("'" + f.label + "' is tlx, ttx, g3fax, g4fax, ia5, vtx or a number");
    a_.terminal_type = static_cast<TerminalType>(std::stoi(value));
    return Ok{};
  }

  Status postal_parameter(PostalAttribute attribute, const Field& f) {
    for (const auto& [known, value] : a_.postal.parameters)
      if (known == attribute) return twice(f);
    X400_TRY(t, text_value(f.value));
    a_.postal.parameters.emplace_back(attribute, std::move(t));
    return Ok{};
  }

  Status line(int number, const Field& f) {
    std::string& to = lines_[static_cast<std::size_t>(number - 1)];
    if (!to.empty()) return twice(f);
    to = plain(f.value);
    return Ok{};
  }

  Status unformatted(const Field& f) {
    if (!a_.postal.unformatted_lines.empty() || !a_.postal.unformatted_teletex.empty()) return twice(f);
    const auto star = std::find_if(f.value.begin(), f.value.end(), [](const Char& c) { return is(c, '*'); });
    std::vector<std::string> lines(1);
    for (auto it = f.value.begin(); it != star; ++it) {
      if (is(*it, '|'))
        lines.emplace_back();
      else
        lines.back().push_back(it->c);
    }
    if (lines.size() > 1 || !lines.front().empty()) X400_CHECK(take_lines(lines));
    if (star == f.value.end()) return Ok{};
    X400_TRY(teletex, teletex_octets(Chars(star + 1, f.value.end())));
    a_.postal.unformatted_teletex = std::move(teletex);
    return Ok{};
  }

  // Lines that are not all printable become one text with line ends.
  Status take_lines(const std::vector<std::string>& lines) {
    if (std::all_of(lines.begin(), lines.end(), text::is_printable)) {
      a_.postal.unformatted_lines = lines;
      return Ok{};
    }
    std::string joined;
    for (const std::string& l : lines) joined += joined.empty() ? l : "\r\n" + l;
    const ORText t = ORText::of(joined);
    a_.postal.unformatted_teletex = t.teletex;
    a_.postal.unformatted_universal = t.universal;
    return Ok{};
  }

  Status domain_defined(const Field& f) {
    if (f.dda_type.empty()) return bad("a domain-defined attribute has no type");
    if (f.value.empty()) return bad("'DDA:" + f.dda_type + "' has no value");
    X400_TRY(value, text_value(f.value));
    a_.domain_defined.push_back({ORText::of(f.dda_type), std::move(value)});
    return Ok{};
  }

  Status finish() {
    X400_CHECK(finish_units());
    if (form_b_) std::reverse(a_.domain_defined.begin(), a_.domain_defined.end());
    std::size_t used = lines_.size();
    while (used > 0 && lines_[used - 1].empty()) --used;
    if (used > 0) {
      if (!a_.postal.unformatted_lines.empty()) return bad("'PD-A1' and 'PD-ADDRESS' stand both");
      X400_CHECK(take_lines({lines_.begin(), lines_.begin() + static_cast<std::ptrdiff_t>(used)}));
    }
    if (!a_.admd && (!a_.country.empty() || !a_.prmd.empty())) a_.admd = " ";
    return Ok{};
  }

  Status finish_units() {
    std::size_t used = numbered_.size();
    while (used > 0 && numbered_[used - 1].empty()) --used;
    if (used > 0 && !units_.empty()) return bad("units with and without numbers");
    if (!form_b_ && units_.size() > 1) return bad("several units without numbers: write OU1, OU2");
    for (std::size_t i = 0; i < used; ++i)
      if (numbered_[i].empty()) return bad("OU" + std::to_string(i + 1) + " is missing");
    if (used > 0)
      a_.organizational_units.assign(numbered_.begin(),
                                     numbered_.begin() + static_cast<std::ptrdiff_t>(used));
    else
      a_.organizational_units.assign(units_.rbegin(), units_.rend());
    return Ok{};
  }

  bool form_b_;
  ORAddress a_;
  std::vector<ORText> units_;         // without numbers, as they stand
  std::array<ORText, 4> numbered_;    // OU1 to OU4
  std::array<std::string, 6> lines_;  // PD-A1 to PD-A6
};

}  // namespace

Result<ORAddress> parse_or_address(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  if (!text::is_utf8(text)) return bad("not UTF-8");
  const bool form_b = !text.empty() && text.front() == '/';
  return Parser(form_b).run(form_b ? text.substr(1) : text);
}

}  // namespace x400::asn1
