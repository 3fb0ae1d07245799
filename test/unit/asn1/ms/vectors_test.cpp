// Octets that this project's codec did not make: recorded dialogues, decoded, compared with what is known to
// be in them, and encoded again.
#include <catch2/catch.hpp>

#include "x400/asn1/ms/errors.hpp"
#include "x400/asn1/ms/retrieval.hpp"
#include "x400/asn1/oids.hpp"
#include "x400_p7_dialogue.hpp"

using namespace x400;
using namespace x400::asn1;
using namespace x400::asn1::ms;
using x400::test::P7Dialogue;
using x400::test::P7Value;
using Kind = P7Value::Kind;

namespace {

Octets octets(Octets o) { return o; }
Octets octets(const Gather& g) { return g.join(); }

struct Seen {
  int exact = 0, other = 0;
};

// Decodes and encodes again. The vectors' encoder writes some default values; those values come back shorter.
template <class T, class Decode>
T again(const P7Value& v, Edition edition, Decode&& decode, Seen& seen) {
  INFO(to_hex(v.octets));
  auto value = decode(v.octets);
  if (!value.ok()) FAIL(value.error().text());
  const Octets encoded = octets(value->encode(edition));
  if (equal(encoded, v.octets)) {
    ++seen.exact;
    return std::move(*value);
  }
  ++seen.other;
  auto second = decode(encoded);
  REQUIRE(second.ok());
  CHECK(equal(octets(second->encode(edition)), encoded));
  CHECK(encoded.size() <= v.octets.size());
  return std::move(*value);
}

void check_argument(const P7Value& v, Edition e, Seen& seen) {
  switch (static_cast<Operation>(v.code)) {
    case Operation::summarize:
      again<SummarizeArgument>(
          v, e, [&](View o) { return SummarizeArgument::decode(o, e); }, seen);
      break;
    case Operation::list:
      again<ListArgument>(
          v, e, [&](View o) { return ListArgument::decode(o, e); }, seen);
      break;
    case Operation::fetch:
      again<FetchArgument>(
          v, e, [&](View o) { return FetchArgument::decode(o, e); }, seen);
      break;
    case Operation::delete_:
      again<DeleteArgument>(
          v, e, [&](View o) { return DeleteArgument::decode(o, e); }, seen);
      break;
    case Operation::register_ms:
      again<RegisterMsArgument>(
          v, e, [&](View o) { return RegisterMsArgument::decode(o, e); }, seen);
      break;
    case Operation::alert:
      again<AlertArgument>(
          v, e, [&](View o) { return AlertArgument::decode(o); }, seen);
      break;
    default: break;  // of the MTS abstract service
  }
}

void check_result(const P7Value& v, Edition e, Seen& seen) {
  switch (static_cast<Operation>(v.code)) {
    case Operation::summarize:
      again<SummarizeResult>(
          v, e, [&](View o) { return SummarizeResult::decode(o); }, seen);
      break;
    case Operation::list:
      again<ListResult>(
          v, e, [&](View o) { return ListResult::decode(o); }, seen);
      break;
    case Operation::fetch:
      again<FetchResult>(
          v, e, [&](View o) { return FetchResult::decode(o); }, seen);
      break;
    case Operation::delete_:
      again<DeleteResult>(
          v, e, [&](View o) { return DeleteResult::decode(o); }, seen);
      break;
    case Operation::register_ms:
      again<RegisterMsResult>(
          v, e, [&](View o) { return RegisterMsResult::decode(o); }, seen);
      break;
    case Operation::alert: CHECK(equal(v.octets, null_result())); break;
    default: break;
  }
}

void check_error(const P7Value& v, Edition e, Seen& seen) {
  auto error = decode_error(v.code, v.octets);
  if (!error.ok()) FAIL(error.error().text());
  const EncodedError encoded = encode(*error, e, Port::retrieval);
  CHECK(encoded.code == v.code);
  CHECK(equal(encoded.parameter, v.octets));
  ++seen.exact;
}

Seen check_all(const std::string& name, Edition e) {
  INFO(name);
  const P7Dialogue dialogue(name);
  Seen seen;
  for (const P7Value& v : dialogue.values()) switch (v.kind) {
      case Kind::bind_argument:
        again<MsBindArgument>(
            v, e, [&](View o) { return MsBindArgument::decode(o, e); }, seen);
        break;
      case Kind::bind_result:
        again<MsBindResult>(
            v, Edition::e1994, [&](View o) { return MsBindResult::decode(o); }, seen);
        break;
      case Kind::bind_error:
        again<MsBindError>(
            v, e, [&](View o) { return MsBindError::decode(o); }, seen);
        break;
      case Kind::argument: check_argument(v, e, seen); break;
      case Kind::result: check_result(v, e, seen); break;
      case Kind::error: check_error(v, e, seen); break;
    }
  return seen;
}

P7Value value(const P7Dialogue& dialogue, Kind kind, std::int64_t code, int nth = 0) {
  for (const P7Value& v : dialogue.values())
    if (v.kind == kind && v.code == code && nth-- == 0) return v;
  FAIL("no such value in the dialogue");
  return {};
}

Octets hex(std::string_view text) {
  auto o = from_hex(text);
  REQUIRE(o.ok());
  return *o;
}

}  // namespace

TEST_CASE("every value of our P7 dialogues decodes and comes back the same") {
  for (const auto& [text, edition] : {std::pair("88", Edition::e1988), std::pair("94", Edition::e1994)}) {
    const std::string e = text;
    // Bind argument and result, and of each operation argument and result or error. Not exact are
    // registrations, whose identifier 1 is written although it is the default.
    const auto expect = [&, edition = edition](const std::string& name, int exact, int other) {
      const Seen seen = check_all("p7/own-p7-" + e + name, edition);
      CHECK(seen.exact == exact);
      CHECK(seen.other == other);
    };
    expect("-bind-list", 6, 0);
    expect("-bind-refused", 2, 0);
    expect("-fetch-summarize-delete", 14, 0);
    expect("-register-alert", 10, 3);
    expect("-submit", 2, 0);
    expect("-rtse-alert", 6, 1);
  }
}

TEST_CASE("every bind and argument of the foreign stack's dialogues decodes") {
  for (const char* name : {"p7-94-pdata", "p7-94-bind-700", "p7-94-bind-9k", "p7-94-selectors", "p7-94-abort",
                           "p7-94-submit9k", "p7-94-rtse", "p7-94-turns", "p7-94-bind-refused"}) {
    const Seen seen = check_all(std::string("osi/") + name, Edition::e1994);
    CHECK(seen.exact + seen.other >= 2);
  }
  for (const char* name : {"p7-88-pdata", "p7-88-rtse"}) {
    const Seen seen = check_all(std::string("osi/") + name, Edition::e1988);
    CHECK(seen.exact + seen.other >= 2);
  }
}

TEST_CASE("MSBind: name, password, what the store has") {
  const P7Dialogue d("p7/own-p7-94-bind-list");
  auto a = MsBindArgument::decode(value(d, Kind::bind_argument, 0).octets, Edition::e1994);
  REQUIRE(a.ok());
  CHECK(a->initiator_name ==
        hex("603930276104130258586206130441444d44a206130450524d4483034f7267a50a8005416c69636581014131"
            "0e300c800101a1071305616c696365"));
  CHECK(std::get<Password>(a->initiator_credentials) == ia5_password("secret"));
  CHECK_FALSE(a->configuration_request);
  CHECK_FALSE(a->fetch_restrictions);
  CHECK(a->security_context.empty());
  CHECK_FALSE(a->ua_registration_identifier);
  CHECK(a->extensions.empty());

  auto r = MsBindResult::decode(value(d, Kind::bind_result, 0).octets);
  REQUIRE(r.ok());
  CHECK(std::get<Password>(r->responder_credentials) == ia5_password("ms"));
  CHECK(r->available_auto_actions ==
        std::vector{oids::auto_action::ipm_auto_forward, oids::auto_action::auto_alert});
  CHECK(r->available_attribute_types ==
        std::vector{oids::attribute::sequence_number, oids::attribute::content});
  CHECK(r->content_types_supported == std::vector{ber::Oid{2, 6, 1, 10, 2}});
  CHECK(r->entry_classes_supported == std::vector{EntryClass::delivery, EntryClass::submission});
  CHECK_FALSE(r->alert_indication);

  const P7Dialogue refused("p7/own-p7-88-bind-refused");
  auto e = MsBindError::decode(value(refused, Kind::bind_error, 0).octets);
  REQUIRE(e.ok());
  CHECK(e->problem == BindProblem::authentication_error);
}

TEST_CASE("List: selector with range, filter and limit, requested attributes") {
  const P7Dialogue d("p7/own-p7-88-bind-list");
  auto first = ListArgument::decode(value(d, Kind::argument, 21).octets, Edition::e1988);
  REQUIRE(first.ok());
  CHECK(first->selector == Selector{});
  CHECK_FALSE(first->requested_attributes);

  auto a = ListArgument::decode(value(d, Kind::argument, 21, 1).octets, Edition::e1988);
  REQUIRE(a.ok());
  CHECK(a->entry_class == EntryClass::delivery);
  CHECK(std::get<NumberRange>(*a->selector.range) == NumberRange{1, 9});
  CHECK(a->selector.limit == SequenceNumber{10});
  namespace t = oids::attribute;
  CHECK(*a->selector.filter ==
        Filter::all(
            {Filter::present(t::sequence_number),
             Filter::negation(Filter::equality(t::retrieval_status, hex("020102"))),
             Filter::any({Filter::greater_or_equal(t::creation_time, hex("170d3236303130313030303030305a")),
                          Filter::less_or_equal(t::content_length, hex("020163"))})}));
  CHECK(*a->requested_attributes ==
        EntryInformationSelection{{t::sequence_number, {}, {}}, {t::retrieval_status, 1, 2}});

  const P7Value v = value(d, Kind::result, 21);
  auto r = ListResult::decode(v.octets);
  REQUIRE(r.ok());
  CHECK_FALSE(r->next);
  REQUIRE(r->requested.size() == 2);
  CHECK(r->requested[1].sequence_number == 2);
  REQUIRE(r->requested[1].attributes.size() == 4);
  const auto created = r->requested[1].find(t::creation_time);
  REQUIRE(created);
  REQUIRE(created->values.size() == 1);
  CHECK(equal(created->values[0], hex("170d3236303130313132303030305a")));
  CHECK_FALSE(r->requested[1].find(t::priority));
}

TEST_CASE("Fetch, Summarize and Delete: arguments, results, the error") {
  const P7Dialogue d("p7/own-p7-94-fetch-summarize-delete");
  constexpr Edition e = Edition::e1994;
  auto precise = FetchArgument::decode(value(d, Kind::argument, 22).octets, e);
  REQUIRE(precise.ok());
  CHECK(std::get<SequenceNumber>(precise->item) == 1);
  CHECK(*precise->requested_attributes == EntryInformationSelection{{oids::attribute::content, {}, {}}});
  auto search = FetchArgument::decode(value(d, Kind::argument, 22, 2).octets, e);
  REQUIRE(search.ok());
  CHECK(std::get<Selector>(search->item).limit == SequenceNumber{1});

  const P7Value fetched = value(d, Kind::result, 22);
  auto r = FetchResult::decode(fetched.octets);
  REQUIRE(r.ok());
  REQUIRE(r->entry_information);
  CHECK(r->entry_information->sequence_number == 1);
  const auto content = r->entry_information->find(oids::attribute::content);
  REQUIRE(content);
  CHECK(content->values[0].size() == 2 + 99);
  CHECK(r->list.empty());
  CHECK_FALSE(r->next);

  const P7Value failed = value(d, Kind::error, 28);
  CHECK(std::get<SequenceNumberError>(decode_error(28, failed.octets).value()) == SequenceNumberError{{99}});

  auto summary = SummarizeArgument::decode(value(d, Kind::argument, 20).octets, e);
  REQUIRE(summary.ok());
  CHECK(summary->summary_requests == std::vector{oids::attribute::retrieval_status});
  auto counts = SummarizeResult::decode(value(d, Kind::result, 20).octets);
  REQUIRE(counts.ok());
  CHECK(counts->count == 2);
  CHECK(counts->span == Span{1, 2});
  CHECK(counts->summaries ==
        std::vector{Summary{0, {{oids::attribute::retrieval_status, hex("020100"), 2}}}});

  auto numbers = DeleteArgument::decode(value(d, Kind::argument, 23).octets, e);
  REQUIRE(numbers.ok());
  CHECK(std::get<std::vector<SequenceNumber>>(numbers->items) == std::vector<SequenceNumber>{1, 2});
  auto by_time = DeleteArgument::decode(value(d, Kind::argument, 23, 1).octets, e);
  REQUIRE(by_time.ok());
  using namespace std::chrono;
  CHECK(std::get<TimeRange>(*std::get<Selector>(by_time->items).range) ==
        TimeRange{sys_seconds(sys_days(2026y / January / 1)), {}});
}

TEST_CASE("Register-MS and Alert") {
  const P7Dialogue d("p7/own-p7-88-register-alert");
  constexpr Edition e = Edition::e1988;
  auto alert = RegisterMsArgument::decode(value(d, Kind::argument, 24).octets, e);
  REQUIRE(alert.ok());
  REQUIRE(alert->registrations.size() == 1);
  CHECK(alert->registrations[0].type == oids::auto_action::auto_alert);
  CHECK(alert->registrations[0].identifier == 1);
  CHECK(*alert->registrations[0].parameter == hex("3118a00aa008a406060456040327a20a31083106060456040327"));

  auto gone = RegisterMsArgument::decode(value(d, Kind::argument, 24, 2).octets, e);
  REQUIRE(gone.ok());
  CHECK(gone->deregistrations == std::vector{AutoActionDeregistration{oids::auto_action::auto_alert, 1}});

  auto password = RegisterMsArgument::decode(value(d, Kind::argument, 24, 3).octets, e);
  REQUIRE(password.ok());
  CHECK(*password->change_credentials == ChangeCredentials{ia5_password("secret"), ia5_password("new")});

  auto defaults = RegisterMsArgument::decode(value(d, Kind::argument, 24, 4).octets, e);
  REQUIRE(defaults.ok());
  CHECK(*defaults->list_attribute_defaults == std::vector{oids::attribute::sequence_number});
  CHECK(*defaults->fetch_attribute_defaults == std::vector{oids::attribute::content});

  const P7Value v = value(d, Kind::argument, 25);
  CHECK_FALSE(v.from_user);
  auto a = AlertArgument::decode(v.octets);
  REQUIRE(a.ok());
  CHECK(a->registration_identifier == 1);
  REQUIRE(a->new_entry);
  CHECK(a->new_entry->sequence_number == 3);
  CHECK(a->new_entry->attributes.size() == 4);
}
