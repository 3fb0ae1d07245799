#include "maker.hpp"

#include <algorithm>

#include "files.hpp"
#include "x400/asn1/oids.hpp"
#include "x400/asn1/or_text.hpp"
#include "x400/content/compose.hpp"

namespace x400::corpus {
namespace {

using content::Format;

// Five seconds from submission to delivery: what a small MTS takes.
constexpr std::chrono::seconds transit{5};

std::string content_type_text(Format f) {
  const auto number = content::built_in(f);
  return number ? std::to_string(*number) : content::content_type_oid(f)->to_string();
}

// Doc 9880 3.1.2.2.2 wants P22 of every ATS message, also where P2 would do.
Result<Format> format_of(const Description& d, View octets) {
  if (d.kind == "edi") return Format::edi;
  if (d.kind == "p772") return Format::p772;
  if (d.kind == "ats") return Format::p22;
  return content::content_format(octets);
}

Result<std::vector<ber::Oid>> eits_of(Format format, View octets) {
  if (format == Format::edi) return std::vector<ber::Oid>{asn1::oids::edi_body_part::edifact_iso646};
  X400_TRY(object, content::InformationObject::read(octets));
  // A notification has no body, hence no types.
  if (object.ipm() == nullptr) return std::vector<ber::Oid>{};
  return content::encoded_information_types(*object.ipm());
}

}  // namespace

Maker::Maker(std::filesystem::path folder, Users users)
    : folder_(std::move(folder)), users_(std::move(users)) {}

Result<std::vector<std::string>> Maker::names() const {
  std::vector<std::string> out;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, failed))
    if (entry.path().extension() == ".toml") out.push_back(entry.path().stem().string());
  if (failed) return Error(ErrorKind::io, folder_.string() + ": " + failed.message());
  std::sort(out.begin(), out.end());
  return out;
}

Result<const Made*> Maker::make(const std::string& name) {
  const auto known = made_.find(name);
  if (known != made_.end()) return &known->second;
  if (std::find(underway_.begin(), underway_.end(), name) != underway_.end())
    return Error(ErrorKind::invalid, name + " depends on itself");
  X400_TRY(d, read_description(folder_ / (name + ".toml")));
  underway_.push_back(name);
  auto made = make_new(d);
  underway_.pop_back();
  if (!made.ok()) return made.error().in(name);
  return &made_.emplace(name, std::move(made).value()).first->second;
}

Result<Made> Maker::make_new(const Description& d) {
  Made made;
  made.envelope.name = d.name;
  made.envelope.about = d.about;
  made.envelope.identifier = "corpus-" + d.name;
  made.envelope.submitted = d.time;
  made.envelope.delivered = d.time + transit;
  if (d.kind == "report") {
    X400_CHECK(report(d, made));
  } else {
    X400_CHECK(fill_envelope(d, made));
    X400_CHECK(make_content(d, made));
  }
  if (!made.content.empty()) {
    made.envelope.content_file = d.name + ".content";
    made.envelope.content_size = made.content.size();
    made.envelope.content_sha256 = sha256(made.content);
  }
  return made;
}

Status Maker::fill_envelope(const Description& d, Made& made) {
  X400_TRY(originator, user(d.from));
  made.envelope.originator = std::move(originator);
  X400_TRY(all, recipients(d));
  made.envelope.recipients = std::move(all);
  for (const auto p : {asn1::ms::Priority::non_urgent, asn1::ms::Priority::urgent})
    if (asn1::ms::name(p) == d.priority) made.envelope.priority = p;
  return Ok{};
}

Status Maker::make_content(const Description& d, Made& made) {
  Result<Octets> octets = Error(ErrorKind::malformed, "unknown kind '" + d.kind + "'");
  if (d.kind == "ipm") octets = ipm(d, made);
  if (d.kind == "ats") octets = ats(d, made);
  if (d.kind == "p772") octets = p772(d, made);
  if (d.kind == "edi") octets = edim(d);
  if (d.kind == "receipt") octets = receipt(d);
  if (!octets.ok()) return std::move(octets).error();
  made.content = std::move(octets).value();
  X400_TRY(format, format_of(d, made.content));
  made.envelope.content_type = content_type_text(format);
  X400_TRY(eits, eits_of(format, made.content));
  made.envelope.eits = std::move(eits);
  return Ok{};
}

Result<asn1::ORAddress> Maker::user(const std::string& name) const {
  const auto known = users_.find(name);
  if (known != users_.end()) return known->second;
  auto address = asn1::parse_or_address(name);
  if (!address.ok()) return Error(ErrorKind::malformed, "'" + name + "' is neither a user nor an address");
  return std::move(address).value();
}

Result<std::vector<asn1::ORAddress>> Maker::recipients(const Description& d) const {
  std::vector<asn1::ORAddress> out;
  for (const auto* list : {&d.to, &d.copy}) {
    for (const std::string& name : *list) {
      X400_TRY(one, user(name));
      out.push_back(std::move(one));
    }
  }
  for (std::size_t i = 1; i <= d.more_recipients; ++i) {
    X400_TRY(one, user("C=XX;ADMD=TEST;PRMD=DEMO;O=Org;OU1=Unit" + std::to_string(i % 7) + ";S=User" +
                       std::to_string(i)));
    out.push_back(std::move(one));
  }
  return out;
}

Result<std::string> manifest(Maker& maker) {
  X400_TRY(names, maker.names());
  std::string out;
  for (const std::string& name : names) {
    const auto made = maker.make(name);
    if (!made.ok() && made.error().kind() == ErrorKind::not_found) continue;
    if (!made.ok()) return made.error();
    const Envelope& e = (*made)->envelope;
    if (!e.from_package.empty()) continue;
    if (!e.content_file.empty()) out += e.content_sha256 + "  " + e.content_file + "\n";
    out += sha256(view(write_envelope(e))) + "  " + name + ".toml\n";
  }
  return out;
}

// A report goes to the originator of its subject, about recipients of it.
Status Maker::report(const Description& d, Made& made) {
  X400_TRY(subject, make(d.report.subject));
  Envelope& e = made.envelope;
  e.kind = Envelope::Kind::report;
  e.originator = subject->envelope.originator;
  e.recipients = {subject->envelope.originator};
  e.subject = subject->envelope.identifier;
  e.content_type = subject->envelope.content_type;
  e.eits = subject->envelope.eits;
  e.from_package = d.report.return_content ? subject->envelope.from_package : "";
  for (const ReportedDescription& r : d.report.recipients) {
    X400_TRY(recipient, user(r.to));
    Reported one{std::move(recipient), {}, r.reason, r.diagnostic, r.supplementary};
    if (r.delivered) one.delivered = subject->envelope.delivered;
    e.reported.push_back(std::move(one));
  }
  if (d.report.return_content) made.content = subject->content;
  return Ok{};
}

}  // namespace x400::corpus
