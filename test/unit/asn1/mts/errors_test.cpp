#include "x400/asn1/mts/errors.hpp"

#include <catch2/catch.hpp>

#include "mts_vectors.hpp"
#include "x400/asn1/or_text.hpp"

using namespace x400;
using namespace x400::asn1;
using namespace x400::asn1::mts;
using mts_vectors::octets;

TEST_CASE("operation codes depend on the port") {
  CHECK(operation(Port::submission, 2) == Operation::submission_control);
  CHECK(operation(Port::delivery, 2) == Operation::delivery_control);
  CHECK(operation(Port::submission, 3) == Operation::message_submission);
  CHECK(operation(Port::delivery, 5) == Operation::message_delivery);
  CHECK(operation(Port::delivery, 6) == Operation::report_delivery);
  CHECK(operation(Port::submission, 7) == Operation::cancel_deferred_delivery);
  CHECK(operation(Port::administration, 8) == Operation::change_credentials);
  CHECK_FALSE(operation(Port::delivery, 3));
  CHECK_FALSE(operation(Port::submission, 99));
  for (const auto op : {Operation::register_, Operation::probe_submission, Operation::delivery_control})
    CHECK(operation(port(op), code(op)) == op);
}

TEST_CASE("who invokes what") {
  CHECK(mts_invokes(Operation::submission_control));
  CHECK_FALSE(user_invokes(Operation::submission_control));
  CHECK_FALSE(mts_invokes(Operation::delivery_control));
  CHECK_FALSE(mts_invokes(Operation::message_submission));
  CHECK_FALSE(user_invokes(Operation::message_delivery));
  CHECK(mts_invokes(Operation::change_credentials));
  CHECK(user_invokes(Operation::change_credentials));
}

TEST_CASE("errors with and without parameters") {
  const MtsError problem = security_error(SecurityProblem::unauthorised_user_name);
  CHECK(problem.code == 12);
  CHECK(to_hex(*problem.parameter) == "020120");
  CHECK(*decode_security_problem(octets("020115")) == SecurityProblem::security_policy_violation);
  CHECK(to_string(Port::delivery, problem) == "security-error 32");

  const EncodedORName bob(*parse_or_address("S=bob;A=a;C=us"));
  const MtsError improper = recipient_improperly_specified({bob});
  auto names = decode_improper_recipients(*improper.parameter);
  REQUIRE(names.ok());
  REQUIRE(names->size() == 1);
  CHECK(to_hex((*names)[0].octets()) == to_hex(bob.octets()));
  CHECK(to_string(Port::submission, improper) == "recipient-improperly-specified: /S=bob/ADMD=a/C=US/");

  CHECK_FALSE(plain_error(13).parameter);
  CHECK(to_string(Port::submission, plain_error(1)) == "submission-control-violated");
  CHECK(to_string(Port::delivery, plain_error(1)) == "delivery-control-violated");
  CHECK(to_string(Port::delivery, plain_error(9)) == "unknown-error 9");
  CHECK(error_name(Port::submission, -1) == "unknown-error");
  CHECK(decode_improper_recipients(octets("0500")).error().kind() == ErrorKind::malformed);
  CHECK(decode_security_problem(octets("0500")).error().kind() == ErrorKind::malformed);
  CHECK(decode_improper_recipients(octets("3005 3003")).error().kind() == ErrorKind::truncated);
}
