#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <charconv>
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
  if (!s.deferred.empty()) {
    X400_TRY(t, time_of(s.deferred));
    m.deferred_until = t;
  }
  return m;
}

Result<asn1::mts::ContentType> content_type(const std::string& text) {
  asn1::mts::ContentType type;
  type.value = std::int64_t{asn1::mts::ContentType::p22};
  if (text.empty()) return type;
  if (text.find('.') != std::string::npos) {
    X400_TRY(oid, ber::Oid::parse(text));
    return asn1::mts::ContentType::of(oid);
  }
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0)
    return Error(ErrorKind::invalid, "not a content type: " + text);
  type.value = number;
  return type;
}

// A content made elsewhere, sent as it is.
Result<osi::Chain> raw_argument(const NewMessage& m, const Submit& s) {
  X400_TRY(octets, read_file(s.content_file));
  X400_TRY(envelope, p7client::envelope_of(m));
  X400_TRY(type, content_type(s.content_type));
  envelope.content_type = type;
  return p7client::submission_argument(envelope, osi::Slice(std::move(octets)));
}

Result<osi::Chain> argument_of(const Common& common, const Submit& s) {
  X400_TRY(m, message_of(common, s));
  if (m.to.empty() && m.copy.empty() && m.blind_copy.empty())
    return Error(ErrorKind::invalid, "no recipient: give --to 'O/R address'");
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
