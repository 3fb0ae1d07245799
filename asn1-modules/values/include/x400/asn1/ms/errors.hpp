// Abstract errors of the Message Store (X.413 clause 9): what an operation answers instead of its result.
//
//   return ServiceError(AttributeError{{{AttributeProblem::unavailable_attribute_type, type, {}}}});
//   EncodedError e = encode(error, edition, Port::retrieval);       // ROSE error: e.code, e.parameter
//
// In e1988 nothing of 1994 is sent: encode() answers entry-class-error as invalid-parameters-error,
// new-entry-specified and the other late delete problems as delete-restriction-problem,
// not-willing-to-perform as service-error unwilling-to-perform, late attribute problems and message-group,
// ms-extension, register-ms and modify errors as invalid-parameters-error, and service-error on the
// submission port as remote-bind-error. In e1994 range-error is answered as invalid-parameters-error.
// security-error has the code 26 on the retrieval port and 12 elsewhere; both are read.
//
// Threads: values.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "x400/asn1/ms/codes.hpp"
#include "x400/asn1/ms/register.hpp"
#include "x400/asn1/ms/types.hpp"

namespace x400::asn1::ms {

enum class AttributeProblem : std::int32_t {
  invalid_attribute_value = 0,
  unavailable_attribute_type = 1,
  inappropriate_matching = 2,
  attribute_type_not_subscribed = 3,
  inappropriate_for_operation = 4,
  inappropriate_modification = 5 /* 1994 */,
  single_valued_attribute = 6 /* 1994 */
};
struct AttributeError {
  struct Problem {
    AttributeProblem problem = AttributeProblem::unavailable_attribute_type;
    ber::Oid type;
    std::optional<Octets> value;  ///< TLV
    friend bool operator==(const Problem&, const Problem&) = default;
  };
  std::vector<Problem> problems;
  friend bool operator==(const AttributeError&, const AttributeError&) = default;
};

enum class AutoActionRequestProblem : std::int32_t {
  unavailable_type = 0,
  type_not_subscribed = 1,
  not_willing_to_perform = 2 /* 1994 */
};
struct AutoActionRequestError {
  struct Problem {
    AutoActionRequestProblem problem = AutoActionRequestProblem::unavailable_type;
    ber::Oid type;
    friend bool operator==(const Problem&, const Problem&) = default;
  };
  std::vector<Problem> problems;
  friend bool operator==(const AutoActionRequestError&, const AutoActionRequestError&) = default;
};

enum class DeleteProblem : std::int32_t {
  child_entry_specified = 0,
  delete_restriction_problem = 1,
  new_entry_specified = 2 /* 1994 */,
  entry_class_restriction = 3 /* 1994 */,
  stored_message_exists = 4 /* 1994 */
};
struct DeleteError {
  struct Problem {
    DeleteProblem problem = DeleteProblem::delete_restriction_problem;
    SequenceNumber sequence_number = 0;
    friend bool operator==(const Problem&, const Problem&) = default;
  };
  std::vector<Problem> problems;
  std::vector<SequenceNumber> entries_deleted;  ///< 1994
  friend bool operator==(const DeleteError&, const DeleteError&) = default;
};

struct FetchRestrictionError {
  /// What the entry has that the restriction does not allow; the problem number follows from the alternative.
  struct ContentType {
    ber::Oid type;
    friend bool operator==(const ContentType&, const ContentType&) = default;
  };
  struct Eits {
    std::vector<ber::Oid> eits;
    friend bool operator==(const Eits&, const Eits&) = default;
  };
  struct Length {
    std::int64_t octets = 0;
    friend bool operator==(const Length&, const Length&) = default;
  };
  std::vector<std::variant<ContentType, Eits, Length>> problems;
  friend bool operator==(const FetchRestrictionError&, const FetchRestrictionError&) = default;
};

/// Reversed, the only problem there is. 1988 only.
struct RangeError {
  friend bool operator==(const RangeError&, const RangeError&) = default;
};

/// SecurityProblem of X.411, 0..35.
struct SecurityError {
  std::int32_t problem = 0;
  friend bool operator==(const SecurityError&, const SecurityError&) = default;
};

enum class ServiceProblem : std::int32_t { busy = 0, unavailable = 1, unwilling_to_perform = 2 };
/// service-error (27).
struct ServiceErrorParameter {
  ServiceProblem problem = ServiceProblem::unavailable;
  std::optional<std::string> supplementary_information;  ///< 1994; GeneralString, 1..256 characters
  friend bool operator==(const ServiceErrorParameter&, const ServiceErrorParameter&) = default;
};

/// No such entry, the only problem there is.
struct SequenceNumberError {
  std::vector<SequenceNumber> sequence_numbers;
  friend bool operator==(const SequenceNumberError&, const SequenceNumberError&) = default;
};

struct InvalidParametersError {
  friend bool operator==(const InvalidParametersError&, const InvalidParametersError&) = default;
};

enum class MessageGroupProblem : std::int32_t {
  name_not_registered = 0,
  name_already_registered = 1,
  parent_not_registered = 2,
  group_not_empty = 3,
  name_in_use = 4,
  child_group_registered = 5,
  group_depth_exceeded = 6
};
struct MessageGroupError {  // 1994
  MessageGroupProblem problem = MessageGroupProblem::name_not_registered;
  MessageGroupName name;
  friend bool operator==(const MessageGroupError&, const MessageGroupError&) = default;
};

struct MsExtensionError {  // 1994
  std::variant<Extension, ber::Oid>
      problem;  ///< what an extension says is wrong, or the type that is unknown
  friend bool operator==(const MsExtensionError&, const MsExtensionError&) = default;
};

enum class RegistrationProblem : std::int32_t {
  not_supported = 0,
  improperly_specified = 1,
  limit_exceeded = 2
};
struct RegisterMsError {  // 1994
  RegistrationProblem problem = RegistrationProblem::not_supported;
  RegistrationTypes types;
  friend bool operator==(const RegisterMsError&, const RegisterMsError&) = default;
};

enum class ModifyProblem : std::int32_t {
  attribute_not_present = 0,
  value_not_present = 1,
  attribute_or_value_already_exists = 2,
  invalid_position = 3,
  modify_restriction_problem = 4
};
struct ModifyError {  // 1994
  std::vector<SequenceNumber> entries_modified;
  SequenceNumber failing_entry = 0;
  std::int32_t modification_number = 1;  ///< from 1
  ModifyProblem problem = ModifyProblem::modify_restriction_problem;
  friend bool operator==(const ModifyError&, const ModifyError&) = default;
};

struct EntryClassError {  // 1994
  EntryClass entry_class = EntryClass::delivery;
  bool unsupported = false, not_subscribed = false, inappropriate = false;
  friend bool operator==(const EntryClassError&, const EntryClassError&) = default;
};

struct OldCredentialsIncorrectlySpecified {
  friend bool operator==(const OldCredentialsIncorrectlySpecified&,
                         const OldCredentialsIncorrectlySpecified&) = default;
};
struct NewCredentialsUnacceptable {
  friend bool operator==(const NewCredentialsUnacceptable&, const NewCredentialsUnacceptable&) = default;
};

/// An error of X.411 on the submission and administration ports, made here or passed on from the MTA; on the
/// client's side also any code that is not known.
struct MtsError {
  std::int32_t code = 0;            ///< error_code::...
  std::optional<Octets> parameter;  ///< TLV; absent: NULL is sent
  friend bool operator==(const MtsError&, const MtsError&) = default;
};

using ServiceError =
    std::variant<InvalidParametersError, AttributeError, AutoActionRequestError, DeleteError,
                 FetchRestrictionError, RangeError, SecurityError, ServiceErrorParameter, SequenceNumberError,
                 MessageGroupError, MsExtensionError, RegisterMsError, ModifyError, EntryClassError,
                 OldCredentialsIncorrectlySpecified, NewCredentialsUnacceptable, MtsError>;

struct EncodedError {
  std::int32_t code = 0;
  Octets parameter;  ///< one TLV
};

EncodedError encode(const ServiceError& error, Edition edition, Port port);
/// For clients. `parameter` may be empty where the error has NULL. Errors: truncated, malformed.
Result<ServiceError> decode_error(std::int64_t code, View parameter);

/// For logs and people: "attribute-error: unavailable-attribute-type 2.6.4.3.99".
std::string to_string(const ServiceError& error);

}  // namespace x400::asn1::ms
