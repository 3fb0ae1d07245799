#include "x400/asn1/ms/submission.hpp"

#include <catch2/catch.hpp>

#include "x400/asn1/ms/register.hpp"
#include "x400/asn1/oids.hpp"
#include "x400_p7_dialogue.hpp"

using namespace x400;
using namespace x400::asn1;
using namespace x400::asn1::ms;

namespace {

Octets hex(std::string_view text) {
  auto o = from_hex(text);
  REQUIRE(o.ok());
  return *o;
}

Octets submission(test::P7Value::Kind kind) {
  for (const auto& v : test::P7Dialogue("p7/own-p7-94-submit").values())
    if (v.kind == kind && v.code == 3) return v.octets;
  FAIL("no submission in the dialogue");
  return {};
}

Octets joined(const SubmissionArgumentParts& parts) {
  Octets out = parts.mts_head;
  for (const View piece : parts.mts_body) append(out, piece);
  return out;
}

SubmissionOptions full_options() {
  SubmissionOptions o;
  o.object_entry_class = EntryClass::submission_log;
  o.disable_auto_modify = true;
  o.add_message_group_names = {{"work", "project"}, {"x"}};
  o.extensions = {{oids::ms_extension::originator_token, hex("3000")}};
  return o;
}

}  // namespace

TEST_CASE("a submission without options is passed on as it came") {
  const Octets argument = submission(test::P7Value::Kind::argument);
  auto parts = split_message_submission(argument);
  REQUIRE(parts.ok());
  CHECK_FALSE(parts->options);
  CHECK(equal(joined(*parts), argument));
  REQUIRE(parts->mts_body.size() == 1);
  CHECK(parts->mts_body[0].data() > argument.data());  // borrowed
  CHECK(parts->mts_body[0].data() < argument.data() + argument.size());
}

TEST_CASE("options are put on by the user and taken off by the store") {
  const Octets argument = submission(test::P7Value::Kind::argument);
  const SubmissionOptions options = full_options();
  auto with = add_submission_options(argument, options);
  REQUIRE(with.ok());
  auto parts = split_message_submission(*with);
  REQUIRE(parts.ok());
  REQUIRE(parts->options);
  CHECK(*parts->options == options);
  CHECK(equal(joined(*parts), argument));
  for (std::size_t n = 0; n < with->size(); ++n)
    CHECK(split_message_submission(View(*with).first(n)).error().kind() == ErrorKind::truncated);
}

TEST_CASE("a probe is a SET: its options may stand anywhere") {
  const Octets probe = hex("310a 800101 a403 3101 00 0500");
  CHECK(split_probe_submission(probe).error().kind() == ErrorKind::malformed);
  const Octets good = hex("310a 800101 a402 3100 8105 ");
  CHECK(split_probe_submission(good).error().kind() == ErrorKind::truncated);
  const Octets middle = hex("310a 800101 a402 3100 820102");
  auto parts = split_probe_submission(middle);
  REQUIRE(parts.ok());
  CHECK(parts->options == SubmissionOptions{});
  CHECK(joined(*parts) == hex("3106 800101 820102"));
  CHECK(split_probe_submission(View(hex("3108 a402 3100 a402 3100"))).error().kind() == ErrorKind::malformed);
  CHECK(split_message_submission(middle).error().kind() == ErrorKind::malformed);  // not a SEQUENCE
}

TEST_CASE("results: the MTS's with the store's, a draft's alone") {
  const Octets mts = submission(test::P7Value::Kind::result);
  auto plain = split_submission_result(mts);
  REQUIRE(plain.ok());
  CHECK_FALSE(plain->ms_result);
  CHECK(equal(plain->mts_result, mts));

  const CommonSubmissionResults results{
      17, AutoActionErrorIndication{18}, {{ber::Oid{1, 2, 3}, hex("0500")}}};
  auto both = add_submission_results(mts, results);
  REQUIRE(both.ok());
  auto parts = split_submission_result(*both);
  REQUIRE(parts.ok());
  CHECK(equal(parts->mts_result, mts));
  CHECK(parts->ms_result == results);

  auto draft = split_submission_result(encode_draft_result({5, AutoActionErrorIndication{}, {}}));
  REQUIRE(draft.ok());
  CHECK(draft->mts_result.empty());
  CHECK(draft->ms_result == CommonSubmissionResults{5, AutoActionErrorIndication{}, {}});
  CHECK(add_submission_results(hex("3000"), results).error().kind() == ErrorKind::malformed);
}

TEST_CASE("register-MS of 1994 comes back whole") {
  RegisterMsArgument a;
  a.registrations = {{oids::auto_action::auto_alert, 300, hex("3100")},
                     {oids::auto_action::auto_delete, 1, {}}};
  a.deregistrations = {{oids::auto_action::auto_modify, 32767}};
  a.list_attribute_defaults = std::vector<ber::Oid>{};
  a.user_security_labels = {{hex("3103020101")}};
  a.ua_registrations = {
      {"office", {{oids::attribute::priority}}, std::vector<ber::Oid>{}, full_options(), {}}};
  a.submission_defaults = full_options();
  a.message_groups = {{MessageGroupRegistration::Kind::register_group, {{"a", "b"}, "text"}},
                      {MessageGroupRegistration::Kind::deregister_group, {{"c"}, {}}},
                      {MessageGroupRegistration::Kind::change_descriptors, {{"d"}, {}}}};
  a.status_request.emplace();
  a.status_request->auto_actions = a.status_request->message_groups = true;
  a.status_request->restrict_message_groups = MessageGroupsRestriction{MessageGroupName{"a"}, true, false};
  auto b = RegisterMsArgument::decode(a.encode(Edition::e1994), Edition::e1994);
  REQUIRE(b.ok());
  CHECK(b->registrations == a.registrations);
  CHECK(b->deregistrations == a.deregistrations);
  CHECK(b->list_attribute_defaults == a.list_attribute_defaults);
  CHECK_FALSE(b->fetch_attribute_defaults);
  CHECK_FALSE(b->change_credentials);
  CHECK(b->user_security_labels == a.user_security_labels);
  CHECK(b->ua_registrations == a.ua_registrations);
  CHECK(b->submission_defaults == a.submission_defaults);
  CHECK(b->message_groups == a.message_groups);
  CHECK(b->status_request == a.status_request);

  RegisteredInformation info{a.registrations,       {oids::attribute::priority}, {}, a.ua_registrations,
                             a.submission_defaults, {{{"a"}, "text"}},           {}};
  auto r = RegisterMsResult::decode(RegisterMsResult{info}.encode(Edition::e1994));
  REQUIRE(r.ok());
  CHECK(r->information == info);
  CHECK(RegisterMsResult{info}.encode(Edition::e1988) == hex("0500"));
}

TEST_CASE("registration identifiers are 1 to 32767") {
  const auto with = [](std::string_view id) {
    auto r = RegisterMsArgument::decode(hex("310f a10d 310b 3009 0604 56040401 a00" + std::string(id)),
                                        Edition::e1988);
    return r.ok();
  };
  CHECK_FALSE(with("1 00"));
  CHECK(
      RegisterMsArgument::decode(hex("3111 a10f 310d 300b 0604 56040401 a003 020101"), Edition::e1988).ok());
  CHECK_FALSE(
      RegisterMsArgument::decode(hex("3111 a10f 310d 300b 0604 56040401 a003 020100"), Edition::e1988).ok());
  CHECK_FALSE(
      RegisterMsArgument::decode(hex("3113 a111 310f 300d 0604 56040401 a005 0203008000"), Edition::e1988)
          .ok());
}

TEST_CASE("change-credentials of the administration port is a SET") {
  const ChangeCredentials c{ia5_password("old"), Password{to_octets("new"), true}};
  const Octets octets = encode_change_credentials(c);
  CHECK(octets == hex("310e a0051603 6f6c64 a1050403 6e6577"));
  auto back = decode_change_credentials(octets);
  REQUIRE(back.ok());
  CHECK(*back == c);
  CHECK(decode_change_credentials(hex("3107 a0051603 6f6c64")).error().kind() == ErrorKind::malformed);
}
