#include "envelope.hpp"

#include <sstream>
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include "files.hpp"
#include "x400/asn1/or_text.hpp"

namespace x400::corpus {
namespace {

using asn1::ms::Priority;

constexpr Priority priorities[] = {Priority::normal, Priority::non_urgent, Priority::urgent};

std::string address(const asn1::ORAddress& a) { return asn1::print_f401(a); }

toml::array addresses(const std::vector<asn1::ORAddress>& all) {
  toml::array out;
  for (const auto& a : all) out.push_back(address(a));
  return out;
}

toml::table reported_table(const Reported& r) {
  toml::table t{{"recipient", address(r.recipient)}};
  if (r.delivered) {
    t.insert("delivered", asn1::iso_time(*r.delivered));
  } else {
    t.insert("reason", r.reason);
    if (r.diagnostic) t.insert("diagnostic", *r.diagnostic);
  }
  if (!r.supplementary.empty()) t.insert("supplementary", r.supplementary);
  return t;
}

// Reading a table, with the first error kept.
class TableReader {
 public:
  explicit TableReader(const toml::table& t) : t_(t) {}

  std::string text(const char* key) const { return t_[key].value_or(std::string()); }
  std::int64_t number(const char* key) const { return t_[key].value_or(std::int64_t{0}); }
  bool has(const char* key) const { return t_.contains(key); }

  Result<asn1::ORAddress> address(const char* key) const { return parse(text(key), key); }
  Result<std::vector<asn1::ORAddress>> addresses(const char* key) const {
    std::vector<asn1::ORAddress> out;
    for (const std::string& s : texts(key)) {
      X400_TRY(a, parse(s, key));
      out.push_back(std::move(a));
    }
    return out;
  }
  std::vector<std::string> texts(const char* key) const {
    std::vector<std::string> out;
    if (const toml::array* all = t_[key].as_array())
      for (const auto& one : *all) out.push_back(one.value_or(std::string()));
    return out;
  }
  Result<asn1::Time> time(const char* key) const {
    // "2026-01-15T12:00:00Z" to the digits that GeneralizedTime wants.
    std::string digits;
    for (const char c : text(key))
      if (c != '-' && c != ':' && c != 'T') digits += c;
    auto time = asn1::parse_generalized_time(digits);
    if (!time.ok()) return time.error().in(key);
    return *time;
  }

 private:
  static Result<asn1::ORAddress> parse(const std::string& s, const char* key) {
    auto a = asn1::parse_or_address(s);
    if (!a.ok()) return a.error().in(key);
    return std::move(a).value();
  }
  const toml::table& t_;
};

Result<Reported> read_reported(const toml::table& table) {
  const TableReader t(table);
  Reported r;
  X400_TRY(recipient, t.address("recipient"));
  r.recipient = std::move(recipient);
  if (t.has("delivered")) {
    X400_TRY(time, t.time("delivered"));
    r.delivered = time;
  }
  r.reason = t.number("reason");
  if (t.has("diagnostic")) r.diagnostic = t.number("diagnostic");
  r.supplementary = t.text("supplementary");
  return r;
}

Status read_lists(const toml::table& table, Envelope& e) {
  const TableReader t(table);
  for (const std::string& s : t.texts("eits")) {
    X400_TRY(oid, ber::Oid::parse(s));
    e.eits.push_back(std::move(oid));
  }
  X400_TRY(recipients, t.addresses("recipients"));
  e.recipients = std::move(recipients);
  const toml::array* reported = table["reported"].as_array();
  if (reported == nullptr) return Ok{};
  for (const auto& one : *reported) {
    if (one.as_table() == nullptr) return Error(ErrorKind::malformed, "reported: not a table");
    X400_TRY(r, read_reported(*one.as_table()));
    e.reported.push_back(std::move(r));
  }
  return Ok{};
}

Status read_scalars(const TableReader& t, Envelope& e) {
  e.name = t.text("name");
  e.kind = t.text("kind") == "report" ? Envelope::Kind::report : Envelope::Kind::message;
  e.about = t.text("about");
  e.identifier = t.text("identifier");
  e.content_file = t.text("content");
  e.content_size = static_cast<std::size_t>(t.number("content_size"));
  e.content_sha256 = t.text("content_sha256");
  e.content_type = t.text("content_type");
  e.subject = t.text("subject_identifier");
  e.from_package = t.text("from_package");
  if (t.has("qualifier")) e.qualifier_high = t.text("qualifier") == "high";
  for (const Priority p : priorities)
    if (name(p) == t.text("priority")) e.priority = p;
  X400_TRY(originator, t.address("originator"));
  e.originator = std::move(originator);
  X400_TRY(submitted, t.time("submitted"));
  e.submitted = submitted;
  X400_TRY(delivered, t.time("delivered"));
  e.delivered = delivered;
  return Ok{};
}

}  // namespace

std::string write_envelope(const Envelope& e) {
  toml::table t{{"name", e.name},
                {"kind", e.kind == Envelope::Kind::report ? "report" : "message"},
                {"about", e.about},
                {"identifier", e.identifier},
                {"content_type", e.content_type},
                {"priority", name(e.priority)},
                {"originator", address(e.originator)},
                {"recipients", addresses(e.recipients)},
                {"submitted", asn1::iso_time(e.submitted)},
                {"delivered", asn1::iso_time(e.delivered)}};
  toml::array eits;
  for (const auto& oid : e.eits) eits.push_back(oid.to_string());
  t.insert("eits", std::move(eits));
  if (!e.content_file.empty()) {
    t.insert("content", e.content_file);
    t.insert("content_size", static_cast<std::int64_t>(e.content_size));
    t.insert("content_sha256", e.content_sha256);
  }
  if (e.qualifier_high) t.insert("qualifier", *e.qualifier_high ? "high" : "low");
  if (!e.from_package.empty()) t.insert("from_package", e.from_package);
  if (e.kind == Envelope::Kind::report) {
    t.insert("subject_identifier", e.subject);
    toml::array reported;
    for (const Reported& r : e.reported) reported.push_back(reported_table(r));
    t.insert("reported", std::move(reported));
  }
  std::ostringstream out;
  out << t << '\n';
  return out.str();
}

Result<Envelope> read_envelope(const std::filesystem::path& file) {
  X400_TRY(octets, read_file(file));
  const auto parsed = toml::parse(chars(octets), file.string());
  if (!parsed) {
    return Error(ErrorKind::malformed, file.string() + ":" +
                                           std::to_string(parsed.error().source().begin.line) + ": " +
                                           std::string(parsed.error().description()));
  }
  Envelope e;
  Status status = read_scalars(TableReader(parsed.table()), e);
  if (status.ok()) status = read_lists(parsed.table(), e);
  if (!status.ok()) return status.error().in(file.string());
  return e;
}

Result<Octets> read_content(const std::filesystem::path& folder, const Envelope& e) {
  if (e.content_file.empty()) return Octets{};
  X400_TRY(octets, read_file(folder / e.content_file));
  if (sha256(octets) != e.content_sha256)
    return Error(ErrorKind::corrupt, e.content_file + " is not the content its envelope names");
  return octets;
}

}  // namespace x400::corpus
