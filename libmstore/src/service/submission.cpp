#include "service/submission.hpp"

#include "service/audit.hpp"
#include "service/correlation.hpp"
#include "service/envelope.hpp"
#include "service/forwarding.hpp"
#include "service/items.hpp"
#include "service/logs.hpp"
#include "service/match_groups.hpp"
#include "service/new_entries.hpp"
#include "service/quotas.hpp"
#include "service/removal.hpp"
#include "service/spool.hpp"
#include "x400/asn1/ms/codes.hpp"
#include "x400/asn1/oids.hpp"
#include "x400/content/content_type.hpp"

namespace x400::mstore::service {

namespace {

namespace a = asn1::oids::attribute;
namespace code = ms::error_code;

ms::MtsError mts_error(int error) { return {error, std::nullopt}; }

// One submission on its way.
struct Flow : std::enable_shared_from_this<Flow> {
  std::shared_ptr<Engine> engine;
  MailboxPtr mailbox;
  Submission submission;
  SubmissionCompletion completion;
  bool draft = false;
  std::optional<AttributeList> logged;  // the envelope, where a log is kept
  std::shared_ptr<SubmissionJob> job;
  SequenceNumber number = 0;

  void start();
  void prepare_job(ContentOctets content, const AttributeList& envelope);
  std::optional<Failure> check_options(const MailboxSettings& settings);
  Result<ContentOctets> forwarded(SequenceNumber entry, ContentOctets content);
  void store(NewEntries entries, bool content_as_given);
  void invoke();
  void answered(MtsOutcome outcome);
  void accepted(const MtsResult& result);
  void refused(const ms::MtsError& error, const std::string& log);
  void unknown(const std::string& log);
  backend::ChangeSet unkept();
  void add_log(backend::NewEntry entry, backend::ChangeSet& set) const;

  std::string where() const { return "mailbox " + mailbox->settings()->id + ": submission"; }
  void fail(ms::ServiceError error, std::string_view detail = {}) {
    completion(failure(std::move(error), where(), detail));
  }
};

// Component by component: what is absent takes its default. disable-auto-modify FALSE is not told from
// absent.
ms::SubmissionOptions with_defaults(ms::SubmissionOptions given, const ms::SubmissionOptions& defaults) {
  if (!given.object_entry_class) given.object_entry_class = defaults.object_entry_class;
  if (!given.disable_auto_modify) given.disable_auto_modify = defaults.disable_auto_modify;
  if (given.add_message_group_names.empty()) given.add_message_group_names = defaults.add_message_group_names;
  if (given.extensions.empty()) given.extensions = defaults.extensions;
  return given;
}

// Options given > those of the UA registration > the general defaults > the mailbox.
ms::SubmissionOptions effective_options(const Submission& s, const Registrations& registrations) {
  if (s.edition == Edition::e1988) return {};
  auto options = s.options.value_or(ms::SubmissionOptions{});
  const ms::UaRegistration* ua = registrations.ua(s.ua_registration);
  if (ua && ua->submission_defaults) options = with_defaults(std::move(options), *ua->submission_defaults);
  if (const auto& general = registrations.information.submission_defaults)
    options = with_defaults(std::move(options), *general);
  return options;
}

std::optional<Failure> Flow::check_options(const MailboxSettings& settings) {
  const ms::SubmissionOptions options = effective_options(submission, *mailbox->registrations());
  if (auto error = options_error(options, settings)) return failure(std::move(*error), where());
  draft = options.object_entry_class == EntryClass::draft;
  if (draft && submission.probe)
    return failure(ms::EntryClassError{EntryClass::draft, false, false, true}, where());
  return std::nullopt;
}

void Flow::start() {
  const auto settings = mailbox->settings();
  if (auto refused = check_options(*settings)) return completion(std::move(*refused));
  AttributeList envelope;
  if (auto read = derive_submission_envelope(submission.envelope, submission.probe, envelope); !read.ok())
    return fail(mts_error(code::inconsistent_request), read.error().text());
  auto originator = engine->by_address(envelope.find(a::originator_name)->values.front());
  if (!originator.ok() || *originator != mailbox->number)
    return fail(mts_error(code::originator_invalid), "originator is no address of the mailbox");

  auto content = octets_of(submission.content);
  if (!content.ok()) return completion(failure(content.error(), where()));
  bool as_given = true;
  auto request = forwarding_request(submission.envelope);
  if (!request.ok()) return fail(mts_error(code::inconsistent_request), request.error().text());
  // It means nothing to an MTA, and a probe has no content that an entry could go into.
  if (*request && submission.probe)
    return fail(mts_error(code::inconsistent_request), "forwarding-request in a probe");
  if (*request) {
    auto grown = forwarded(**request, *content);
    if (!grown.ok()) return fail(mts_error(code::inconsistent_request), grown.error().text());
    content = std::move(*grown);
    as_given = false;
  }
  prepare_job(*content, envelope);
  if (!as_given) {  // the envelope has lost the request
    envelope = {};
    if (auto read = derive_submission_envelope(job->envelope, submission.probe, envelope); !read.ok())
      return fail(mts_error(code::inconsistent_request), read.error().text());
  }
  if (settings->logs) logged = envelope;
  store(submission.probe
            ? submitted_probe(std::move(envelope))
            : submitted_message(std::move(envelope), job->content,
                                draft ? backend::EntryClass::draft : backend::EntryClass::submission,
                                {engine->options.forwarding_depth}),
        as_given);
}

// The message of the entry goes into the content, the request out of the envelope: it means nothing to an
// MTA.
Result<ContentOctets> Flow::forwarded(SequenceNumber entry_number, ContentOctets content) {
  X400_TRY(row, engine->backend().row(mailbox->number, backend::EntryBase::stored, entry_number));
  auto source = stored_source(engine->backend(), mailbox->number, row);
  Entry entry(std::move(row), std::move(source));
  X400_TRY(grown, with_forwarded(content.octets, entry));
  X400_TRY(envelope, without_forwarding_request(submission.envelope));
  submission.envelope = std::move(envelope);
  auto kept = std::make_shared<const Octets>(std::move(grown));
  return ContentOctets{*kept, kept};
}

void Flow::prepare_job(ContentOctets content, const AttributeList& envelope) {
  job = std::make_shared<SubmissionJob>();
  job->mailbox = mailbox->number;
  job->probe = submission.probe;
  job->envelope = submission.envelope;
  job->content = content.octets;
  job->owner = content.owner;
  if (const Attribute* p = envelope.find(a::priority)) {
    auto e = ber::read_one(p->values.front());
    auto n = e.ok() ? ber::read_integer(*e) : Result<std::int64_t>(e.error());
    if (n.ok() && *n >= 0 && *n <= 2) job->priority = static_cast<ms::Priority>(*n);
  }
}

// The intent: everything that is needed to show what was sent, on disk before anything is.
void Flow::store(NewEntries entries, bool content_as_given) {
  backend::ChangeSet set;
  set.mailbox = mailbox->number;
  if (!submission.probe) {
    entries.front().content = to_backend(submission.content);
    if (!content_as_given) entries.front().content = {job->content, job->owner, nullptr, std::nullopt};
  }
  if (!draft) {
    Variable variable;
    variable.submission = SubmissionRecord{};
    entries.front().variable = variable.encode();
    backend::ItemChange open;
    open.kind = items::submission;
    open.value = Octets{};
    open.entry = 0;
    set.items.push_back(std::move(open));
  }
  set.create = std::move(entries);
  AuditLine line(draft ? AuditKind::draft_stored : AuditKind::submission_begun);
  if (submission.probe) line.flag("probe", true);
  set.events.push_back(line.number("size", set.create.front().size).about_new(0));
  // Where submissions are not kept the intent takes its room for a moment only.
  if (draft || mailbox->settings()->keep_submitted)
    add_quota(engine->policy(*mailbox), draft ? backend::EntryClass::draft : backend::EntryClass::submission,
              Hard::yes, set);
  const auto quotas = set.quotas;
  engine->backend().commit(std::move(set), [self = shared_from_this(), quotas](backend::CommitResult done) {
    if (!done.ok()) return self->completion(failure(done.error(), self->where()));
    watch_quotas(*self->engine, self->mailbox, quotas, *done);
    self->number = done->numbers.front();
    if (self->draft) return self->completion(Submitted{{}, self->number});
    self->invoke();
  });
}

void Flow::invoke() {
  if (!engine->submitter || engine->closing) return answered(NotSent{"no way to the MTA"});
  engine->submitter->submit(
      job, [self = shared_from_this()](MtsOutcome outcome) { self->answered(std::move(outcome)); });
}

void Flow::answered(MtsOutcome outcome) {
  const auto backend_lives = engine->use();
  if (!backend_lives)
    return fail(ms::ServiceErrorParameter{ms::ServiceProblem::unavailable, {}}, "the store has been closed");
  if (const auto* result = std::get_if<MtsResult>(&outcome)) return accepted(*result);
  if (const auto* no = std::get_if<MtsRefusal>(&outcome)) return refused(no->error, no->log);
  if (const auto* no = std::get_if<NotSent>(&outcome))
    return refused(mts_error(code::remote_bind_error), no->log);
  unknown(std::get<OutcomeUnknown>(outcome).log);
}

backend::ItemChange close_item(SequenceNumber number) {
  backend::ItemChange closed;
  closed.kind = items::submission;
  closed.key = items::key32(number);
  return closed;
}

// Of what the MTA has not taken: no hold holds it.
backend::ChangeSet dropped(MailboxNumber mailbox, SequenceNumber number) {
  backend::ChangeSet set;
  set.mailbox = mailbox;
  backend::Deletion deletion;
  deletion.numbers.push_back(number);
  set.remove.push_back(std::move(deletion));
  set.items.push_back(close_item(number));
  return set;
}

// The mailbox keeps no submissions, but a hold may.
backend::ChangeSet Flow::unkept() {
  auto row = engine->backend().row(mailbox->number, backend::EntryBase::stored, number);
  if (!row.ok()) return dropped(mailbox->number, number);
  return removal(*engine, *mailbox, {std::move(*row)}, RemovedBy::store).set;
}

// It bears the number of the submission, kept or not.
void Flow::add_log(backend::NewEntry entry, backend::ChangeSet& set) const {
  entry.number = number;
  set.create.push_back(std::move(entry));
}

void Flow::accepted(const MtsResult& result) {
  auto variable = state_after(result.result);
  if (!variable.ok()) return unknown(variable.error().text());
  const bool keep = mailbox->settings()->keep_submitted;
  backend::ChangeSet set;
  if (keep) {
    set.mailbox = mailbox->number;
    set.modify.push_back({backend::EntryBase::stored, number, variable->encode(), std::nullopt});
    set.items.push_back(close_item(number));
    auto id = ber::read_one(variable->submission->identifier);
    if (const auto key = id.ok() ? mts_identifier_key(*id) : std::nullopt) {
      backend::ItemChange known;
      known.kind = items::submitted;
      known.key = to_octets(view(*key));
      known.value = items::key32(number);
      set.items.push_back(std::move(known));
    }
  } else {
    set = unkept();
    set.modify.push_back({backend::EntryBase::stored, number, variable->encode(), std::nullopt});
  }
  note_subject(*engine, variable->submission->identifier, set);
  set.events.push_back(AuditLine(AuditKind::submitted)
                           .text("id", identifier_text(variable->submission->identifier))
                           .flag("kept", keep)
                           .about(number));
  if (logged) {
    backend::NewEntry log = submission_log(*logged, submission.probe);
    log.variable = Variable{{}, {}, variable->run}.encode();
    add_log(std::move(log), set);
  }
  // Whatever becomes of the note, the MTA has the message, and the user is told so; without the note the
  // intent shows it as unknown later.
  engine->backend().commit(std::move(set), [self = shared_from_this(), keep, result](backend::CommitResult) {
    self->completion(Submitted{result.result, keep ? std::optional(self->number) : std::nullopt});
  });
}

void Flow::refused(const ms::MtsError& error, const std::string& log) {
  backend::ChangeSet set = dropped(mailbox->number, number);
  if (logged) {
    AttributeList envelope = *logged;
    if (auto reason = submission_error(error)) envelope.add(a::submission_error, std::move(*reason));
    add_log(submission_log(envelope, submission.probe), set);
  }
  set.events.push_back(AuditLine(AuditKind::submission_refused).about(number));
  engine->backend().commit(std::move(set), [self = shared_from_this(), error, log](backend::CommitResult) {
    self->fail(error, log);
  });
}

void Flow::unknown(const std::string& log) {
  Variable variable;
  variable.submission = SubmissionRecord{SubmissionState::unknown, {}, {}};
  backend::ChangeSet set;
  set.mailbox = mailbox->number;
  set.modify.push_back({backend::EntryBase::stored, number, variable.encode(), std::nullopt});
  set.events.push_back(AuditLine(AuditKind::submission_unknown).text("at", "answer").about(number));
  engine->backend().commit(std::move(set), [self = shared_from_this(), log](backend::CommitResult) {
    self->fail(mts_error(code::remote_bind_error), "outcome unknown, kept in the Out Box: " + log);
  });
}

}  // namespace

std::optional<ms::ServiceError> options_error(const ms::SubmissionOptions& options,
                                              const MailboxSettings& settings) {
  if (!options.extensions.empty()) return ms::MsExtensionError{options.extensions.front().type};
  if (options.object_entry_class) {
    const EntryClass c = *options.object_entry_class;
    const bool draft = c == EntryClass::draft;
    if (!draft && c != EntryClass::submission) return ms::EntryClassError{c, true, false, false};
    if (draft ? !settings.drafts : !settings.keep_submitted)
      return ms::EntryClassError{c, false, true, false};
  }
  if (!options.add_message_group_names.empty())
    return ms::MessageGroupError{ms::MessageGroupProblem::name_not_registered,
                                 options.add_message_group_names.front()};
  return std::nullopt;
}

void submit(const std::shared_ptr<Engine>& engine, Submission submission, SubmissionCompletion completion) {
  auto flow = std::make_shared<Flow>();
  flow->engine = engine;
  flow->mailbox = engine->find(submission.mailbox);
  if (!flow->mailbox)
    return completion(
        failure(ms::ServiceErrorParameter{ms::ServiceProblem::unavailable, {}}, "submission", "no mailbox"));
  flow->submission = std::move(submission);
  flow->completion = std::move(completion);
  flow->start();
}

}  // namespace x400::mstore::service
