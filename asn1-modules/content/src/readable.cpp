#include "x400/content/readable.hpp"

#include "readable_heading.hpp"
#include "x400/asn1/text.hpp"
#include "x400/content/ats.hpp"
#include "x400/content/edi.hpp"
#include "x400/content/file_transfer.hpp"
#include "x400/content/text_parts.hpp"

namespace x400::content {
namespace {

std::string octets_text(std::size_t n) { return std::to_string(n) + " octets"; }

// Each line with a mark in front, as replies quote.
std::string quoted(const std::string& text) {
  std::string out;
  bool start = true;
  for (const char c : text) {
    if (start) out += "| ";
    start = c == '\n';
    out += c;
  }
  return out;
}

class Renderer {
 public:
  explicit Renderer(const ReadableOptions& options) : options_(options) {}

  std::string object(const InformationObject& o, std::size_t depth) const {
    return o.ipn() != nullptr ? readable_notification(*o.ipn()) : message(*o.ipm(), depth);
  }

 private:
  std::string message(const Ipm& m, std::size_t depth) const {
    std::string out = readable_heading(m.heading);
    for (std::size_t i = 0; i < m.body.size(); ++i) out += part(m.body[i], i + 1, depth);
    return out;
  }

  std::string part(const BodyPart& p, std::size_t number, std::size_t depth) const {
    std::string title = "\n--- part " + std::to_string(number) + ": " + std::string(name(p.kind));
    if (p.kind == PartKind::other_extended && p.type) title += " " + p.type->to_string();
    if (is_text(p.kind)) return title + "\n" + text_body(p);
    if (p.kind == PartKind::file_transfer) return title + file_title(p) + "\n";
    const auto forwarded = forwarded_message(p);
    if (forwarded.ok() && *forwarded) return title + "\n" + nested(**forwarded, depth);
    if (!p.broken.empty()) return title + ", unreadable: " + printable_text(p.broken) + "\n";
    return title + ", " + octets_text(p.data ? p.data->contents().size() : p.size()) + "\n";
  }

  std::string text_body(const BodyPart& p) const {
    auto body = text(p);
    if (!body.ok()) return "(unreadable: " + printable_text(body.error().text()) + ")\n";
    std::string_view rest = *body;
    std::string out;
    if (const auto ats = parse_ats_header(rest)) {
      out = readable_line("ATS", std::string(info(ats->header.priority).letters) + ", filed " +
                                     ats->header.filing_time +
                                     (ats->header.ohi.empty() ? "" : ", OHI " + ats->header.ohi));
      rest = ats->text;
    }
    return out + cut(rest);
  }

  std::string cut(std::string_view text) const {
    std::string out = printable_text(text.substr(0, options_.text_octets));
    if (!out.empty() && out.back() != '\n') out += '\n';
    if (text.size() > options_.text_octets)
      out += "(cut: " + octets_text(text.size() - options_.text_octets) + " more)\n";
    return out;
  }

  std::string file_title(const BodyPart& p) const {
    const auto f = read_file_transfer(p);
    if (!f.ok()) return ", unreadable: " + printable_text(f.error().text());
    std::string out;
    if (f->name) out += ", \"" + printable_text(*f->name) + "\"";
    out += ", " + octets_text(f->primary().size());
    if (f->description) out += ", " + printable_text(*f->description);
    return out;
  }

  std::string nested(const Forwarded& f, std::size_t depth) const {
    if (depth >= options_.depth) return "(nested deeper than is shown)\n";
    if (f.ipm) return quoted(message(*f.ipm, depth + 1));
    if (f.ipn) return quoted(readable_notification(*f.ipn));
    return "(content type " + f.content_type.to_string() + ", " + octets_text(f.opaque.size()) + ")\n";
  }

  const ReadableOptions& options_;
};

std::string edim_text(const Edim& m) {
  std::string out = readable_line("EDIM", m.local_identifier);
  if (m.originator) out += readable_line("From", readable_or_name(*m.originator));
  for (const Field& f : m.recipients) out += readable_line("To", readable_or_name(f));
  for (const std::string& t : m.message_types) out += readable_line("Type", t);
  return out + "\n" + printable_text(asn1::text::from_latin1(m.body)) + "\n";
}

}  // namespace

std::string printable_text(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size());
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto c = static_cast<unsigned char>(utf8[i]);
    if (c == '\r' && i + 1 < utf8.size() && utf8[i + 1] == '\n') continue;
    if (c == '\r' || c == '\f') {
      out += '\n';
    } else if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f) {
      out += '^';
      out += static_cast<char>(c ^ 0x40);
    } else if (c == 0xc2 && i + 1 < utf8.size() && static_cast<unsigned char>(utf8[i + 1]) < 0xa0) {
      out += '?';  // a control of the right half (C1), which terminals obey too
      ++i;
    } else {
      out += utf8[i];
    }
  }
  return out;
}

std::string readable(View content, Format format, const ReadableOptions& options) {
  const std::string what = std::string(name(format)) + " content of " + octets_text(content.size());
  if (format == Format::edi) {
    const auto m = read_edim(content);
    return m.ok() ? edim_text(*m) : "(" + what + ": " + printable_text(m.error().text()) + ")\n";
  }
  if (!interpersonal(format)) return "(" + what + ")\n";
  const auto object = InformationObject::read(content);
  if (!object.ok()) return "(" + what + ", unreadable: " + printable_text(object.error().text()) + ")\n";
  return Renderer(options).object(*object, 0);
}

}  // namespace x400::content
