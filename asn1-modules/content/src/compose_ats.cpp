#include "x400/content/compose_ats.hpp"

#include "x400/asn1/oids.hpp"

namespace x400::content {
namespace {

NewRecipient recipient_of(const NewDescriptor& who, const NewAtsMessage& m) {
  NewRecipient r;
  r.who = who;
  r.notify.rn = m.header.priority == AtsPriority::ss && !m.acknowledgement;
  if (m.extended_service) r.precedence = info(m.header.priority).precedence;
  return r;
}

Status add_extensions(const NewAtsMessage& m, NewHeading& h) {
  if (filing_time(m.filed) != m.header.filing_time)
    return Error(ErrorKind::invalid, "filing time differs from the time of filing");
  h.extensions.push_back(authorization_time(m.filed));
  if (!m.header.ohi.empty()) {
    X400_TRY(reference, originators_reference(m.header.ohi));
    h.extensions.push_back(std::move(reference));
  }
  h.extensions.push_back(precedence_policy(asn1::oids::ipm_extension::amhs_precedence_policy));
  return Ok{};
}

}  // namespace

std::string filing_time(asn1::Time time) { return asn1::utc_time(time).substr(4, 6); }

Result<Octets> compose_ats(const NewAtsMessage& m) {
  X400_TRY(body, format_ats(m.header, m.text));
  X400_TRY(part, ia5_text_part(body));
  NewHeading h;
  h.this_ipm = m.this_ipm;
  h.originator = m.originator;
  h.subject = m.subject;
  for (const NewDescriptor& d : m.primary) h.primary.push_back(recipient_of(d, m));
  for (const NewDescriptor& d : m.copy) h.copy.push_back(recipient_of(d, m));
  if (m.extended_service) X400_CHECK(add_extensions(m, h));
  return compose_ipm(h, {std::move(part)});
}

}  // namespace x400::content
