#include <array>

#include "x400/asn1/ms/errors.hpp"

namespace x400::asn1::ms {
namespace {

using Names = std::span<const std::string_view>;

constexpr std::string_view attribute_problems[] = {
    "invalid-attribute-value",       "unavailable-attribute-type",  "inappropriate-matching",
    "attribute-type-not-subscribed", "inappropriate-for-operation", "inappropriate-modification",
    "single-valued-attribute"};
constexpr std::string_view auto_action_problems[] = {
    "unavailable-auto-action-type", "auto-action-type-not-subscribed", "not-willing-to-perform"};
constexpr std::string_view delete_problems[] = {"child-entry-specified", "delete-restriction-problem",
                                                "new-entry-specified", "entry-class-restriction",
                                                "stored-message-exists"};
constexpr std::string_view service_problems[] = {"busy", "unavailable", "unwilling-to-perform"};
constexpr std::string_view group_problems[] = {
    "name-not-registered", "name-already-registered", "parent-not-registered", "group-not-empty",
    "name-in-use",         "child-group-registered",  "group-depth-exceeded"};
constexpr std::string_view registration_problems[] = {
    "registration-not-supported", "registration-improperly-specified", "registration-limit-exceeded"};
constexpr std::string_view modify_problems[] = {"attribute-not-present", "value-not-present",
                                                "attribute-or-value-already-exists", "invalid-position",
                                                "modify-restriction-problem"};

template <class E>
std::string word(Names names, E value) {
  const auto n = static_cast<std::int64_t>(value);
  if (n >= 0 && n < static_cast<std::int64_t>(names.size()))
    return std::string(names[static_cast<std::size_t>(n)]);
  return "problem " + std::to_string(n);
}

struct Describe {
  std::string operator()(const InvalidParametersError&) const { return ""; }
  std::string operator()(const AttributeError& e) const {
    std::string s;
    for (const auto& p : e.problems)
      s += " " + word(attribute_problems, p.problem) + " " + p.type.to_string();
    return s;
  }
  std::string operator()(const AutoActionRequestError& e) const {
    std::string s;
    for (const auto& p : e.problems)
      s += " " + word(auto_action_problems, p.problem) + " " + p.type.to_string();
    return s;
  }
  std::string operator()(const DeleteError& e) const {
    std::string s;
    for (const auto& p : e.problems)
      s += " " + word(delete_problems, p.problem) + " " + std::to_string(p.sequence_number);
    return s;
  }
  std::string operator()(const FetchRestrictionError& e) const {
    static constexpr std::string_view names[] = {" content-type", " eit", " length"};
    std::string s;
    for (const auto& p : e.problems) s += names[p.index()];
    return s;
  }
  std::string operator()(const RangeError&) const { return " reversed"; }
  std::string operator()(const SecurityError& e) const { return " problem " + std::to_string(e.problem); }
  std::string operator()(const ServiceErrorParameter& e) const {
    return " " + word(service_problems, e.problem) +
           (e.supplementary_information ? " (" + *e.supplementary_information + ")" : "");
  }
  std::string operator()(const SequenceNumberError& e) const {
    std::string s = " no-such-entry";
    for (const SequenceNumber n : e.sequence_numbers) s += " " + std::to_string(n);
    return s;
  }
  std::string operator()(const MessageGroupError& e) const {
    std::string s = " " + word(group_problems, e.problem) + " ";
    for (const auto& part : e.name) s += "/" + part;
    return s;
  }
  std::string operator()(const MsExtensionError& e) const {
    if (const auto* item = std::get_if<Extension>(&e.problem)) return " " + item->type.to_string();
    return " unknown " + std::get<ber::Oid>(e.problem).to_string();
  }
  std::string operator()(const RegisterMsError& e) const {
    return " " + word(registration_problems, e.problem);
  }
  std::string operator()(const ModifyError& e) const {
    return " " + word(modify_problems, e.problem) + ", entry " + std::to_string(e.failing_entry) +
           ", modification " + std::to_string(e.modification_number);
  }
  std::string operator()(const EntryClassError& e) const {
    return " " +
           std::string(e.unsupported      ? "unsupported"
                       : e.not_subscribed ? "not-subscribed"
                                          : "inappropriate") +
           " " + std::to_string(static_cast<std::int32_t>(e.entry_class));
  }
  std::string operator()(const OldCredentialsIncorrectlySpecified&) const { return ""; }
  std::string operator()(const NewCredentialsUnacceptable&) const { return ""; }
  std::string operator()(const MtsError& e) const { return " code " + std::to_string(e.code); }
};

}  // namespace

std::string to_string(const ServiceError& error) {
  const std::string_view name = error_name(encode(error, Edition::e1994, Port::retrieval).code);
  const std::string what = std::visit(Describe{}, error);
  if (std::holds_alternative<RangeError>(error)) return "range-error:" + what;
  return what.empty() ? std::string(name) : std::string(name) + ":" + what;
}

}  // namespace x400::asn1::ms
