#include "service/homes.hpp"

#include <unordered_map>
#include <unordered_set>

#include "x400/asn1/oids.hpp"

namespace x400::mstore::service {

namespace {

namespace general = asn1::oids::attribute;
namespace ipm = asn1::oids::ipm_attribute;
namespace military = asn1::oids::military_attribute;

std::unordered_map<ber::Oid, Home> make_homes() {
  std::unordered_map<ber::Oid, Home> homes;
  for (const ber::Oid& o :
       {general::sequence_number, general::retrieval_status, general::entry_type, general::priority,
        general::content_length, general::creation_time, general::parent_sequence_number,
        general::child_sequence_numbers, ipm::message_body_parts})
    homes[o] = Home::made;
  for (const ber::Oid& o : {general::content_type,
                            general::content_identifier,
                            general::message_identifier,
                            general::message_delivery_time,
                            general::message_submission_time,
                            general::originator_name,
                            general::this_recipient_name,
                            general::originally_intended_recipient_name,
                            general::delivery_flags,
                            general::original_eits,
                            general::converted_eits,
                            general::delivered_eits,
                            general::content_returned,
                            general::subject_submission_identifier,
                            general::security_classification,
                            general::content_correlator,
                            general::deferred_delivery_time,
                            ipm::ipm_entry_type,
                            ipm::subject,
                            ipm::this_ipm,
                            ipm::originator,
                            ipm::importance,
                            ipm::sensitivity,
                            ipm::auto_forwarded,
                            ipm::expiry_time,
                            ipm::reply_time,
                            ipm::replied_to_ipm,
                            ipm::precedence,
                            ipm::subject_ipm,
                            ipm::non_receipt_reason,
                            ipm::receipt_time,
                            ipm::incomplete_copy,
                            ipm::auto_submitted,
                            ipm::authorization_time,
                            military::primary_precedence,
                            military::copy_precedence,
                            military::extended_authorisation_info,
                            military::sic_codes,
                            military::message_type,
                            military::originator_reference})
    homes[o] = Home::row;
  for (const ber::Oid& o : {general::content,
                            ipm::heading,
                            ipm::body,
                            ipm::ipm_synopsis,
                            ipm::body_parts_summary,
                            ipm::ia5_text_body_parts,
                            ipm::g3_facsimile_body_parts,
                            ipm::g4_class1_body_parts,
                            ipm::teletex_body_parts,
                            ipm::videotex_body_parts,
                            ipm::encrypted_body_parts,
                            ipm::mixed_mode_body_parts,
                            ipm::bilaterally_defined_body_parts,
                            ipm::nationally_defined_body_parts,
                            ipm::ia5_text_parameters,
                            ipm::g3_facsimile_parameters,
                            ipm::teletex_parameters,
                            ipm::videotex_parameters,
                            ipm::encrypted_parameters,
                            ipm::message_parameters,
                            ipm::ia5_text_data,
                            ipm::g3_facsimile_data,
                            ipm::teletex_data,
                            ipm::videotex_data,
                            ipm::encrypted_data,
                            ipm::message_data,
                            ipm::returned_ipm})
    homes[o] = Home::content;
  return homes;
}

bool below(const ber::Oid& type, const ber::Oid& arc) {
  const View t = type.contents(), a = arc.contents();
  return t.size() > a.size() && equal(t.first(a.size()), a);
}

}  // namespace

Home home_of(const ber::Oid& type) {
  static const std::unordered_map<ber::Oid, Home> homes = make_homes();
  const auto at = homes.find(type);
  if (at != homes.end()) return at->second;
  return is_body_part_type(type) ? Home::content : Home::record;
}

bool derived(const ber::Oid& type) {
  static const std::unordered_set<ber::Oid> not_made{general::ac_correlated_report_list,
                                                     general::ac_report_summary,
                                                     general::ac_uncorrelated_report_list,
                                                     general::ac_report_subject_entry,
                                                     general::auto_action_error,
                                                     general::auto_action_registration_identifier,
                                                     general::auto_action_subject_entry,
                                                     general::auto_action_type,
                                                     general::deletion_time,
                                                     general::marked_for_deletion,
                                                     general::message_group_name,
                                                     general::message_notes,
                                                     general::originated,
                                                     general::locally_originated,
                                                     general::submission_error,
                                                     general::storage_period,
                                                     general::storage_time,
                                                     general::signature_verification_status,
                                                     general::recipient_certificate,
                                                     ipm::ipm_auto_discarded,
                                                     ipm::revised_reply_time,
                                                     ipm::body_part_signature_verification_status,
                                                     ipm::body_part_security_label,
                                                     ipm::body_part_encryption_token,
                                                     ipm::forwarded_content_token,
                                                     ipm::forwarding_token,
                                                     ipm::recipient_category};
  return !not_made.contains(type) && !below(type, asn1::oids::arc::ipm_correlation);
}

bool is_body_part_type(const ber::Oid& type) {
  static const ber::Oid data{2, 6, 1, 4}, parameters{2, 6, 1, 11}, military_parts{1, 3, 26, 0, 4406, 0, 7};
  return below(type, data) || below(type, parameters) || below(type, military_parts);
}

}  // namespace x400::mstore::service
