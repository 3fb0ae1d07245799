#include "x400/asn1/ms/bind.hpp"

#include <array>

#include "MsBindArgument.h"
#include "MsBindError.h"
#include "MsBindResult.h"
#include "convert.hpp"
#include "writing.hpp"

namespace x400::asn1::ms {

using namespace ber;

namespace {

constexpr std::size_t max_service_text = 2048;

void write(Writer& w, const FetchRestrictions& r) {
  w.constructed(tags::set, [&] {
    if (r.content_types) write_oids(w, 0, tags::set, *r.content_types);
    if (r.eits) write_oids(w, 1, tags::set, *r.eits);
    if (r.maximum_length) write_integer(w, 2, *r.maximum_length);
  });
}

void write_oids_if(Writer& w, std::uint32_t n, const std::vector<Oid>& oids) {
  if (!oids.empty()) write_oids(w, n, tags::set, oids);
}

Result<FetchRestrictions> restrictions(const MsRestrictions_t& value) {
  FetchRestrictions r;
  X400_TRY(types, convert::optional_oids(value.content_types));
  r.content_types = std::move(types);
  X400_TRY(eits, convert::optional_oids(value.eits));
  r.eits = std::move(eits);
  if (value.maximum_length != nullptr) r.maximum_length = *value.maximum_length;
  return r;
}

Result<Credentials> credentials(const ANY_t& value) {
  X400_TRY(element, read_one(codec::octets_of(value)));
  return read_credentials(element);
}

// The name as it came, not as the codec would write it again.
Result<Octets> name_octets(View argument) {
  X400_TRY(set, read_one(argument));
  X400_TRY(in, members(set, tags::set));
  while (!in.at_end()) {
    X400_TRY(member, in.next());
    if (member.tag == application(0)) return to_octets(member.whole);
  }
  return malformed("no initiator name");
}

Result<MsBindArgument> argument(const MsBindArgument_t& raw, View octets, Edition edition) {
  if (edition == Edition::e1988 && (raw.ua_registration_identifier != nullptr || raw.extensions != nullptr))
    return malformed("component of 1994");
  MsBindArgument a;
  X400_TRY(initiator, name_octets(octets));
  a.initiator_name = std::move(initiator);
  X400_TRY(who, credentials(raw.initiator_credentials));
  a.initiator_credentials = std::move(who);
  if (raw.security_context != nullptr)
    for (const auto* label : codec::items(*raw.security_context)) {
      X400_TRY(octets_of_label, convert::tlv(*label));
      a.security_context.push_back(std::move(octets_of_label));
    }
  if (raw.fetch_restrictions != nullptr) {
    X400_TRY(r, restrictions(*raw.fetch_restrictions));
    a.fetch_restrictions = std::move(r);
  }
  a.configuration_request = raw.configuration_request != nullptr && *raw.configuration_request != 0;
  if (raw.ua_registration_identifier != nullptr) {
    a.ua_registration_identifier = codec::text_of(*raw.ua_registration_identifier);
    // Its length is not checked: an identifier that no user agent can have registered is simply unknown.
    if (a.ua_registration_identifier->empty()) return malformed("empty registration identifier");
  }
  X400_TRY(extensions, convert::extensions(raw.extensions));
  a.extensions = std::move(extensions);
  return a;
}

Status read_94(const MsBindResult_t& raw, MsBindResult& r) {
  if (raw.entry_classes_supported != nullptr)
    for (const long* c : codec::items(*raw.entry_classes_supported)) {
      X400_TRY(entry_class, convert::entry_class(c));
      r.entry_classes_supported.push_back(entry_class);
    }
  X400_TRY(rules, convert::oids_if(raw.matching_rules_supported));
  r.matching_rules_supported = std::move(rules);
  X400_TRY(extensions, convert::extensions(raw.extensions));
  r.extensions = std::move(extensions);
  if (raw.message_group_depth != nullptr) {
    X400_TRY(depth, convert::number(*raw.message_group_depth, 1, 64, "message group depth"));
    r.message_group_depth = static_cast<std::uint32_t>(depth);
  }
  if (raw.auto_action_error_indication != nullptr) {
    X400_TRY(indication, convert::indication(*raw.auto_action_error_indication));
    r.auto_action_error_indication = indication;
  }
  X400_TRY(unsupported, convert::oids_if(raw.unsupported_extensions));
  r.unsupported_extensions = std::move(unsupported);
  r.ua_registration_id_unknown =
      raw.ua_registration_id_unknown != nullptr && *raw.ua_registration_id_unknown != 0;
  if (raw.service_information != nullptr) {
    r.service_information = codec::text_of(*raw.service_information);
    if (r.service_information->size() > max_service_text)
      return Error(ErrorKind::limit, "service information too long");
  }
  return Ok{};
}

Result<MsBindResult> result(const MsBindResult_t& raw) {
  MsBindResult r;
  X400_TRY(who, credentials(raw.responder_credentials));
  r.responder_credentials = std::move(who);
  X400_TRY(actions, convert::oids_if(raw.available_auto_actions));
  r.available_auto_actions = std::move(actions);
  X400_TRY(types, convert::oids_if(raw.available_attribute_types));
  r.available_attribute_types = std::move(types);
  r.alert_indication = raw.alert_indication != nullptr && *raw.alert_indication != 0;
  X400_TRY(contents, convert::oids_if(raw.content_types_supported));
  r.content_types_supported = std::move(contents);
  X400_CHECK(read_94(raw, r));
  return r;
}

void write_94(Writer& w, const MsBindResult& r) {
  if (!r.entry_classes_supported.empty())
    tagged(w, 7, [&] {
      w.constructed(tags::set, [&] {
        for (const EntryClass c : r.entry_classes_supported)
          w.integer(tags::integer, static_cast<std::int64_t>(c));
      });
    });
  write_oids_if(w, 8, r.matching_rules_supported);
  write_extensions(w, 9, r.extensions, Edition::e1994);
  if (r.message_group_depth) write_integer(w, 10, *r.message_group_depth);
  if (r.auto_action_error_indication) tagged(w, 11, [&] { write(w, *r.auto_action_error_indication); });
  write_oids_if(w, 12, r.unsupported_extensions);
  if (r.ua_registration_id_unknown) tagged(w, 13, [&] { w.boolean(tags::boolean, true); });
  if (r.service_information) write_string(w, 14, tags::general_string, *r.service_information);
}

BindProblem problem_in(BindProblem problem, Edition edition) {
  if (edition == Edition::e1994) return problem;
  if (problem == BindProblem::bind_extension_problem) return BindProblem::unable_to_establish_association;
  if (problem == BindProblem::inadequate_association_confidentiality)
    return BindProblem::unacceptable_security_context;
  return problem;
}

}  // namespace

void write(Writer& w, const AutoActionErrorIndication& indication) {
  if (indication.log_entry)
    write_integer(w, 1, *indication.log_entry);
  else
    tagged(w, 0, [&] { w.null(); });
}

Octets MsBindArgument::encode(Edition edition) const {
  Writer w;
  w.constructed(tags::set, [&] {
    w.raw(initiator_name);
    tagged(w, 2, [&] { asn1::write(w, initiator_credentials); });
    if (!security_context.empty())
      w.constructed(context(3), [&] {
        for (const Octets& label : security_context) w.raw(label);
      });
    if (fetch_restrictions) tagged(w, 4, [&] { write(w, *fetch_restrictions); });
    if (configuration_request) tagged(w, 5, [&] { w.boolean(tags::boolean, true); });
    if (edition == Edition::e1994 && ua_registration_identifier)
      write_string(w, 6, tags::printable_string, *ua_registration_identifier);
    write_extensions(w, 7, extensions, edition);
  });
  return std::move(w).take();
}

Result<MsBindArgument> MsBindArgument::decode(View octets, Edition edition) {
  constexpr std::string_view what = "MSBindArgument";
  X400_TRY(raw, codec::decode_type<MsBindArgument_t>(asn_DEF_MsBindArgument, octets, what, Limits::bind()));
  auto value = argument(*raw, octets, edition);
  if (!value.ok()) return settled(value.error(), what);
  return value;
}

Octets MsBindResult::encode(Edition edition) const {
  Writer w;
  w.constructed(tags::set, [&] {
    tagged(w, 2, [&] { asn1::write(w, responder_credentials); });
    write_oids_if(w, 3, available_auto_actions);
    write_oids_if(w, 4, available_attribute_types);
    if (alert_indication) tagged(w, 5, [&] { w.boolean(tags::boolean, true); });
    write_oids_if(w, 6, content_types_supported);
    if (edition == Edition::e1994) write_94(w, *this);
  });
  return std::move(w).take();
}

Result<MsBindResult> MsBindResult::decode(View octets) {
  constexpr std::string_view what = "MSBindResult";
  X400_TRY(raw, codec::decode_type<MsBindResult_t>(asn_DEF_MsBindResult, octets, what));
  auto value = result(*raw);
  if (!value.ok()) return settled(value.error(), what);
  return value;
}

std::string_view name(BindProblem p) {
  static constexpr std::array<std::string_view, 5> names = {
      "authentication-error", "unacceptable-security-context", "unable-to-establish-association",
      "bind-extension-problem", "inadequate-association-confidentiality"};
  const auto n = static_cast<std::int64_t>(p);
  return n >= 0 && n < 5 ? names[static_cast<std::size_t>(n)] : "unknown";
}

Octets MsBindError::encode(Edition edition) const {
  Writer w;
  const auto number = static_cast<std::int64_t>(problem_in(problem, edition));
  if (edition == Edition::e1988 || (!supplementary_information && extension_errors.empty())) {
    w.integer(tags::enumerated, number);
    return std::move(w).take();
  }
  w.constructed(tags::set, [&] {
    tagged(w, 0, [&] { w.integer(tags::enumerated, number); });
    if (supplementary_information) write_string(w, 1, tags::general_string, *supplementary_information);
    write_oids_if(w, 2, extension_errors);
  });
  return std::move(w).take();
}

Result<MsBindError> MsBindError::decode(View octets) {
  X400_TRY(raw, codec::decode_type<MsBindError_t>(asn_DEF_MsBindError, octets, "MSBindError"));
  MsBindError e;
  if (raw->present == MsBindError_PR_unqualified) {
    e.problem = static_cast<BindProblem>(raw->choice.unqualified);
    return e;
  }
  const MsQualifiedBindError_t& qualified = raw->choice.qualified;
  e.problem = static_cast<BindProblem>(qualified.problem);
  if (qualified.supplementary_information != nullptr)
    e.supplementary_information = codec::text_of(*qualified.supplementary_information);
  X400_TRY(errors, convert::oids_if(qualified.extension_errors));
  e.extension_errors = std::move(errors);
  return e;
}

}  // namespace x400::asn1::ms
