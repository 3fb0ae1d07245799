#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "session.hpp"
#include "x400/asn1/mts/submission.hpp"
#include "x400/asn1/or_text.hpp"
#include "x400/p7client/submission.hpp"

namespace p7 {
namespace {

using namespace x400;
using p7client::NewMessage;
using p7client::Recipient;

Result<Octets> read_file(const std::string& path) {
  std::ifstream file;
  if (path != "-") {
    file.open(path, std::ios::binary);
    if (!file) return Error(ErrorKind::io, "cannot read " + path);
  }
  std::istream& in = path == "-" ? std::cin : file;
  Octets octets((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (in.bad()) return Error(ErrorKind::io, "reading " + path + " failed");
  return octets;
}

Result<std::vector<Recipient>> recipients(const std::vector<std::string>& texts, const Submit& s) {
  std::vector<Recipient> list;
  for (const std::string& text : texts) {
    auto address = asn1::parse_or_address(text);
    if (!address.ok()) return address.error().in("recipient '" + text + "'");
    Recipient r;
    r.name = asn1::ORName{std::move(*address), {}};
    if (s.report) r.report = asn1::mts::ReportRequest::report;
    r.notify.rn = r.notify.nrn = s.receipt;
    list.push_back(std::move(r));
  }
  return list;
}

Result<asn1::mts::Priority> priority(const std::string& text) {
  for (const auto p :
       {asn1::mts::Priority::normal, asn1::mts::Priority::non_urgent, asn1::mts::Priority::urgent})
    if (text == asn1::ms::name(p)) return p;
  return Error(ErrorKind::invalid, "not a priority: " + text);
}

Result<content::Importance> importance(const std::string& text) {
  if (text == "low") return content::Importance::low;
  if (text == "normal") return content::Importance::normal;
  if (text == "high") return content::Importance::high;
  return Error(ErrorKind::invalid, "not an importance: " + text);
}

Result<NewMessage> message_of(const Common& common, const Submit& s) {
  NewMessage m;
  m.originator = asn1::ORName{common.connect.user, {}};
  X400_TRY(to, recipients(s.to, s));
  X400_TRY(copy, recipients(s.copy, s));
  X400_TRY(blind, recipients(s.blind_copy, s));
  m.to = std::move(to);
  m.copy = std::move(copy);
  m.blind_copy = std::move(blind);
  m.subject = s.subject;
  m.text = s.text;
  if (!s.text_file.empty()) {
    X400_TRY(octets, read_file(s.text_file));
    m.text = std::string(chars(octets));
  }
  for (const std::string& path : s.attachments) {
    X400_TRY(octets, read_file(path));
    m.attachments.push_back({std::filesystem::path(path).filename().string(), std::move(octets)});
  }
  X400_TRY(p, priority(s.priority));
  m.priority = p;
  X400_TRY(i, importance(s.importance));
  m.importance = i;
  return m;
}

void add(asn1::mts::MessageSubmissionEnvelope& e, const std::vector<Recipient>& list) {
  for (const Recipient& r : list) {
    asn1::mts::SubmittedRecipient s;
    s.name = asn1::EncodedORName(r.name);
    s.report_request = r.report;
    e.recipients.push_back(std::move(s));
  }
}

// A content made elsewhere, sent as it is.
Result<osi::Chain> raw_argument(const NewMessage& m, const Submit& s) {
  X400_TRY(octets, read_file(s.content_file));
  asn1::mts::MessageSubmissionEnvelope e;
  e.originator_name = asn1::EncodedORName(m.originator);
  if (s.content_type.find('.') != std::string::npos) {
    X400_TRY(oid, ber::Oid::parse(s.content_type));
    e.content_type = asn1::mts::ContentType::of(oid);
  } else {
    e.content_type.value = s.content_type.empty()
                               ? asn1::mts::ContentType::p22
                               : std::int64_t{std::strtol(s.content_type.c_str(), nullptr, 10)};
  }
  e.priority = m.priority;
  add(e, m.to);
  add(e, m.copy);
  add(e, m.blind_copy);
  if (e.recipients.empty()) return Error(ErrorKind::invalid, "no recipient: give --to 'O/R address'");
  return p7client::submission_argument(e, osi::Slice(std::move(octets)));
}

Result<osi::Chain> argument_of(const Common& common, const Submit& s) {
  X400_TRY(m, message_of(common, s));
  if (!s.content_file.empty()) return raw_argument(m, s);
  return p7client::compose(m);
}

}  // namespace

int submit(const Common& common, const Submit& s) {
  auto argument = argument_of(common, s);
  if (!argument.ok()) return report("submit", argument.error());
  auto session = Session::open(common);
  if (!session.ok()) return report("bind", session.error());
  auto octets = (*session)->client().submit(std::move(*argument));
  if (!octets.ok()) return report("submit", octets.error());
  auto result = asn1::mts::SubmissionResult::decode(octets->view());
  if (!result.ok()) return report("submit: the answer", result.error());
  if (common.json) {
    boost::json::object o;
    o["identifier"] = result->identifier.to_string();
    o["time"] = result->time.text;
    fmt::print("{}\n", boost::json::serialize(o));
  } else {
    fmt::print("submitted {} at {}\n", result->identifier.to_string(), result->time.text);
  }
  return done;
}

}  // namespace p7
