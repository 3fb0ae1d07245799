// Our encodings, judged by Wireshark's P3 dissector.
#include <algorithm>
#include <catch2/catch.hpp>

#include "x400/asn1/mts/bind.hpp"
#include "x400/asn1/mts/content_split.hpp"
#include "x400/asn1/mts/control.hpp"
#include "x400/asn1/mts/delivery.hpp"
#include "x400/asn1/mts/errors.hpp"
#include "x400/asn1/mts/extension_values.hpp"
#include "x400/asn1/mts/report.hpp"
#include "x400/asn1/mts/submission.hpp"
#include "x400/asn1/oids.hpp"
#include "x400/asn1/or_text.hpp"
#include "x400_tshark.hpp"

using namespace x400;
using namespace x400::asn1;
using namespace x400::asn1::mts;
using test::TsharkDialogue;
using test::TsharkVerdict;

namespace {

// The syntaxes after that of the bind.
constexpr std::size_t submission = 1, delivery = 2;

EncodedORName name(std::string_view text) { return EncodedORName(parse_or_address(text).value()); }

// Attributes of every kind, in every character set.
EncodedORName rich_name() {
  ORName n{parse_or_address(
               "G=J\u00fcrgen;I=J;S=M\u00fcller;Q=Jr;CN=\u0416\u0443\u043a;O=Org;OU1=high;OU2=low;DDA:t=v;"
               "N-ID=7;T-ID=tid;T-TY=g3fax;ISDN=49123;NET-SUB=7;PD-SN=pds;PD-C=us;PD-PC=123;PD-S=street;"
               "PD-A1=line one;PD-A2=line two;P=p;A=a;C=XX")
               .value(),
           {}};
  n.address.x121_address = "1234";
  n.address.organization.universal = "\u0416";
  n.address.postal.parameters[0].second.universal = "\u0416";
  n.address.domain_defined[0].value.universal = "\u0416";
  return n;
}

MtsBindArgument bind_argument() {
  MtsBindArgument a;
  a.initiator_name = MtaName{"MTA1"};
  a.initiator_credentials = ia5_password("secret");
  a.messages_waiting = MessagesWaiting{{1, 100}, {2, {}}, {3, {}}};
  SecurityLabel label;
  label.policy = ber::Oid{1, 2, 3};
  label.classification = classification::secret;
  a.security_context = {label.encode()};
  return a;
}

MtsBindResult bind_result() {
  MtsBindResult r;
  r.responder_name = MessageStoreName{name("S=store;A=a;C=XX")};
  r.responder_credentials = ia5_password("pw");
  return r;
}

TsharkDialogue connected() {
  TsharkDialogue d(oids::context::mts_forced_access_94,
                   {oids::syntax::mts, oids::syntax::msse, oids::syntax::mdse_94});
  d.connect(bind_argument().encode(), bind_result().encode());
  return d;
}

// A heading with nothing but its identifier, and the text "hello".
const Octets ipm = from_hex("a014 3105 6b03 130131 300b a009 3100 160568656c6c6f").value();

// Nothing wrong with any PDU, and every one seen by the dissector of its service, or of the content in it.
void check_clean(const TsharkVerdict& v, std::size_t pdus, std::string_view protocol = "P3") {
  for (const auto& complaint : v.complaints) FAIL_CHECK(complaint);
  REQUIRE(v.frames.size() == pdus + 2);
  for (std::size_t i = 4; i < v.frames.size(); ++i) {
    INFO("frame " << i + 1 << " " << v.frames[i].info);
    CHECK((v.frames[i].protocol == protocol || v.frames[i].protocol == "P22"));
  }
}

Extensions delivery_extensions() {
  Extensions e;
  e.add(expansion_history(extension::dl_expansion_history, {{name("CN=list;A=a;C=XX"), {"260101120000Z"}}}));
  e.add(redirection_history({{name("S=first;A=a;C=XX"), {"260101120100Z"}, RedirectionReason::alias}}));
  e.add(requested_delivery_method({1, 0}));
  e.add(originator_return_address(name("S=back;A=a;C=XX").address()));
  e.add(flag_extension(extension::conversion_with_loss_prohibited, true));
  e.add(dl_exempted_recipients({name("S=not;A=a;C=XX")}));
  SecurityLabel label;
  label.policy = ber::Oid{1, 2, 3};
  label.classification = classification::restricted;
  label.privacy_mark = "IN CONFIDENCE";
  e.add(message_security_label(label));
  return e;
}

MessageDeliveryEnvelope delivery_envelope() {
  MessageDeliveryEnvelope e;
  e.identifier = MTSIdentifier({"XX", "ICAO", "LF"}, "a.1");
  e.delivery_time = {"260101120300Z"};
  e.submission_time = {"260101120000Z"};
  e.content_type = {ContentType::p22};
  e.originator_name = rich_name();
  e.original_eits = EncodedInformationTypes::of({oids::eit::ia5_text, oids::eit::ipm_file_transfer});
  e.converted_eits = e.original_eits;
  e.priority = Priority::urgent;
  e.implicit_conversion_prohibited = true;
  e.other_recipients = {name("S=carol;A=a;C=XX"), name("S=dave;A=a;C=XX")};
  e.this_recipient = name("S=bob;A=a;C=XX");
  e.originally_intended_recipient = name("S=first;A=a;C=XX");
  e.content_identifier = "cid1";
  e.extensions = delivery_extensions();
  return e;
}

ReportDeliveryEnvelope report_envelope() {
  ReportDeliveryEnvelope e;
  e.subject_identifier = MTSIdentifier({"XX", "ICAO", "LF"}, "a.1");
  e.content_identifier = "cid1";
  e.content_type = ContentType{ContentType::p22};
  e.original_eits = EncodedInformationTypes::of({oids::eit::ia5_text});
  e.extensions.add(content_correlator(to_octets("corr")));
  e.extensions.add(reporting_mta_name({{"XX", "ICAO", "LF"}, "MTA1", {}}));
  e.extensions.add(or_name_extension(extension::reporting_dl_name, name("CN=list;A=a;C=XX")));
  e.extensions.add(expansion_history(
      extension::originator_and_dl_expansion_history,
      {{name("S=a;A=a;C=XX"), {"260101120000Z"}}, {name("CN=list;A=a;C=XX"), {"260101120000Z"}}}));
  e.recipients.push_back({name("S=bob;A=a;C=XX"),
                          DeliveryReport{{"260101120500Z"}, MtsUserType::ms},
                          e.original_eits,
                          name("S=first;A=a;C=XX"),
                          "seen",
                          {}});
  e.recipients.push_back({name("S=eve;A=a;C=XX"), NonDeliveryReport{1, 0}, {}, {}, {}, {}});
  e.recipients[1].extensions.add(
      or_name_extension(extension::physical_forwarding_address, name("S=x;A=a;C=XX")));
  return e;
}

Octets with_content(Octets head) {
  append(head, ipm);
  return head;
}

}  // namespace

TEST_CASE("tshark reads our MTS-bind") {
  const TsharkVerdict v = connected().judge();
  check_clean(v, 2);
  CHECK(v.says("mTA: MTA1"));
  CHECK(v.says("messages-waiting"));
  CHECK(v.says("message-store (/C=XX/A=a/S=store/)"));
  CHECK(v.says("security-classification: secret (4)"));

  TsharkDialogue refused(oids::context::mts_access_88, {oids::syntax::mts, oids::syntax::msse});
  MtsBindArgument user;
  user.initiator_name = MessageStoreName{name("S=bob;A=a;C=XX")};
  user.initiator_credentials = ia5_password("wrong");
  refused.refuse(user.encode(), encode(MtsBindError::authentication_error));
  const TsharkVerdict r = refused.judge();
  check_clean(r, 2);
  CHECK(r.says("authentication-error (2)"));
}

TEST_CASE("tshark reads our message-delivery, with every field and a name of every attribute") {
  TsharkDialogue d = connected();
  const Octets envelope = delivery_envelope().encode();
  d.invoke(true, delivery, code(Operation::message_delivery),
           with_content(message_delivery_head(envelope, ipm.size())));
  d.result(false, delivery, code(Operation::message_delivery), MessageDeliveryResult{}.encode());
  const TsharkVerdict v = d.judge();
  check_clean(v, 4);
  for (const char* text :
       {"local-identifier: a.1", "content-identifier: cid1", "priority: urgent (2)", "surname: bob",
        "dl-expansion-history", "redirection-reason: alias (4)", "privacy-mark: IN CONFIDENCE",
        "implicit-conversion-prohibited: True", "numeric-user-identifier: 7", "terminal-identifier: tid",
        "extended-network-address", "TerminalType: g3-facsimile (5)", "postal-code",
        "unformatted-postal-address", "street-address", "teletex-personal-name", "universal-common-name",
        "universal-organization-name", "OrganizationalUnitName: high"}) {
    INFO(text);
    CHECK(v.says(text));
  }
}

TEST_CASE("tshark is a judge that can say no") {
  TsharkDialogue d = connected();
  MessageDeliveryEnvelope e = delivery_envelope();
  e.extensions = {};
  Octets argument = with_content(message_delivery_head(e.encode(), ipm.size()));
  const Octets recipient = from_hex("a4143012").value();  // this-recipient-name under [10] instead of [4]
  const auto at = std::search(argument.begin(), argument.end(), recipient.begin(), recipient.end());
  REQUIRE(at != argument.end());
  *at = 0xaa;
  d.invoke(true, delivery, code(Operation::message_delivery), argument);
  CHECK_FALSE(d.judge().complaints.empty());
}

TEST_CASE("tshark reads our report-delivery") {
  TsharkDialogue d = connected();
  const Octets envelope = report_envelope().encode();
  d.invoke(true, delivery, code(Operation::report_delivery),
           with_content(report_delivery_head(envelope, ipm.size())));
  d.result(false, delivery, code(Operation::report_delivery), encode_report_delivery_result());
  d.invoke(true, delivery, code(Operation::report_delivery), envelope);
  d.result(false, delivery, code(Operation::report_delivery), encode_report_delivery_result());
  const TsharkVerdict v = d.judge();
  check_clean(v, 6);
  for (const char* text :
       {"non-delivery-reason-code: unable-to-transfer (1)",
        "non-delivery-diagnostic-code: unrecognised-OR-name (0)", "type-of-MTS-user: ms (2)",
        "supplementary-information: seen", "reporting-MTA-name", "this-IPM"}) {
    INFO(text);
    CHECK(v.says(text));
  }
}

TEST_CASE("tshark reads our errors and controls of the delivery port") {
  TsharkDialogue d = connected();
  const Octets argument = with_content(message_delivery_head(delivery_envelope().encode(), ipm.size()));
  const MtsError security = security_error(SecurityProblem::unauthorised_user_name);
  d.invoke(true, delivery, code(Operation::message_delivery), argument);
  d.error(false, delivery, security.code, *security.parameter);
  Controls controls;
  controls.permissible_operations = Operations{false, true};
  controls.permissible_maximum_content_length = 1000;
  controls.permissible_lowest_priority = Priority::urgent;
  controls.permissible_content_types = {{ContentType::p22}, {oids::content_type::p772}};
  d.invoke(false, delivery, code(Operation::delivery_control), controls.encode());
  Waiting waiting;
  waiting.waiting_operations = {true, true};
  waiting.long_content = true;
  waiting.waiting_content_types = {{ContentType::p2}};
  waiting.waiting_eits = EncodedInformationTypes::of({oids::eit::ia5_text});
  d.result(true, delivery, code(Operation::delivery_control), waiting.encode());
  const TsharkVerdict v = d.judge();
  check_clean(v, 6);
  for (const char* text : {"unauthorised-user-name (32)", "permissible-maximum-content-length: 1000",
                           "permissible-lowest-priority: urgent (2)", "long-content: True"}) {
    INFO(text);
    CHECK(v.says(text));
  }
}

// The submission port is the same in P3 and P7; the dissector takes it for P7.
TEST_CASE("tshark reads our message-submission") {
  TsharkDialogue d(oids::context::mts_access_94, {oids::syntax::mts, oids::syntax::msse});
  d.connect(bind_argument().encode(), bind_result().encode());
  MessageSubmissionEnvelope e;
  e.originator_name = rich_name();
  e.original_eits = EncodedInformationTypes::of({oids::eit::ia5_text});
  e.content_type = {ContentType::p22};
  e.content_identifier = "cid1";
  e.priority = Priority::non_urgent;
  e.indicators = {true, true, true, true, 3, true};
  e.deferred_delivery_time = UtcTime{"260101120000Z"};
  e.extensions.add(latest_delivery_time(UtcTime{"260101130000Z"}));
  e.extensions.add(flag_extension(extension::dl_expansion_prohibited, true));
  e.extensions.add(content_correlator(to_octets("corr")));
  e.recipients.push_back({name("S=bob;A=a;C=XX"), ReportRequest::report, 10, {}});
  e.recipients[0].extensions.add(
      or_name_extension(extension::originator_requested_alternate_recipient, name("S=alt;A=a;C=XX")));
  e.recipients.push_back({name("S=carol;A=a;C=XX"), ReportRequest::none, {}, {}});
  d.invoke(true, submission, code(Operation::message_submission),
           with_content(message_submission_head(e.encode(), ipm.size())));
  SubmissionResult result;
  result.identifier = MTSIdentifier({"XX", "ICAO", "LF"}, "a.1");
  result.time = {"260101120000Z"};
  result.content_identifier = "cid1";
  d.result(false, submission, code(Operation::message_submission), result.encode());
  const TsharkVerdict v = d.judge();
  check_clean(v, 4, "P7");
  for (const char* text : {"priority: non-urgent (1)", "deferred-delivery-time", "service-message: True",
                           "latest-delivery-time", "originator-requested-alternate-recipient", "report: True",
                           "explicit-conversion: ia5-text-to-videotex (10)", "local-identifier: a.1"}) {
    INFO(text);
    CHECK(v.says(text));
  }
}
