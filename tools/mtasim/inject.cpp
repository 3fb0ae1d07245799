#include "inject.hpp"

#include <algorithm>
#include <filesystem>

#include "corpus/envelope.hpp"
#include "x400/asn1/mts/extension_values.hpp"
#include "x400/asn1/oids.hpp"

namespace mtasim {
namespace {

using namespace x400;
namespace mts = asn1::mts;
using corpus::Envelope;

Result<mts::ContentType> content_type(const std::string& text) {
  if (text.find('.') == std::string::npos)
    return mts::ContentType{std::int64_t{std::strtol(text.c_str(), nullptr, 10)}};
  X400_TRY(oid, ber::Oid::parse(text));
  return mts::ContentType::of(oid);
}

mts::ExtensionField priority_level(bool high) {
  ber::Writer w;
  w.integer(ber::tags::enumerated, high ? 1 : 0);
  return mts::ExtensionField(mts::ExtensionType(asn1::oids::military::priority_level_qualifier), {},
                             w.octets());
}

Result<mts::MessageDeliveryEnvelope> delivery_of(const Envelope& e, const mts::MTSIdentifier& identifier) {
  mts::MessageDeliveryEnvelope d;
  d.identifier = identifier;
  X400_TRY(type, content_type(e.content_type));
  d.content_type = type;
  d.originator_name = asn1::EncodedORName(e.originator);
  if (!e.eits.empty()) d.original_eits = mts::EncodedInformationTypes::of(e.eits);
  d.priority = e.priority;
  d.submission_time = mts::UtcTime::of(e.submitted);
  if (e.qualifier_high) d.extensions.add(priority_level(*e.qualifier_high));
  return d;
}

// Recipients that are nobody's here belong to other MTAs, which have their copies.
Result<std::vector<Job>> message_jobs(const Envelope& e, const mts::MTSIdentifier& identifier,
                                      const Routing& routing) {
  X400_TRY(d, delivery_of(e, identifier));
  std::vector<Job> jobs;
  for (const asn1::ORAddress& recipient : e.recipients) {
    const UserConfig* user = routing.user(recipient);
    if (!user) continue;
    d.this_recipient = asn1::EncodedORName(recipient);
    d.other_recipients.clear();
    for (const asn1::ORAddress& other : e.recipients)
      if (&other != &recipient) d.other_recipients.emplace_back(other);
    Job j;
    j.recipient = asn1::canonical_key(recipient);
    j.store = user->store;
    j.envelope = d.encode();
    j.content = 0;
    j.rank = mts::rank(e.priority);
    j.identifier = identifier.to_string();
    jobs.push_back(std::move(j));
  }
  return jobs;
}

mts::ReportedRecipient reported(const corpus::Reported& r) {
  mts::ReportedRecipient out;
  out.actual_recipient = asn1::EncodedORName(r.recipient);
  if (r.delivered)
    out.report = mts::DeliveryReport{mts::UtcTime::of(*r.delivered), mts::MtsUserType::private_};
  else
    out.report = mts::NonDeliveryReport{r.reason, r.diagnostic};
  if (!r.supplementary.empty()) out.supplementary_information = r.supplementary;
  return out;
}

Result<std::vector<Job>> report_jobs(const Envelope& e, const mts::GlobalDomain& domain,
                                     const Routing& routing) {
  mts::ReportDeliveryEnvelope envelope;
  envelope.subject_identifier = mts::MTSIdentifier(domain, e.subject);
  if (!e.content_type.empty()) {
    X400_TRY(type, content_type(e.content_type));
    envelope.content_type = type;
  }
  for (const corpus::Reported& r : e.reported) envelope.recipients.push_back(reported(r));
  // Nobody submitted the subject through this store, so the report must say itself whose it is: as one does
  // that came through a distribution list, originator first.
  std::vector<mts::Expansion> history;
  for (const asn1::ORAddress& originator : e.recipients)
    history.push_back({asn1::EncodedORName(originator), mts::UtcTime::of(e.submitted)});
  history.push_back({asn1::EncodedORName(e.originator), mts::UtcTime::of(e.submitted)});
  envelope.extensions.add(
      mts::expansion_history(mts::extension::originator_and_dl_expansion_history, history));
  std::vector<Job> jobs;
  for (const asn1::ORAddress& originator : e.recipients) {
    const UserConfig* user = routing.user(originator);
    if (!user) continue;
    Job j;
    j.kind = JobKind::report;
    j.recipient = asn1::canonical_key(originator);
    j.store = user->store;
    j.envelope = envelope.encode();
    if (!e.content_file.empty()) j.content = 0;
    j.identifier = envelope.subject_identifier.to_string();
    jobs.push_back(std::move(j));
  }
  return jobs;
}

Status inject(const std::filesystem::path& file, const Config& config, const Routing& routing, Queue& queue) {
  X400_TRY(e, corpus::read_envelope(file));
  std::optional<Octets> content;
  if (!e.content_file.empty()) {
    X400_TRY(octets, corpus::read_content(file.parent_path(), e));
    content = std::move(octets);
  }
  if (e.kind == Envelope::Kind::report) {
    X400_TRY(jobs, report_jobs(e, config.domain, routing));
    return queue.add(std::move(jobs), content ? std::optional<View>(*content) : std::nullopt);
  }
  if (!content) return Error(ErrorKind::invalid, "a message without a content");
  X400_TRY(local, queue.new_local_identifier());
  X400_TRY(jobs, message_jobs(e, mts::MTSIdentifier(config.domain, local), routing));
  return queue.add(std::move(jobs), View(*content));
}

Result<std::vector<std::filesystem::path>> files_of(const std::string& path) {
  std::error_code ec;
  if (!std::filesystem::is_directory(path, ec)) return std::vector<std::filesystem::path>{path};
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(path, ec))
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  if (ec) return Error(ErrorKind::io, path + ": " + ec.message());
  std::sort(files.begin(), files.end());
  if (files.empty()) return Error(ErrorKind::invalid, path + ": no .toml file; `corpus build` makes them");
  return files;
}

}  // namespace

Result<std::size_t> inject_all(const std::vector<std::string>& paths, const Config& config,
                               const Routing& routing, Queue& queue) {
  std::size_t count = 0;
  for (const std::string& path : paths) {
    X400_TRY(files, files_of(path));
    for (const auto& file : files) {
      const Status status = inject(file, config, routing, queue);
      if (!status.ok()) return status.error().in(file.string());
      ++count;
    }
  }
  return count;
}

}  // namespace mtasim
