// Register-MS (X.413 8.2.6) and what the bind result tells.
#include <algorithm>
#include <set>

#include "service/audit.hpp"
#include "service/blocking.hpp"
#include "service/homes.hpp"
#include "service/items.hpp"
#include "service/session.hpp"
#include "service/submission.hpp"
#include "x400/asn1/oids.hpp"

namespace x400::mstore::service {

namespace {

using ms::AutoActionRequestProblem;

// Alert carries 1..128; larger numbers could be registered and never be told.
constexpr std::uint32_t most_alert_identifier = 128;
constexpr std::size_t most_registrations = 1024, most_ua_registrations = 128;

void check_defaults(const std::vector<ber::Oid>& types, Purpose purpose, Edition edition,
                    Problems& problems) {
  ms::EntryInformationSelection selection;
  for (const ber::Oid& type : types) selection.push_back({type, {}, {}});
  check_selection(selection, purpose, edition, problems);
}

bool known_action(const ber::Oid& type) { return type == asn1::oids::auto_action::auto_alert; }

template <class T, class Same>
void replace(std::vector<T>& in, const T& value, Same same) {
  const auto at = std::find_if(in.begin(), in.end(), [&](const T& other) { return same(other, value); });
  if (at == in.end())
    in.push_back(value);
  else
    *at = value;
}

template <class A, class B>
bool same_action(const A& a, const B& b) {
  return a.type == b.type && a.identifier == b.identifier;
}

// Submission defaults with which every submission would be refused. Register-MS has no entry-class-error.
std::optional<ms::ServiceError> refused_defaults(const std::optional<ms::SubmissionOptions>& defaults,
                                                 bool ms::RegistrationTypes::*of,
                                                 const MailboxSettings& settings) {
  if (!defaults) return std::nullopt;
  auto error = options_error(*defaults, settings);
  const auto* entry_class = error ? std::get_if<ms::EntryClassError>(&*error) : nullptr;
  if (!entry_class) return error;
  const EntryClass c = entry_class->entry_class;
  const bool may_be_named =
      c == EntryClass::submission || c == EntryClass::submission_log || c == EntryClass::draft;
  ms::RegisterMsError refused;
  refused.problem =
      may_be_named ? ms::RegistrationProblem::not_supported : ms::RegistrationProblem::improperly_specified;
  refused.types.*of = true;
  return refused;
}

// 1994 only: what this store does not register is an error of its own, there.
std::optional<ms::ServiceError> unsupported_registrations(const ms::RegisterMsArgument& argument,
                                                          const MailboxSettings& settings) {
  using Types = ms::RegistrationTypes;
  if (!argument.extensions.empty()) return ms::MsExtensionError{argument.extensions.front().type};
  for (const ms::UaRegistration& u : argument.ua_registrations) {
    if (!u.content_specific_defaults.empty())
      return ms::MsExtensionError{u.content_specific_defaults.front().type};
    if (auto error = refused_defaults(u.submission_defaults, &Types::ua_registrations, settings))
      return error;
  }
  if (auto error = refused_defaults(argument.submission_defaults, &Types::submission_defaults, settings))
    return error;
  if (argument.message_groups.empty()) return std::nullopt;
  ms::RegisterMsError error;
  error.problem = ms::RegistrationProblem::not_supported;
  error.types.message_groups = true;
  return error;
}

// 1988 has no error for it.
std::optional<ms::ServiceError> too_many(const ms::RegisteredInformation& info, Edition edition) {
  ms::RegisterMsError error;
  error.problem = ms::RegistrationProblem::limit_exceeded;
  error.types.auto_actions = info.registrations.size() > most_registrations;
  error.types.ua_registrations = info.ua_registrations.size() > most_ua_registrations;
  if (!error.types.auto_actions && !error.types.ua_registrations) return std::nullopt;
  if (edition == Edition::e1994) return error;
  return ms::ServiceErrorParameter{ms::ServiceProblem::unwilling_to_perform, {}};
}

ms::RegisteredInformation asked_for(const ms::RegistrationTypes& types,
                                    const ms::RegisteredInformation& all) {
  ms::RegisteredInformation info;
  if (types.auto_actions) info.registrations = all.registrations;
  if (types.list_defaults) info.list_attribute_defaults = all.list_attribute_defaults;
  if (types.fetch_defaults) info.fetch_attribute_defaults = all.fetch_attribute_defaults;
  if (types.ua_registrations) info.ua_registrations = all.ua_registrations;
  if (types.submission_defaults) info.submission_defaults = all.submission_defaults;
  return info;
}

}  // namespace

// The registrations as they will be, or why not.
Outcome<Registrations> Session::registered(const ms::RegisterMsArgument& argument,
                                           const std::optional<CredentialChange>& credentials) const {
  const std::string text = where("register-MS");
  Registrations next = *mailbox_->registrations();
  ms::RegisteredInformation& info = next.information;
  if (argument.user_security_labels)
    return failure(ms::SecurityError{7 /* forbidden-user-security-label-register */}, text,
                   "no clearance is configured");
  if (auto error = unsupported_registrations(argument, *mailbox_->settings()))
    return failure(std::move(*error), text);

  // Deregistrations first, so that one call can replace everything.
  for (const ms::AutoActionDeregistration& d : argument.deregistrations)
    std::erase_if(info.registrations, [&](const auto& r) { return same_action(r, d); });
  ms::AutoActionRequestError unavailable;
  Problems problems;
  for (const ms::AutoActionRegistration& r : argument.registrations) {
    if (!known_action(r.type)) {
      unavailable.problems.push_back({AutoActionRequestProblem::unavailable_type, r.type});
      continue;
    }
    if (r.identifier < 1 || r.identifier > most_alert_identifier) problems.invalid_parameters = true;
    if (auto read = check_alert_destinations(r, options_.edition); !read.ok())
      return failure(ms::InvalidParametersError{}, text, read.error().text());
    auto rule = read_alert_rule(r, options_.edition, engine_->options.rules, problems);
    if (!rule.ok()) return failure(ms::InvalidParametersError{}, text, rule.error().text());
    replace(info.registrations, r, [](const auto& x, const auto& y) { return same_action(x, y); });
  }
  if (problems.invalid_parameters) return failure(problems, text);

  if (argument.list_attribute_defaults)
    check_defaults(*argument.list_attribute_defaults, Purpose::list, options_.edition, problems);
  if (argument.fetch_attribute_defaults)
    check_defaults(*argument.fetch_attribute_defaults, Purpose::fetch, options_.edition, problems);
  for (const ms::UaRegistration& u : argument.ua_registrations) {
    if (u.list_attribute_defaults)
      check_defaults(*u.list_attribute_defaults, Purpose::list, options_.edition, problems);
    if (u.fetch_attribute_defaults)
      check_defaults(*u.fetch_attribute_defaults, Purpose::fetch, options_.edition, problems);
  }
  if (!problems.none()) return failure(problems, text);
  if (!unavailable.problems.empty()) return failure(std::move(unavailable), text);

  if (argument.list_attribute_defaults) info.list_attribute_defaults = *argument.list_attribute_defaults;
  if (argument.fetch_attribute_defaults) info.fetch_attribute_defaults = *argument.fetch_attribute_defaults;
  for (const ms::UaRegistration& u : argument.ua_registrations) {
    // With the identifier only: the registration is removed.
    if (u == ms::UaRegistration{u.identifier, {}, {}, {}, {}})
      std::erase_if(info.ua_registrations, [&](const auto& r) { return r.identifier == u.identifier; });
    else
      replace(info.ua_registrations, u,
              [](const auto& x, const auto& y) { return x.identifier == y.identifier; });
  }
  if (argument.submission_defaults) info.submission_defaults = argument.submission_defaults;
  if (auto error = too_many(info, options_.edition))
    return failure(std::move(*error), text, "too many registrations");

  if (argument.change_credentials) {
    if (!credentials || !credentials->old_is_right)
      return failure(ms::OldCredentialsIncorrectlySpecified{}, text);
    if (!credentials->new_secret) return failure(ms::NewCredentialsUnacceptable{}, text);
    next.secret = credentials->new_secret;
  }
  return next;
}

void Session::register_ms(const ms::RegisterMsArgument& argument, std::optional<CredentialChange> credentials,
                          RegisterCompletion completion) {
  // The session may go before the turn comes: the task keeps one of its own.
  auto self = std::make_shared<Session>(engine_, mailbox_, options_);
  mailbox_->changes.post([self, argument, credentials = std::move(credentials),
                          completion = std::move(completion)](Sequencer::Done done) {
    auto next = self->registered(argument, credentials);
    if (!next.ok()) {
      completion(next.error());
      return done();
    }
    auto answer = [self, argument](const Registrations& now) {
      ms::RegisterMsResult result;
      if (argument.status_request && self->e94())
        result.information = asked_for(*argument.status_request, now.information);
      return result;
    };
    const auto before = self->mailbox_->registrations();
    const Octets encoded = next->encode();
    if (encoded == before->encode()) {
      completion(answer(*before));
      return done();
    }
    backend::ChangeSet set;
    set.mailbox = self->mailbox_->number;
    backend::ItemChange change;
    change.kind = items::registrations;
    change.value = encoded;
    set.items.push_back(std::move(change));
    set.events.push_back(AuditLine(AuditKind::registration_changed).event());
    self->backend().commit(std::move(set),
                           [self, encoded, answer, completion, done](backend::CommitResult committed) {
                             if (!committed.ok()) {
                               completion(failure(committed.error().error, self->where("register-MS")));
                               return done();
                             }
                             // Read back, so that what holds now is what holds after a restart.
                             auto now = Registrations::decode(encoded, self->engine_->options.rules);
                             if (!now.ok()) {
                               completion(failure(now.error(), self->where("register-MS")));
                               return done();
                             }
                             self->mailbox_->set(*now);
                             completion(answer(*now));
                             done();
                           });
  });
}

Outcome<ms::RegisterMsResult> Session::register_ms(const ms::RegisterMsArgument& argument,
                                                   std::optional<CredentialChange> credentials) {
  return wait_for<Outcome<ms::RegisterMsResult>>([&](RegisterCompletion completion) {
    register_ms(argument, std::move(credentials), std::move(completion));
  });
}

Outcome<ms::DeleteResult> Session::remove(const ms::DeleteArgument& argument) {
  return wait_for<Outcome<ms::DeleteResult>>(
      [&](RemoveCompletion completion) { remove(argument, std::move(completion)); });
}

// ---- bind

void Session::describe(bool configuration, ms::MsBindResult& result) {
  std::vector<Octets> untold;
  // Asked before and after the items are read: a note that reaches the disk meanwhile is in the first answer
  // and no longer in the second, one that is made meanwhile the other way round.
  const std::set<Octets> before = mailbox_->told();
  if (auto alerts = backend().items(mailbox_->number, items::alert); alerts.ok()) {
    const std::set<Octets> after = mailbox_->told();
    for (backend::Item& item : *alerts)
      if (!before.contains(item.key) && !after.contains(item.key)) untold.push_back(std::move(item.key));
  }
  result.alert_indication = !untold.empty();
  if (!untold.empty()) engine_->alerts_told(mailbox_, std::move(untold));
  if (e94())
    result.ua_registration_id_unknown =
        options_.ua_registration && !mailbox_->registrations()->ua(options_.ua_registration);
  if (!configuration) return;
  result.available_auto_actions = {asn1::oids::auto_action::auto_alert};
  result.available_attribute_types.clear();
  for (const asn1::AttributeInfo& info : asn1::attributes())
    if (info.in(options_.edition) && derived(info.oid)) result.available_attribute_types.push_back(info.oid);
  namespace c = asn1::oids::content_type;
  result.content_types_supported = {c::p2, c::p22, c::p772};
  if (!e94()) return;
  const auto settings = mailbox_->settings();
  result.entry_classes_supported = {EntryClass::delivery};
  if (settings->keep_submitted) result.entry_classes_supported.push_back(EntryClass::submission);
  if (settings->drafts) result.entry_classes_supported.push_back(EntryClass::draft);
  result.entry_classes_supported.push_back(EntryClass::stored_message);
  for (const asn1::MatchingRuleInfo& rule : asn1::matching_rules())
    result.matching_rules_supported.push_back(rule.oid);
}

}  // namespace x400::mstore::service
