// String rules: characters are compared after conversion, whatever the string type, without case and surplus
// spaces.
#include "service/match_groups.hpp"
#include "service/run.hpp"
#include "x400/asn1/text.hpp"
#include "x400/content/ipm_extensions.hpp"

namespace x400::mstore::service {

namespace {

using asn1::MatchingRule;
using asn1::ms::SubstringPiece;
namespace text = asn1::text;

class FoldedEqual final : public Matcher {
 public:
  explicit FoldedEqual(std::string wanted) : wanted_(std::move(wanted)) {}
  bool matches(View value) const override {
    const auto e = only_value(value);
    if (!e) return false;
    const FoldedText have(*e);
    return have.text() == wanted_;
  }

 private:
  std::string wanted_;
};

// Spaces as in fold, letter case kept.
std::string without_surplus_spaces(const std::string& s) {
  std::string out;
  for (const char c : s) {
    if (c == ' ' && (out.empty() || out.back() == ' ')) continue;
    out += c;
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

class CaseSensitiveEqual final : public Matcher {
 public:
  explicit CaseSensitiveEqual(std::string wanted) : wanted_(without_surplus_spaces(wanted)) {}
  bool matches(View value) const override {
    const auto e = only_value(value);
    if (!e) return false;
    const auto have = text_of(*e);
    return have && without_surplus_spaces(*have) == wanted_;
  }

 private:
  std::string wanted_;
};

// initial at the start, the any's in order without overlap, final at the end.
class Substrings final : public Matcher {
 public:
  void add(SubstringPiece::Where where, std::string piece) {
    if (where == SubstringPiece::Where::initial)
      initial_ = std::move(piece);
    else if (where == SubstringPiece::Where::final)
      final_ = std::move(piece);
    else
      any_.push_back(std::move(piece));
  }
  bool matches(View value) const override {
    const auto e = only_value(value);
    if (!e) return false;
    const FoldedText have(*e);
    if (!have.text()) return false;
    const std::string_view s = *have.text();
    if (s.compare(0, initial_.size(), initial_) != 0) return false;
    std::size_t at = initial_.size();
    for (const std::string& piece : any_) {
      const std::size_t found = s.find(piece, at);
      if (found == std::string::npos) return false;
      at = found + piece.size();
    }
    return s.size() >= at + final_.size() && s.compare(s.size() - final_.size(), final_.size(), final_) == 0;
  }

 private:
  std::string initial_, final_;
  std::vector<std::string> any_;
};

std::optional<std::vector<std::string>> folded_list(const ber::Element& list) {
  if (list.tag != ber::tags::sequence) return std::nullopt;
  std::vector<std::string> out;
  ber::Reader r(list.content);
  while (!r.at_end()) {
    auto e = r.next();
    if (!e.ok()) return std::nullopt;
    auto s = folded_text(*e);
    if (!s) return std::nullopt;
    out.push_back(std::move(*s));
  }
  return out;
}

// The elements of the assertion, in their order: `whole` list or some elements of it, equal or contained.
class ListMatch final : public Matcher {
 public:
  ListMatch(std::vector<std::string> wanted, bool whole, bool contained)
      : wanted_(std::move(wanted)), whole_(whole), contained_(contained) {}
  bool matches(View value) const override {
    const auto e = only_value(value);
    if (!e) return false;
    const auto have = folded_list(*e);
    if (!have || (whole_ && have->size() != wanted_.size())) return false;
    std::size_t next = 0;
    for (const std::string& element : *have) {
      if (next == wanted_.size()) break;
      const bool fits =
          contained_ ? element.find(wanted_[next]) != std::string::npos : element == wanted_[next];
      if (fits)
        ++next;
      else if (whole_)
        return false;
    }
    return next == wanted_.size();
  }

 private:
  std::vector<std::string> wanted_;
  bool whole_, contained_;
};

Error unfit() { return Error(ErrorKind::malformed, "assertion value is no character string"); }

// A piece keeps the spaces at its ends as one: "a b" contains "a ".
std::optional<std::string> folded_piece(const ber::Element& e) {
  const auto raw = text_of(e);
  if (!raw) return std::nullopt;
  std::string folded = text::fold(*raw);
  if (!raw->empty() && !folded.empty() && raw->front() == ' ') folded.insert(folded.begin(), ' ');
  if (!raw->empty() && !folded.empty() && raw->back() == ' ') folded += ' ';
  if (folded.empty() && !raw->empty()) folded = " ";
  return folded;
}

}  // namespace

std::optional<std::string> text_of(const ber::Element& e) {
  if (e.tag == ber::tags::set || e.tag == ber::tags::sequence) {
    auto named = content::read_universal_or_bmp(content::Field(e));
    return named.ok() ? std::optional(*named) : std::nullopt;
  }
  Octets joined;
  auto octets = ber::read_octets(e, joined);
  if (!octets.ok()) return std::nullopt;
  const View v = *octets;
  if (e.tag == ber::application(10)) return text::from_ia5(v);
  if (e.tag.cls != ber::Class::universal) return std::nullopt;
  switch (e.tag.number) {
    case 12: return std::string(chars(v));
    case 18:
    case 19:
    case 22:
    case 26: return text::from_ia5(v);
    case 20:
    case 21: return text::from_t61(v);
    case 25:
    case 27: return text::from_latin1(v);
    case 28: return text::from_universal(v);
    case 30: return text::from_bmp(v);
    default: return std::nullopt;
  }
}

std::optional<std::string> folded_text(const ber::Element& e) {
  const auto raw = text_of(e);
  return raw ? std::optional(text::fold(*raw)) : std::nullopt;
}

namespace {

// String types whose ASCII octets are ASCII characters.
bool keeps_ascii(ber::Tag tag) {
  constexpr std::uint32_t types =
      1u << 12 | 1u << 18 | 1u << 19 | 1u << 20 | 1u << 21 | 1u << 22 | 1u << 25 | 1u << 26 | 1u << 27;
  return tag == ber::application(10) ||
         (tag.cls == ber::Class::universal && tag.number < 32 && (types >> tag.number & 1u) != 0);
}

}  // namespace

FoldedText::FoldedText(const ber::Element& value) {
  if (!value.constructed && keeps_ascii(value.tag)) text_ = text::fold_ascii(value.content, room_);
  if (text_) return;
  auto folded = folded_text(value);
  if (!folded) return;
  long_ = std::move(*folded);
  text_ = long_;
}

Result<MatcherPtr> make_text_match(MatchingRule rule, const ber::Element& assertion) {
  switch (rule) {
    case MatchingRule::ms_string: {
      auto wanted = folded_text(assertion);
      if (!wanted) return unfit();
      return MatcherPtr(std::make_unique<FoldedEqual>(std::move(*wanted)));
    }
    case MatchingRule::ms_string_case_sensitive: {
      auto wanted = text_of(assertion);
      if (!wanted) return unfit();
      return MatcherPtr(std::make_unique<CaseSensitiveEqual>(std::move(*wanted)));
    }
    case MatchingRule::ms_single_substring: {
      auto wanted = folded_piece(assertion);
      if (!wanted) return unfit();
      auto m = std::make_unique<Substrings>();
      m->add(SubstringPiece::Where::any, std::move(*wanted));
      return MatcherPtr(std::move(m));
    }
    case MatchingRule::ms_string_list:
    case MatchingRule::ms_single_substring_list:
    case MatchingRule::ms_string_list_elements:
    case MatchingRule::ms_single_substring_list_elements: {
      auto wanted = folded_list(assertion);
      if (!wanted) return unfit();
      return MatcherPtr(std::make_unique<ListMatch>(
          std::move(*wanted),
          rule == MatchingRule::ms_string_list || rule == MatchingRule::ms_single_substring_list,
          rule == MatchingRule::ms_single_substring_list ||
              rule == MatchingRule::ms_single_substring_list_elements));
    }
    default: return MatcherPtr();
  }
}

Result<MatcherPtr> make_substrings(const std::vector<SubstringPiece>& pieces) {
  using Where = SubstringPiece::Where;
  auto m = std::make_unique<Substrings>();
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if ((pieces[i].where == Where::initial && i != 0) ||
        (pieces[i].where == Where::final && i + 1 != pieces.size()))
      return Error(ErrorKind::invalid, "substrings: initial only first, final only last, once each");
    X400_TRY(e, ber::read_one(pieces[i].value));
    auto text = folded_piece(e);
    if (!text) return unfit();
    m->add(pieces[i].where, std::move(*text));
  }
  return MatcherPtr(std::move(m));
}

}  // namespace x400::mstore::service
