#include "x400/asn1/ms/register.hpp"

#include "MsRegisterArgument.h"
#include "MsRegisterResult.h"
#include "convert.hpp"
#include "register_parts.hpp"
#include "submission_writing.hpp"
#include "writing.hpp"

namespace x400::asn1::ms {

using namespace ber;

namespace {

constexpr std::uint32_t max_identifier = 32767;

Result<std::uint32_t> identifier(const long* value) {
  if (value == nullptr) return std::uint32_t{1};
  X400_TRY(n, convert::number(*value, 1, max_identifier, "registration identifier"));
  return static_cast<std::uint32_t>(n);
}

template <class List>
Result<std::vector<AutoActionRegistration>> registrations(const List* list) {
  std::vector<AutoActionRegistration> out;
  if (list == nullptr) return out;
  for (const auto* member : codec::items(*list)) {
    AutoActionRegistration r;
    X400_TRY(type, convert::oid(member->type));
    r.type = std::move(type);
    X400_TRY(id, identifier(member->identifier));
    r.identifier = id;
    if (member->parameter != nullptr) {
      X400_TRY(parameter, convert::tlv(*member->parameter));
      r.parameter = std::move(parameter);
    }
    out.push_back(std::move(r));
  }
  return out;
}

Result<ChangeCredentials> change(const MsChangeCredentials_t& value) {
  X400_TRY(old_element, read_one(codec::octets_of(value.old_credentials)));
  X400_TRY(old_credentials, read_credentials(old_element));
  X400_TRY(new_element, read_one(codec::octets_of(value.new_credentials)));
  X400_TRY(new_credentials, read_credentials(new_element));
  return ChangeCredentials{std::move(old_credentials), std::move(new_credentials)};
}

Result<UaRegistration> ua_registration(const MsUaRegistration_t& value) {
  UaRegistration r;
  r.identifier = codec::text_of(value.identifier);
  if (r.identifier.empty() || r.identifier.size() > 32)
    return malformed("length of the registration identifier");
  X400_TRY(list, convert::optional_oids(value.list_attribute_defaults));
  r.list_attribute_defaults = std::move(list);
  X400_TRY(fetch, convert::optional_oids(value.fetch_attribute_defaults));
  r.fetch_attribute_defaults = std::move(fetch);
  if (value.submission_defaults != nullptr) {
    X400_TRY(options, convert::options(*value.submission_defaults));
    r.submission_defaults = std::move(options);
  }
  X400_TRY(content, convert::extensions(value.content_specific_defaults));
  r.content_specific_defaults = std::move(content);
  return r;
}

template <class List>
Result<std::vector<UaRegistration>> ua_registrations(const List* list) {
  std::vector<UaRegistration> out;
  if (list == nullptr) return out;
  for (const auto* member : codec::items(*list)) {
    X400_TRY(r, ua_registration(*member));
    out.push_back(std::move(r));
  }
  return out;
}

Result<MessageGroup> group(const MsGroup_t& value) {
  MessageGroup g;
  X400_TRY(name, convert::group_name(value.name));
  g.name = std::move(name);
  if (value.descriptor != nullptr) g.descriptor = codec::text_of(*value.descriptor);
  return g;
}

Result<MessageGroupRegistration> group_registration(const MsGroupRegistration_t& value) {
  using Kind = MessageGroupRegistration::Kind;
  if (value.present == MsGroupRegistration_PR_deregister_group) {
    X400_TRY(name, convert::group_name(value.choice.deregister_group));
    return MessageGroupRegistration{Kind::deregister_group, {std::move(name), std::nullopt}};
  }
  const bool registers = value.present == MsGroupRegistration_PR_register_group;
  X400_TRY(g, group(registers ? value.choice.register_group : value.choice.change_descriptors));
  return MessageGroupRegistration{registers ? Kind::register_group : Kind::change_descriptors, std::move(g)};
}

template <class T>
std::optional<SubmissionOptions> keep(T&& value) {
  return std::optional<SubmissionOptions>(std::forward<T>(value));
}

// The components of both editions.
Status read_88(const MsRegisterArgument_t& raw, RegisterMsArgument& a) {
  X400_TRY(actions, registrations(raw.registrations));
  a.registrations = std::move(actions);
  if (raw.deregistrations != nullptr)
    for (const auto* member : codec::items(*raw.deregistrations)) {
      X400_TRY(type, convert::oid(member->type));
      X400_TRY(id, identifier(member->identifier));
      a.deregistrations.push_back({std::move(type), id});
    }
  X400_TRY(list, convert::optional_oids(raw.list_attribute_defaults));
  a.list_attribute_defaults = std::move(list);
  X400_TRY(fetch, convert::optional_oids(raw.fetch_attribute_defaults));
  a.fetch_attribute_defaults = std::move(fetch);
  if (raw.change_credentials != nullptr) {
    X400_TRY(credentials, change(*raw.change_credentials));
    a.change_credentials = std::move(credentials);
  }
  if (raw.user_security_labels != nullptr) {
    a.user_security_labels.emplace();
    for (const auto* member : codec::items(*raw.user_security_labels)) {
      X400_TRY(label, convert::tlv(*member));
      a.user_security_labels->push_back(std::move(label));
    }
  }
  return Ok{};
}

Status read_94(const MsRegisterArgument_t& raw, RegisterMsArgument& a) {
  X400_TRY(agents, ua_registrations(raw.ua_registrations));
  a.ua_registrations = std::move(agents);
  if (raw.submission_defaults != nullptr) {
    X400_TRY(options, convert::options(*raw.submission_defaults));
    a.submission_defaults = keep(std::move(options));
  }
  if (raw.message_groups != nullptr)
    for (const auto* member : codec::items(*raw.message_groups)) {
      X400_TRY(g, group_registration(*member));
      a.message_groups.push_back(std::move(g));
    }
  if (raw.status_request != nullptr) {
    X400_TRY(types, registration_types(*raw.status_request));
    a.status_request = std::move(types);
  }
  X400_TRY(extensions, convert::extensions(raw.extensions));
  a.extensions = std::move(extensions);
  return Ok{};
}

bool any_94(const MsRegisterArgument_t& raw) {
  return raw.ua_registrations != nullptr || raw.submission_defaults != nullptr ||
         raw.message_groups != nullptr || raw.status_request != nullptr || raw.extensions != nullptr;
}

Result<RegisteredInformation> information(const MsRegisteredInformation_t& raw) {
  RegisteredInformation r;
  X400_TRY(actions, registrations(raw.registrations));
  r.registrations = std::move(actions);
  X400_TRY(list, convert::oids_if(raw.list_attribute_defaults));
  r.list_attribute_defaults = std::move(list);
  X400_TRY(fetch, convert::oids_if(raw.fetch_attribute_defaults));
  r.fetch_attribute_defaults = std::move(fetch);
  X400_TRY(agents, ua_registrations(raw.ua_registrations));
  r.ua_registrations = std::move(agents);
  if (raw.submission_defaults != nullptr) {
    X400_TRY(options, convert::options(*raw.submission_defaults));
    r.submission_defaults = keep(std::move(options));
  }
  if (raw.message_groups != nullptr)
    for (const auto* member : codec::items(*raw.message_groups)) {
      X400_TRY(g, group(*member));
      r.message_groups.push_back(std::move(g));
    }
  X400_TRY(extensions, convert::extensions(raw.extensions));
  r.extensions = std::move(extensions);
  return r;
}

// [n] SET OF or SEQUENCE OF, if there is a member.
template <class T, class F>
void write_all(Writer& w, std::uint32_t n, Tag tag, const std::vector<T>& all, F&& one) {
  if (all.empty()) return;
  tagged(w, n, [&] {
    w.constructed(tag, [&] {
      for (const T& value : all) one(value);
    });
  });
}

void write_identifier(Writer& w, std::uint32_t id) {
  if (id != 1) write_integer(w, 0, id);
}

void write_one(Writer& w, const AutoActionRegistration& r) {
  w.constructed(tags::sequence, [&] {
    w.oid(r.type);
    write_identifier(w, r.identifier);
    if (r.parameter) write_tlv(w, 1, *r.parameter);
  });
}

void write_one(Writer& w, const AutoActionDeregistration& r) {
  w.constructed(tags::sequence, [&] {
    w.oid(r.type);
    write_identifier(w, r.identifier);
  });
}

void write_one(Writer& w, const UaRegistration& r) {
  w.constructed(tags::set, [&] {
    write_string(w, 0, tags::printable_string, r.identifier);
    if (r.list_attribute_defaults) write_oids(w, 1, tags::set, *r.list_attribute_defaults);
    if (r.fetch_attribute_defaults) write_oids(w, 2, tags::set, *r.fetch_attribute_defaults);
    if (r.submission_defaults) tagged(w, 3, [&] { write(w, *r.submission_defaults); });
    write_extensions(w, 4, r.content_specific_defaults, Edition::e1994);
  });
}

void write_one(Writer& w, const MessageGroup& g) {
  w.constructed(tags::set, [&] {
    tagged(w, 0, [&] { write(w, g.name); });
    if (g.descriptor) write_string(w, 1, tags::general_string, *g.descriptor);
  });
}

void write_one(Writer& w, const MessageGroupRegistration& r) {
  tagged(w, static_cast<std::uint32_t>(r.kind), [&] {
    if (r.kind == MessageGroupRegistration::Kind::deregister_group)
      write(w, r.group.name);
    else
      write_one(w, r.group);
  });
}

void write_change(Writer& w, Tag tag, const ChangeCredentials& change) {
  w.constructed(tag, [&] {
    tagged(w, 0, [&] { asn1::write(w, change.old_credentials); });
    tagged(w, 1, [&] { asn1::write(w, change.new_credentials); });
  });
}

void write_94(Writer& w, const RegisterMsArgument& a) {
  write_all(w, 6, tags::set, a.ua_registrations, [&](const auto& r) { write_one(w, r); });
  if (a.submission_defaults) tagged(w, 7, [&] { write(w, *a.submission_defaults); });
  write_all(w, 8, tags::sequence, a.message_groups, [&](const auto& g) { write_one(w, g); });
  if (a.status_request) tagged(w, 9, [&] { write(w, *a.status_request); });
  write_extensions(w, 10, a.extensions, Edition::e1994);
}

}  // namespace

Octets RegisterMsArgument::encode(Edition edition) const {
  Writer w;
  w.constructed(tags::set, [&] {
    write_all(w, 0, tags::set, registrations, [&](const auto& r) { write_one(w, r); });
    write_all(w, 1, tags::set, deregistrations, [&](const auto& r) { write_one(w, r); });
    if (list_attribute_defaults) write_oids(w, 2, tags::set, *list_attribute_defaults);
    if (fetch_attribute_defaults) write_oids(w, 3, tags::set, *fetch_attribute_defaults);
    if (change_credentials) tagged(w, 4, [&] { write_change(w, tags::sequence, *change_credentials); });
    if (user_security_labels)
      tagged(w, 5, [&] {
        w.constructed(tags::set, [&] {
          for (const Octets& label : *user_security_labels) w.raw(label);
        });
      });
    if (edition == Edition::e1994) write_94(w, *this);
  });
  return std::move(w).take();
}

Result<RegisterMsArgument> RegisterMsArgument::decode(View octets, Edition edition) {
  constexpr std::string_view what = "Register-MSArgument";
  X400_TRY(raw, codec::decode_type<MsRegisterArgument_t>(asn_DEF_MsRegisterArgument, octets, what));
  if (edition == Edition::e1988 && any_94(*raw)) return malformed("component of 1994").in(what);
  RegisterMsArgument a;
  auto read = read_88(*raw, a);
  if (read.ok()) read = read_94(*raw, a);
  if (!read.ok()) return settled(read.error(), what);
  return a;
}

Octets RegisterMsResult::encode(Edition edition) const {
  Writer w;
  if (edition == Edition::e1988 || !information) {
    w.null();
    return std::move(w).take();
  }
  const RegisteredInformation& r = *information;
  w.constructed(tags::set, [&] {
    write_all(w, 0, tags::set, r.registrations, [&](const auto& a) { write_one(w, a); });
    if (!r.list_attribute_defaults.empty()) write_oids(w, 1, tags::set, r.list_attribute_defaults);
    if (!r.fetch_attribute_defaults.empty()) write_oids(w, 2, tags::set, r.fetch_attribute_defaults);
    write_all(w, 3, tags::set, r.ua_registrations, [&](const auto& u) { write_one(w, u); });
    if (r.submission_defaults) tagged(w, 4, [&] { write(w, *r.submission_defaults); });
    write_all(w, 5, tags::set, r.message_groups, [&](const auto& g) { write_one(w, g); });
    write_extensions(w, 6, r.extensions, Edition::e1994);
  });
  return std::move(w).take();
}

Result<RegisterMsResult> RegisterMsResult::decode(View octets) {
  constexpr std::string_view what = "Register-MSResult";
  X400_TRY(raw, codec::decode_type<MsRegisterResult_t>(asn_DEF_MsRegisterResult, octets, what));
  if (raw->present == MsRegisterResult_PR_nothing) return RegisterMsResult{};
  auto info = ms::information(raw->choice.information);
  if (!info.ok()) return settled(info.error(), what);
  return RegisterMsResult{std::move(*info)};
}

Octets encode_change_credentials(const ChangeCredentials& change) {
  Writer w;
  write_change(w, tags::set, change);
  return std::move(w).take();
}

Result<ChangeCredentials> decode_change_credentials(View octets) {
  return read_whole(octets, Limits::bind(), "ChangeCredentialsArgument",
                    [](const Element& e) -> Result<ChangeCredentials> {
                      X400_TRY(c, Components::read(e, tags::set));
                      X400_TRY(old_element, c.need(0));
                      X400_TRY(old_credentials, read_credentials(old_element));
                      X400_TRY(new_element, c.need(1));
                      X400_TRY(new_credentials, read_credentials(new_element));
                      return ChangeCredentials{std::move(old_credentials), std::move(new_credentials)};
                    });
}

}  // namespace x400::asn1::ms
