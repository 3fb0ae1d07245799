#include <algorithm>

#include "x400/content/edi.hpp"

namespace x400::content {
namespace {

// ISO 9735 4: the defaults of UNA.
struct Separators {
  char component = ':', element = '+', release = '?', segment = '\'';
};

std::vector<std::string> split(std::string_view text, char at, char release) {
  std::vector<std::string> out(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == release && i + 1 < text.size()) {
      // Kept with its release character: only the innermost split takes that away.
      out.back() += text[i];
      out.back() += text[++i];
    } else if (text[i] == at) {
      out.emplace_back();
    } else {
      out.back() += text[i];
    }
  }
  return out;
}

std::string released(std::string_view text, char release) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == release && i + 1 < text.size()) ++i;
    out += text[i];
  }
  return out;
}

// Segment, element, component: a value, empty where there is none.
class Segment {
 public:
  Segment(std::string_view text, const Separators& s) : s_(s), elements_(split(text, s.element, s.release)) {}

  const std::string& tag() const { return elements_.front(); }
  std::string at(std::size_t element, std::size_t component = 0) const {
    if (element >= elements_.size()) return {};
    const auto components = split(elements_[element], s_.component, s_.release);
    return component < components.size() ? released(components[component], s_.release) : std::string();
  }

 private:
  Separators s_;
  std::vector<std::string> elements_;
};

std::string_view trim_left(std::string_view s) {
  const std::size_t at = s.find_first_not_of(" \r\n");
  return at == std::string_view::npos ? std::string_view() : s.substr(at);
}

void take_unb(const Segment& unb, Interchange& out) {
  out.syntax_identifier = unb.at(1, 0);
  out.syntax_version = unb.at(1, 1);
  out.sender = unb.at(2, 0);
  out.sender_qualifier = unb.at(2, 1);
  out.recipient = unb.at(3, 0);
  out.recipient_qualifier = unb.at(3, 1);
  out.date = unb.at(4, 0);
  out.time = unb.at(4, 1);
  out.control_reference = unb.at(5);
  out.application_reference = unb.at(7);
  out.acknowledgement_requested = unb.at(9) == "1";
  out.test = unb.at(11) == "1";
}

}  // namespace

Result<Interchange> read_interchange(std::string_view text) {
  Separators s;
  std::string_view rest = trim_left(text);
  if (rest.substr(0, 3) == "UNA" && rest.size() >= 9) {
    s = {rest[3], rest[4], rest[6], rest[8]};
    rest.remove_prefix(9);
  }
  Interchange out;
  bool found = false;
  for (const std::string& one : split(rest, s.segment, s.release)) {
    const Segment segment(trim_left(one), s);
    if (segment.tag() == "UNB" && !found) {
      take_unb(segment, out);
      found = true;
    } else if (segment.tag() == "UNH") {
      const std::string type = segment.at(2, 0);
      auto& types = out.message_types;
      if (!type.empty() && std::find(types.begin(), types.end(), type) == types.end()) types.push_back(type);
    }
  }
  if (!found || out.syntax_identifier.empty() || out.sender.empty() || out.recipient.empty() ||
      out.date.size() != 6 || out.time.size() != 4 || out.control_reference.empty())
    return Error(ErrorKind::malformed, "interchange without a complete UNB segment");
  return out;
}

}  // namespace x400::content
