// Conformance cases 93-94, 97-99, 108, 109, 111 and 5-8, 12 as far as the engine has a part in them.
#include "mstore/service_world.hpp"

using namespace x400;
using namespace x400::mstore;
using namespace x400::mstore::test;

namespace {

Kind both() { return GENERATE(Kind::memory, Kind::local); }

Octets alert_parameter(const std::optional<ms::Filter>& filter,
                       const std::optional<ms::EntryInformationSelection>& wanted) {
  ber::Writer w;
  w.constructed(ber::tags::set, [&] {
    if (filter) w.constructed(ber::context(0), [&] { ms::write(w, *filter); });
    if (wanted) w.constructed(ber::context(2), [&] { ms::write(w, *wanted); });
  });
  return std::move(w).take();
}
ms::RegisterMsArgument alert_on(const std::optional<ms::Filter>& filter, std::uint32_t id = 1) {
  ms::RegisterMsArgument arg;
  arg.registrations = {{asn1::oids::auto_action::auto_alert, id,
                        alert_parameter(filter, types({ipm_a::subject, a::priority}))}};
  return arg;
}
ms::Filter urgent() { return ms::Filter::equality(a::priority, integer(2, ber::application(7))); }

// With members besides filter and requested attributes.
ms::RegisterMsArgument alert_with(std::string_view member) {
  auto arg = alert_on({});
  ber::Writer w;
  w.constructed(ber::tags::set, [&] { w.raw(hex(member)); });
  arg.registrations[0].parameter = std::move(w).take();
  return arg;
}

struct Sink {
  std::mutex mutex;
  std::vector<std::pair<std::uint32_t, SequenceNumber>> alerts;
  std::vector<Values> subjects, subjects_88, summaries, summaries_88;
  std::unique_ptr<Subscription> subscription;
  explicit Sink(World& w)
      : subscription(w.store->subscribe_alerts([this](const Alert& alert) {
          const std::lock_guard lock(mutex);
          alerts.emplace_back(alert.registration, alert.entry.sequence_number);
          subjects.push_back(values(alert.entry, ipm_a::subject));
          subjects_88.push_back(values(alert.entry_88, ipm_a::subject));
          summaries.push_back(values(alert.entry, ipm_a::body_parts_summary));
          summaries_88.push_back(values(alert.entry_88, ipm_a::body_parts_summary));
        })) {}
  std::size_t size() {
    const std::lock_guard lock(mutex);
    return alerts.size();
  }
};
SequenceNumber deliver(World& w, std::string id, std::optional<int> priority) {
  Envelope e;
  e.id = std::move(id);
  e.priority = priority;
  return w.deliver(e, ipm("Storm"));
}
bool indication(World& w) {
  ms::MsBindResult r;
  w.session()->describe(false, r);
  return r.alert_indication;
}

}  // namespace

TEST_CASE("93, 94, 97, 98: auto-alert") {
  World w(both());
  Sink sink(w);
  auto s = w.session();
  get(s->register_ms(alert_on(urgent())));
  const auto n = deliver(w, "a.1", 2);
  deliver(w, "a.2", 0);
  const auto m = deliver(w, "a.3", 2);
  while (sink.size() < 2) std::this_thread::yield();
  CHECK(sink.alerts == std::vector<std::pair<std::uint32_t, SequenceNumber>>{{1, n}, {1, m}});
  CHECK(sink.subjects[0] == Values{teletex("Storm")});
  CHECK(w.status(n) == backend::RetrievalStatus::new_entry);
  // 97: the same type and identifier replaces.
  get(s->register_ms(alert_on(ms::Filter::equality(a::priority, integer(1, ber::application(7))))));
  deliver(w, "a.4", 2);
  const auto low = deliver(w, "a.5", 1);
  while (sink.size() < 3) std::this_thread::yield();
  CHECK(sink.alerts.back().second == low);
  // 98
  ms::RegisterMsArgument off;
  off.deregistrations = {{asn1::oids::auto_action::auto_alert, 1}};
  get(s->register_ms(off));
  deliver(w, "a.6", 1);
  get(s->register_ms(alert_on({}, 2)));
  const auto any = deliver(w, "a.7", 0);
  while (sink.size() < 4) std::this_thread::yield();
  CHECK(sink.alerts.back() == std::pair<std::uint32_t, SequenceNumber>{2, any});
}

TEST_CASE("an association of 1988 is alerted with what its edition has of what was registered") {
  World w(both());
  Sink sink(w);
  auto arg = alert_on({});
  arg.registrations[0].parameter = alert_parameter({}, types({ipm_a::subject, ipm_a::body_parts_summary}));
  get(w.session(Edition::e1994)->register_ms(arg));
  deliver(w, "a.1", 0);
  while (sink.size() < 1) std::this_thread::yield();
  CHECK(sink.subjects[0] == Values{teletex("Storm")});
  CHECK(sink.subjects_88[0] == Values{teletex("Storm")});
  CHECK(sink.summaries[0].size() == 1);
  CHECK(sink.summaries_88[0].empty());
}

TEST_CASE("12: who was not told is told at the next bind, once, also after a restart") {
  const Kind kind = both();
  World w(kind);
  CHECK_FALSE(indication(w));
  get(w.session()->register_ms(alert_on(urgent())));
  deliver(w, "a.1", 0);
  CHECK_FALSE(indication(w));
  deliver(w, "a.2", 2);
  if (kind == Kind::local) w.reopen();
  CHECK(indication(w));
  CHECK_FALSE(indication(w));
  const auto told = deliver(w, "a.3", 2);
  w.store->alert_told(w.alice, 1, told);
  CHECK_FALSE(indication(w));
}

TEST_CASE("99: an unknown action, and nothing else of that operation is done") {
  World w(both());
  auto arg = alert_on(urgent());
  const ber::Oid unknown{2, 6, 4, 4, 99};
  arg.registrations.push_back({unknown, 1, {}});
  arg.list_attribute_defaults = std::vector{ipm_a::subject};
  const auto e = error<ms::AutoActionRequestError>(w.session()->register_ms(arg));
  CHECK(e.problems == std::vector<ms::AutoActionRequestError::Problem>{
                          {ms::AutoActionRequestProblem::unavailable_type, unknown}});
  deliver(w, "a.1", 2);
  CHECK_FALSE(indication(w));
  ms::ListArgument list_arg;
  CHECK(get(w.session()->list(list_arg)).result.requested.at(0).attributes.empty());
}

TEST_CASE("bad registrations") {
  World w(both());
  auto s = w.session();
  auto arg = alert_on(urgent(), 129);  // Alert cannot carry it
  error<ms::InvalidParametersError>(s->register_ms(arg));
  arg = alert_on(ms::Filter::present(ber::Oid{2, 6, 4, 3, 4711}));
  error<ms::AttributeError>(s->register_ms(arg));
  arg = alert_on({});
  arg.registrations[0].parameter = hex("0400");
  error<ms::InvalidParametersError>(s->register_ms(arg));
  ms::RegisterMsArgument labels;
  labels.user_security_labels.emplace();
  error<ms::SecurityError>(s->register_ms(labels));
  ms::RegisterMsArgument groups;
  groups.message_groups.emplace_back();
  CHECK(error<ms::RegisterMsError>(w.session(Edition::e1994)->register_ms(groups)).types.message_groups);
}

TEST_CASE("destinations of an alert are read when they are registered, though nothing is sent there") {
  World w(both());
  const std::string address = "28 09 06 03 2a 03 04 81 02 61 62", destination = "30 0b " + address;
  for (const Edition edition : {Edition::e1988, Edition::e1994}) {
    const auto s = w.session(edition);
    get(s->register_ms(alert_with("a1 0f 30 0d " + destination)));
    get(s->register_ms(alert_with("a1 12 30 10 30 0e " + address + " 04 01 71")));  // with a qualifier
    for (const char* wrong : {"a1 02 30 00", "a1 02 05 00", "a1 04 30 02 30 00", "a1 04 30 02 05 00",
                              "a1 12 30 10 30 0e 28 09 06 03 2a 03 04 81 02 61 62 16 01 71", "a1 00",
                              "a3 02 05 00", "a3 02 01 00", "a3 00"}) {
      INFO(wrong);
      error<ms::InvalidParametersError>(s->register_ms(alert_with(wrong)));
    }
  }
  // suppress-alert-destinations is of 1994.
  get(w.session(Edition::e1994)->register_ms(alert_with("a3 03 01 01 00")));
  error<ms::InvalidParametersError>(w.session(Edition::e1988)->register_ms(alert_with("a3 03 01 01 00")));
}

TEST_CASE("submission defaults that every submission would be refused for are not registered") {
  World w(both());
  const auto s = w.session(Edition::e1994);
  const auto with = [](ms::SubmissionOptions options, bool of_ua) {
    ms::RegisterMsArgument arg;
    if (!of_ua) {
      arg.submission_defaults = std::move(options);
      return arg;
    }
    ms::UaRegistration ua;
    ua.identifier = "X";
    ua.submission_defaults = std::move(options);
    arg.ua_registrations = {ua};
    return arg;
  };
  const ms::Extensions unknown = {{ber::Oid{1, 2, 3}, hex("0500")}};
  for (const bool of_ua : {false, true}) {
    ms::SubmissionOptions options;
    options.extensions = unknown;
    error<ms::MsExtensionError>(s->register_ms(with(options, of_ua)));
    options = {};
    options.add_message_group_names = {{"group"}};
    error<ms::MessageGroupError>(s->register_ms(with(options, of_ua)));
    options = {};
    options.object_entry_class = EntryClass::submission_log;
    const auto log = error<ms::RegisterMsError>(s->register_ms(with(options, of_ua)));
    CHECK(log.problem == ms::RegistrationProblem::not_supported);
    CHECK(log.types.submission_defaults == !of_ua);
    CHECK(log.types.ua_registrations == of_ua);
    options.object_entry_class = EntryClass::delivery;
    CHECK(error<ms::RegisterMsError>(s->register_ms(with(options, of_ua))).problem ==
          ms::RegistrationProblem::improperly_specified);
    options.object_entry_class = EntryClass::draft;
    get(s->register_ms(with(options, of_ua)));
  }
  good(w.store->configure_mailbox(w.alice, {"alice", {name(alice_address)}, true, false}));
  ms::SubmissionOptions draft;
  draft.object_entry_class = EntryClass::draft;
  error<ms::RegisterMsError>(s->register_ms(with(draft, false)));
  ms::RegisterMsArgument content_specific;
  ms::UaRegistration ua;
  ua.identifier = "X";
  ua.content_specific_defaults = unknown;
  content_specific.ua_registrations = {ua};
  error<ms::MsExtensionError>(s->register_ms(content_specific));
}

TEST_CASE("too many registrations are an error of their own in 1994") {
  World w(Kind::memory);
  ms::RegisterMsArgument arg;
  for (int i = 0; i < 129; ++i) {
    ms::UaRegistration ua;
    ua.identifier = "X" + std::to_string(i);
    ua.list_attribute_defaults.emplace();
    arg.ua_registrations.push_back(ua);
  }
  const auto s = w.session(Edition::e1994);
  const auto e = error<ms::RegisterMsError>(s->register_ms(arg));
  CHECK(e.problem == ms::RegistrationProblem::limit_exceeded);
  CHECK(e.types.ua_registrations);
  CHECK_FALSE(e.types.auto_actions);
  arg.ua_registrations.pop_back();
  get(s->register_ms(arg));
}

TEST_CASE("111: defaults with an unknown type leave the old ones") {
  World w(both());
  auto s = w.session();
  ms::RegisterMsArgument arg;
  arg.fetch_attribute_defaults = std::vector{ipm_a::subject};
  get(s->register_ms(arg));
  arg.fetch_attribute_defaults = std::vector{a::priority, ber::Oid{2, 6, 4, 3, 4711}};
  const auto e = error<ms::AttributeError>(s->register_ms(arg));
  CHECK(e.problems.at(0).problem == ms::AttributeProblem::unavailable_attribute_type);
  arg.fetch_attribute_defaults.reset();
  arg.list_attribute_defaults = std::vector{a::content};  // may be fetched, not listed
  CHECK(error<ms::AttributeError>(s->register_ms(arg)).problems.at(0).problem ==
        ms::AttributeProblem::inappropriate_for_operation);
  const auto n = deliver(w, "a.1", 2);
  const auto f = fetch(*s, n);
  CHECK(values(*f.result.entry_information, ipm_a::subject).size() == 1);
  CHECK(values(*f.result.entry_information, a::priority).empty());
}

TEST_CASE("108: change-credentials") {
  const Kind kind = both();
  World w(kind);
  ms::RegisterMsArgument arg;
  arg.change_credentials = ms::ChangeCredentials{asn1::ia5_password("old"), asn1::ia5_password("new")};
  error<ms::OldCredentialsIncorrectlySpecified>(w.session()->register_ms(arg));
  auto s = w.session();
  error<ms::OldCredentialsIncorrectlySpecified>(s->register_ms(arg, CredentialChange{false, "x"}));
  error<ms::NewCredentialsUnacceptable>(s->register_ms(arg, CredentialChange{true, std::nullopt}));
  CHECK_FALSE(get(w.store->credentials(w.alice)));
  get(s->register_ms(arg, CredentialChange{true, "scrypt$new"}));
  s.reset();
  CHECK(get(w.store->credentials(w.alice)) == "scrypt$new");
  if (kind == Kind::local) w.reopen();
  CHECK(get(w.store->credentials(w.alice)) == "scrypt$new");
  good(w.store->set_credentials(w.alice, std::nullopt));
  CHECK_FALSE(get(w.store->credentials(w.alice)));
}

TEST_CASE("109: what is registered, kept over a restart") {
  const Kind kind = both();
  World w(kind);
  auto arg = alert_on(urgent(), 7);
  arg.list_attribute_defaults = std::vector{ipm_a::subject};
  ms::UaRegistration ua;
  ua.identifier = "X";
  ua.fetch_attribute_defaults = std::vector{a::content};
  arg.ua_registrations = {ua};
  get(w.session(Edition::e1994)->register_ms(arg));
  if (kind == Kind::local) w.reopen();
  ms::RegisterMsArgument ask;
  ask.status_request.emplace();
  ask.status_request->auto_actions = ask.status_request->list_defaults =
      ask.status_request->ua_registrations = true;
  const auto info = get(w.session(Edition::e1994)->register_ms(ask)).information;
  REQUIRE(info);
  CHECK(info->registrations == arg.registrations);
  CHECK(info->list_attribute_defaults == *arg.list_attribute_defaults);
  CHECK(info->fetch_attribute_defaults.empty());
  CHECK(info->ua_registrations == arg.ua_registrations);
  CHECK_FALSE(get(w.session(Edition::e1988)->register_ms(ask)).information);
}

TEST_CASE("5-8: what the bind result says") {
  World w(both());
  ms::MsBindResult plain, old, young;
  w.session()->describe(false, plain);
  CHECK(plain.available_attribute_types.empty());
  w.session()->describe(true, old);
  CHECK(old.available_auto_actions == std::vector{asn1::oids::auto_action::auto_alert});
  CHECK_FALSE(old.available_attribute_types.empty());
  CHECK(old.available_attribute_types.size() <= 1024);
  CHECK(old.entry_classes_supported.empty());
  RetrievalOptions o;
  o.ua_registration = "nobody";
  w.session(Edition::e1994, o)->describe(true, young);
  CHECK(young.entry_classes_supported.at(0) == EntryClass::delivery);
  CHECK_FALSE(young.matching_rules_supported.empty());
  CHECK(young.ua_registration_id_unknown);
}
