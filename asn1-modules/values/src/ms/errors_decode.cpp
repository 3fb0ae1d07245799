#include <limits>

#include "reading.hpp"
#include "register_parts.hpp"
#include "x400/asn1/ms/errors.hpp"

namespace x400::asn1::ms {

using namespace ber;

namespace {

constexpr std::int64_t max_problem = 32767;

using Unknown = Components::Unknown;

Result<Components> fields(const Element& e) { return Components::read(e, tags::set, Unknown::skip); }

// problems [n] SET OF SET: each member read by `one`.
template <class T, class F>
Result<std::vector<T>> problems(const Components& c, std::size_t n, F&& one) {
  X400_TRY(set, c.need(n));
  X400_TRY(in, members(set, tags::set));
  std::vector<T> out;
  while (!in.at_end()) {
    X400_TRY(member, in.next());
    X400_TRY(inner, fields(member));
    X400_TRY(problem, one(inner));
    out.push_back(std::move(problem));
  }
  if (out.empty()) return malformed("no problem");
  return out;
}

template <class E>
Result<E> problem(const Components& c, std::size_t n, Tag tag = tags::integer) {
  X400_TRY(element, c.need(n));
  X400_TRY(value, read_number(element, 0, max_problem, tag));
  return static_cast<E>(value);
}

Result<Oid> type(const Components& c, std::size_t n) {
  X400_TRY(element, c.need(n));
  return read_tagged_oid(element);
}

Result<SequenceNumber> number(const Components& c, std::size_t n) {
  X400_TRY(element, c.need(n));
  return read_sequence_number(element);
}

Result<ServiceError> attribute_error(const Element& e) {
  X400_TRY(c, fields(e));
  X400_TRY(list, problems<AttributeError::Problem>(
                     c, 0, [](const Components& p) -> Result<AttributeError::Problem> {
                       AttributeError::Problem out;
                       X400_TRY(what, problem<AttributeProblem>(p, 0));
                       out.problem = what;
                       X400_TRY(oid, type(p, 1));
                       out.type = std::move(oid);
                       if (p.has(2)) {
                         X400_TRY(value, p.need(2));
                         out.value = to_octets(value.whole);
                       }
                       return out;
                     }));
  return ServiceError(AttributeError{std::move(list)});
}

Result<ServiceError> auto_action_request_error(const Element& e) {
  X400_TRY(c, fields(e));
  X400_TRY(list, problems<AutoActionRequestError::Problem>(
                     c, 0, [](const Components& p) -> Result<AutoActionRequestError::Problem> {
                       X400_TRY(what, problem<AutoActionRequestProblem>(p, 0));
                       X400_TRY(oid, type(p, 1));
                       return AutoActionRequestError::Problem{what, std::move(oid)};
                     }));
  return ServiceError(AutoActionRequestError{std::move(list)});
}

Result<ServiceError> delete_error(const Element& e) {
  X400_TRY(c, fields(e));
  DeleteError out;
  X400_TRY(list,
           problems<DeleteError::Problem>(c, 0, [](const Components& p) -> Result<DeleteError::Problem> {
             X400_TRY(what, problem<DeleteProblem>(p, 0));
             X400_TRY(n, number(p, 1));
             return DeleteError::Problem{what, n};
           }));
  out.problems = std::move(list);
  if (c.has(1)) {
    X400_TRY(set, c.need(1));
    X400_TRY(deleted, read_sequence_numbers(set, tags::set));
    out.entries_deleted = std::move(deleted);
  }
  return ServiceError(std::move(out));
}

Result<ServiceError> fetch_restriction_error(const Element& e) {
  using Problem = decltype(FetchRestrictionError::problems)::value_type;
  X400_TRY(c, fields(e));
  X400_TRY(list, problems<Problem>(c, 0, [](const Components& p) -> Result<Problem> {
             if (p.has(0)) {
               X400_TRY(oid, type(p, 0));
               return Problem(FetchRestrictionError::ContentType{std::move(oid)});
             }
             if (p.has(1)) {
               X400_TRY(set, p.need(1));
               X400_TRY(eits, read_oids(set, tags::set));
               return Problem(FetchRestrictionError::Eits{std::move(eits)});
             }
             X400_TRY(length, p.need(2));
             X400_TRY(n, read_number(length, 0, std::numeric_limits<std::int64_t>::max()));
             return Problem(FetchRestrictionError::Length{n});
           }));
  return ServiceError(FetchRestrictionError{std::move(list)});
}

Result<ServiceError> range_error(const Element& e) {
  X400_TRY(c, fields(e));
  X400_CHECK(problem<std::int32_t>(c, 0));
  return ServiceError(RangeError{});
}

Result<ServiceError> security_error(const Element& e) {
  X400_TRY(n, read_number(e, 0, max_problem));
  return ServiceError(SecurityError{static_cast<std::int32_t>(n)});
}

Result<ServiceError> service_error(const Element& e) {
  X400_TRY(c, fields(e));
  ServiceErrorParameter out;
  X400_TRY(what, problem<ServiceProblem>(c, 0));
  out.problem = what;
  if (c.has(1)) {
    X400_TRY(element, c.need(1));
    X400_TRY(text, read_string(element, tags::general_string));
    out.supplementary_information = std::move(text);
  }
  return ServiceError(std::move(out));
}

Result<ServiceError> sequence_number_error(const Element& e) {
  X400_TRY(c, fields(e));
  X400_TRY(list, problems<SequenceNumber>(c, 1, [](const Components& p) { return number(p, 1); }));
  return ServiceError(SequenceNumberError{std::move(list)});
}

Result<ServiceError> message_group_error(const Element& e) {
  X400_TRY(c, fields(e));
  X400_TRY(what, problem<MessageGroupProblem>(c, 0));
  X400_TRY(element, c.need(1));
  X400_TRY(name, read_group_name(element));
  return ServiceError(MessageGroupError{what, std::move(name)});
}

Result<ServiceError> ms_extension_error(const Element& e) {
  X400_TRY(value, inside(e));
  if (e.tag == context(0)) {
    X400_TRY(item, read_extension(value));
    return ServiceError(MsExtensionError{std::move(item)});
  }
  if (e.tag != context(1)) return malformed("ms-extension-error with tag " + to_string(e.tag));
  X400_TRY(oid, read_tagged_oid(value));
  return ServiceError(MsExtensionError{std::move(oid)});
}

Result<ServiceError> register_ms_error(const Element& e) {
  X400_TRY(c, fields(e));
  X400_TRY(what, problem<RegistrationProblem>(c, 0, tags::enumerated));
  X400_TRY(element, c.need(1));
  X400_TRY(types, read_registration_types(element));
  return ServiceError(RegisterMsError{what, std::move(types)});
}

Result<ServiceError> modify_error(const Element& e) {
  X400_TRY(c, fields(e));
  ModifyError out;
  if (c.has(0)) {
    X400_TRY(list, c.need(0));
    X400_TRY(modified, read_sequence_numbers(list, tags::sequence));
    out.entries_modified = std::move(modified);
  }
  X400_TRY(failing, number(c, 1));
  out.failing_entry = failing;
  X400_TRY(modification, problem<std::int32_t>(c, 2));
  out.modification_number = modification;
  X400_TRY(what, problem<ModifyProblem>(c, 3));
  out.problem = what;
  return ServiceError(std::move(out));
}

Result<ServiceError> entry_class_error(const Element& e) {
  X400_TRY(c, fields(e));
  EntryClassError out;
  X400_TRY(entry_class, problem<EntryClass>(c, 0));
  out.entry_class = entry_class;
  X400_TRY(element, c.need(1, tags::bit_string));
  X400_TRY(bits, read_bits(element));
  out.unsupported = bits.test(0);
  out.not_subscribed = bits.test(1);
  out.inappropriate = bits.test(2);
  return ServiceError(out);
}

Result<ServiceError> with_parameter(std::int64_t code, const Element& e) {
  namespace c = error_code;
  switch (code) {
    case c::attribute_error: return attribute_error(e);
    case c::auto_action_request_error: return auto_action_request_error(e);
    case c::delete_error: return delete_error(e);
    case c::fetch_restriction_error: return fetch_restriction_error(e);
    case c::range_error: return range_error(e);
    case c::security_error:
    case c::mts_security_error: return security_error(e);
    case c::service_error: return service_error(e);
    case c::sequence_number_error: return sequence_number_error(e);
    case c::message_group_error: return message_group_error(e);
    case c::ms_extension_error: return ms_extension_error(e);
    case c::register_ms_error: return register_ms_error(e);
    case c::modify_error: return modify_error(e);
    case c::entry_class_error: return entry_class_error(e);
    default: return ServiceError(MtsError{static_cast<std::int32_t>(code), to_octets(e.whole)});
  }
}

}  // namespace

Result<ServiceError> decode_error(std::int64_t code, View parameter) {
  namespace c = error_code;
  if (code < std::numeric_limits<std::int32_t>::min() || code > std::numeric_limits<std::int32_t>::max())
    return malformed("error code out of range");
  // These have NULL, and nothing is lost if a peer sends something else.
  if (code == c::invalid_parameters_error) return ServiceError(InvalidParametersError{});
  if (code == c::old_credentials_incorrectly_specified)
    return ServiceError(OldCredentialsIncorrectlySpecified{});
  if (code == c::new_credentials_unacceptable) return ServiceError(NewCredentialsUnacceptable{});
  const bool known = error_name(code) != "unknown-error" && code >= c::attribute_error;
  if (parameter.empty() && !known && code != c::mts_security_error)
    return ServiceError(MtsError{static_cast<std::int32_t>(code), std::nullopt});
  return read_whole(parameter, {}, error_name(code),
                    [&](const Element& e) { return with_parameter(code, e); });
}

}  // namespace x400::asn1::ms
