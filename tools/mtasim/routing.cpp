#include "routing.hpp"

namespace mtasim {
namespace {

using namespace x400;
namespace mts = asn1::mts;

// X.411: unable-to-transfer, unrecognised-OR-name.
constexpr mts::NonDeliveryReport nobody{1, 0};

bool wants(mts::ReportRequest request, bool delivered) {
  return request == mts::ReportRequest::report ||
         (!delivered && request == mts::ReportRequest::non_delivery_report);
}

mts::MessageDeliveryEnvelope delivery_of(const mts::MessageSubmissionEnvelope& s,
                                         const mts::MTSIdentifier& identifier, asn1::Time submitted) {
  mts::MessageDeliveryEnvelope d;
  d.identifier = identifier;
  d.content_type = s.content_type;
  d.originator_name = s.originator_name;
  d.original_eits = s.original_eits;
  d.priority = s.priority;
  if (s.indicators.implicit_conversion_prohibited) d.implicit_conversion_prohibited = true;
  d.submission_time = mts::UtcTime::of(submitted);
  d.content_identifier = s.content_identifier;
  // Those of the message that X.411 passes on; content-correlator and others end at the originating MTA.
  for (const auto& field : s.extensions.fields()) {
    const auto* number = std::get_if<std::int64_t>(&field.type());
    const bool submission_only =
        number && (*number == 1 || *number == 3 || *number == 5 || *number == 21 || *number == 23);
    if (!submission_only) d.extensions.add(field);
  }
  return d;
}

}  // namespace

Routing::Routing(const Config& config) : config_(config) {
  for (std::size_t i = 0; i < config.users.size(); ++i)
    for (const auto& address : config.users[i].or_addresses) users_.emplace(asn1::canonical_key(address), i);
}

const UserConfig* Routing::user(const asn1::ORAddress& address) const {
  const auto found = users_.find(asn1::canonical_key(address));
  return found == users_.end() ? nullptr : &config_.users[found->second];
}

std::vector<Job> Routing::jobs(const mts::MessageSubmissionEnvelope& s, const mts::MTSIdentifier& identifier,
                               asn1::Time submitted) const {
  std::vector<Job> jobs;
  auto envelope = delivery_of(s, identifier, submitted);
  std::optional<asn1::Time> deferred;
  if (s.deferred_delivery_time)
    if (auto time = s.deferred_delivery_time->time(); time.ok() && *time > submitted) deferred = *time;
  for (std::size_t i = 0; i < s.recipients.size(); ++i) {
    const auto& r = s.recipients[i];
    envelope.this_recipient = r.name;
    envelope.other_recipients.clear();
    if (s.indicators.disclosure_of_other_recipients)
      for (std::size_t other = 0; other < s.recipients.size(); ++other)
        if (other != i) envelope.other_recipients.push_back(s.recipients[other].name);
    Job j;
    j.recipient = asn1::canonical_key(r.name.address());
    j.envelope = envelope.encode();
    j.content = 0;
    j.rank = mts::rank(s.priority);
    j.identifier = identifier.to_string();
    j.report_request = r.report_request;
    j.return_content = s.indicators.content_return_request;
    if (deferred) {
      j.deferred = true;
      j.due = std::chrono::time_point_cast<std::chrono::milliseconds>(*deferred);
    }
    const UserConfig* user = this->user(r.name.address());
    if (user) {
      j.store = user->store;
      jobs.push_back(std::move(j));
    } else if (auto report = this->report(j, nobody)) {
      jobs.push_back(std::move(*report));
    }
  }
  return jobs;
}

std::vector<Job> Routing::jobs(const mts::ProbeSubmissionEnvelope& p,
                               const mts::MTSIdentifier& identifier) const {
  std::vector<Job> jobs;
  const UserConfig* originator = user(p.originator_name.address());
  if (!originator) return jobs;
  for (const auto& r : p.recipients) {
    const bool known = user(r.name.address()) != nullptr;
    if (!wants(r.report_request, known)) continue;
    mts::ReportDeliveryEnvelope e;
    e.subject_identifier = identifier;
    e.content_identifier = p.content_identifier;
    e.content_type = p.content_type;
    mts::ReportedRecipient reported;
    reported.actual_recipient = r.name;
    if (known)
      reported.report = mts::DeliveryReport{mts::UtcTime::of(asn1::now()), mts::MtsUserType::ms};
    else
      reported.report = nobody;
    e.recipients.push_back(std::move(reported));
    Job j;
    j.kind = JobKind::report;
    j.recipient = asn1::canonical_key(p.originator_name.address());
    j.store = originator->store;
    j.envelope = e.encode();
    j.identifier = identifier.to_string();
    jobs.push_back(std::move(j));
  }
  return jobs;
}

std::optional<Job> Routing::report(
    const Job& job, const std::variant<mts::DeliveryReport, mts::NonDeliveryReport>& what) const {
  const bool delivered = std::holds_alternative<mts::DeliveryReport>(what);
  if (job.kind != JobKind::message || !wants(job.report_request, delivered)) return std::nullopt;
  auto envelope = mts::MessageDeliveryEnvelope::decode(job.envelope);
  if (!envelope.ok()) return std::nullopt;
  const UserConfig* originator = user(envelope->originator_name.address());
  if (!originator) return std::nullopt;
  mts::ReportDeliveryEnvelope e;
  e.subject_identifier = envelope->identifier;
  e.content_identifier = envelope->content_identifier;
  e.content_type = envelope->content_type;
  e.original_eits = envelope->original_eits;
  mts::ReportedRecipient r;
  r.actual_recipient = envelope->this_recipient;
  r.report = what;
  e.recipients.push_back(std::move(r));
  Job j;
  j.kind = JobKind::report;
  j.recipient = asn1::canonical_key(envelope->originator_name.address());
  j.store = originator->store;
  j.envelope = e.encode();
  j.identifier = job.identifier;
  if (!delivered && job.return_content) j.content = job.content;
  return j;
}

}  // namespace mtasim
