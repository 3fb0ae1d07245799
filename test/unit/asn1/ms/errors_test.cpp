#include "x400/asn1/ms/errors.hpp"

#include <catch2/catch.hpp>

#include "x400/asn1/oids.hpp"

using namespace x400;
using namespace x400::asn1;
using namespace x400::asn1::ms;

namespace {

constexpr Edition e88 = Edition::e1988, e94 = Edition::e1994;

Octets hex(std::string_view text) {
  auto o = from_hex(text);
  REQUIRE(o.ok());
  return *o;
}

// What a client of that edition reads.
ServiceError seen(const ServiceError& error, Edition edition, Port port = Port::retrieval) {
  const EncodedError e = encode(error, edition, port);
  auto back = decode_error(e.code, e.parameter);
  if (!back.ok()) FAIL(back.error().text());
  return *back;
}

}  // namespace

TEST_CASE("every error comes back as it was in 1994") {
  namespace t = oids::attribute;
  RegistrationTypes types;
  types.submission_defaults = true;
  types.extended = {ber::Oid{1, 2, 3}};
  types.restrict_message_groups.emplace();
  const std::vector<ServiceError> errors = {
      InvalidParametersError{},
      AttributeError{{{AttributeProblem::inappropriate_matching, t::content, {}},
                      {AttributeProblem::invalid_attribute_value, t::creation_time, hex("160568656c6c6f")}}},
      AutoActionRequestError{{{AutoActionRequestProblem::unavailable_type, oids::auto_action::auto_delete}}},
      DeleteError{{{DeleteProblem::new_entry_specified, 1}, {DeleteProblem::stored_message_exists, 70000}},
                  {3, 4}},
      FetchRestrictionError{{FetchRestrictionError::ContentType{oids::content_type::p2},
                             FetchRestrictionError::Eits{{oids::eit::voice, oids::eit::sfd}},
                             FetchRestrictionError::Length{5'000'000'000}}},
      SecurityError{7},
      ServiceErrorParameter{ServiceProblem::busy, "try at noon"},
      SequenceNumberError{{99, 2'147'483'647}},
      MessageGroupError{MessageGroupProblem::group_depth_exceeded, {"a", "b"}},
      MsExtensionError{ber::Oid{1, 2, 3}},
      MsExtensionError{Extension{oids::ms_extension::invalid_assembly_instructions, hex("3000")}},
      RegisterMsError{RegistrationProblem::improperly_specified, types},
      ModifyError{{}, 3, 1, ModifyProblem::value_not_present},
      ModifyError{{1, 2}, 3, 4, ModifyProblem::attribute_not_present},
      EntryClassError{static_cast<EntryClass>(99), true, false, true},
      OldCredentialsIncorrectlySpecified{},
      NewCredentialsUnacceptable{},
      MtsError{error_code::remote_bind_error, hex("0500")},
      MtsError{error_code::recipient_improperly_specified, hex("3000")}};
  for (const ServiceError& error : errors) {
    INFO(to_string(error));
    CHECK(seen(error, e94) == error);
  }
}

TEST_CASE("1988: what it does not have is said in its words") {
  namespace t = oids::attribute;
  const ServiceError invalid = InvalidParametersError{};
  CHECK(seen(EntryClassError{}, e88) == invalid);
  CHECK(seen(MessageGroupError{MessageGroupProblem::name_in_use, {"a"}}, e88) == invalid);
  CHECK(seen(MsExtensionError{ber::Oid{1, 2, 3}}, e88) == invalid);
  CHECK(seen(RegisterMsError{}, e88) == invalid);
  CHECK(seen(ModifyError{}, e88) == invalid);
  CHECK(seen(DeleteError{{{DeleteProblem::new_entry_specified, 1}, {DeleteProblem::child_entry_specified, 4}},
                         {9}},
             e88) == ServiceError(DeleteError{{{DeleteProblem::delete_restriction_problem, 1},
                                               {DeleteProblem::child_entry_specified, 4}},
                                              {}}));
  CHECK(seen(AutoActionRequestError{{{AutoActionRequestProblem::not_willing_to_perform,
                                      oids::auto_action::auto_alert}}},
             e88) == ServiceError(ServiceErrorParameter{ServiceProblem::unwilling_to_perform, {}}));
  CHECK(seen(ServiceErrorParameter{ServiceProblem::busy, "text"}, e88) ==
        ServiceError(ServiceErrorParameter{ServiceProblem::busy, {}}));
  CHECK(seen(AttributeError{{{AttributeProblem::single_valued_attribute, t::priority, {}}}}, e88) == invalid);
  CHECK(seen(AttributeError{{{AttributeProblem::single_valued_attribute, t::priority, {}},
                             {AttributeProblem::unavailable_attribute_type, t::content, {}}}},
             e88) ==
        ServiceError(AttributeError{{{AttributeProblem::unavailable_attribute_type, t::content, {}}}}));
  CHECK(seen(RangeError{}, e88) == ServiceError(RangeError{}));
}

TEST_CASE("1988: submission has no service-error") {
  const ServiceError busy = ServiceErrorParameter{ServiceProblem::busy, {}};
  CHECK(seen(busy, e88, Port::submission) ==
        ServiceError(MtsError{error_code::remote_bind_error, hex("0500")}));
  CHECK(seen(busy, e88, Port::retrieval) == busy);
  CHECK(seen(busy, e94, Port::submission) == busy);
}

TEST_CASE("1994 has no range-error") {
  CHECK(seen(RangeError{}, e94) == ServiceError(InvalidParametersError{}));
}

TEST_CASE("security-error has one code on the retrieval port and another elsewhere, both are read") {
  CHECK(encode(SecurityError{14}, e88, Port::retrieval).code == 26);
  CHECK(encode(SecurityError{14}, e88, Port::submission).code == 12);
  CHECK(encode(SecurityError{14}, e94, Port::administration).code == 12);
  CHECK(seen(SecurityError{14}, e94, Port::retrieval) == ServiceError(SecurityError{14}));
  CHECK(seen(SecurityError{14}, e94, Port::submission) == ServiceError(SecurityError{14}));
}

TEST_CASE("errors with NULL are read with any parameter and without, unknown codes are kept") {
  CHECK(decode_error(29, {}).value() == ServiceError(InvalidParametersError{}));
  CHECK(decode_error(5, hex("0500")).value() == ServiceError(OldCredentialsIncorrectlySpecified{}));
  CHECK(decode_error(15, {}).value() == ServiceError(MtsError{15, {}}));
  CHECK(encode(MtsError{15, {}}, e94, Port::submission).parameter == hex("0500"));
  CHECK(decode_error(77, hex("020101")).value() == ServiceError(MtsError{77, hex("020101")}));
}

TEST_CASE("errors that lack what they must have are malformed, cut ones truncated") {
  for (const int code : {21, 22, 23, 24, 25, 27, 28, 30, 32, 33, 34}) {
    INFO(code);
    CHECK(decode_error(code, hex("3100")).error().kind() == ErrorKind::malformed);
    CHECK(decode_error(code, {}).error().kind() == ErrorKind::truncated);
    CHECK(decode_error(code, hex("3105 a003")).error().kind() == ErrorKind::truncated);
  }
  CHECK(decode_error(21, hex("3104 a002 3100")).error().kind() ==
        ErrorKind::malformed);  // no problem in the set
  CHECK(decode_error(26, hex("0500")).error().kind() == ErrorKind::malformed);
}

TEST_CASE("errors as text") {
  CHECK(to_string(
            AttributeError{{{AttributeProblem::unavailable_attribute_type, ber::Oid{2, 6, 4, 3, 99}, {}}}}) ==
        "attribute-error: unavailable-attribute-type 2.6.4.3.99");
  CHECK(to_string(SequenceNumberError{{99}}) == "sequence-number-error: no-such-entry 99");
  CHECK(to_string(RangeError{}) == "range-error: reversed");
  CHECK(to_string(InvalidParametersError{}) == "invalid-parameters-error");
  CHECK(to_string(MtsError{15, {}}) == "remote-bind-error: code 15");
}
