// Object identifiers of X.400 that this project knows, by their names.
//
//   if (context == oids::context::ms_access_94) ...
//   filter = Filter::equality(oids::attribute::priority, ...);
//
// Sources: the modules of X.402, X.411, X.413, X.419, X.420 and X.435 (1999), X.880, STANAG 4406 Annex A. The
// attributes and the matching rules stand in the .def files beside this header, from which
// attribute_table.hpp is made too.
//
// Threads: constants. They are initialised before main(); do not use them from initialisers of other static
// objects unless those include this header.
#pragma once

#include "x400/ber/oid.hpp"

namespace x400::asn1::oids {

using ber::Oid;

/// Application context names (X.419).
namespace context {
inline const Oid mts_access_88{2, 6, 0, 1, 0}, mts_forced_access_88{2, 6, 0, 1, 1},
    mts_reliable_access_88{2, 6, 0, 1, 2}, mts_forced_reliable_access_88{2, 6, 0, 1, 3},
    ms_access_88{2, 6, 0, 1, 4}, ms_reliable_access_88{2, 6, 0, 1, 5}, mts_transfer{2, 6, 0, 1, 6},
    mts_access_94{2, 6, 0, 1, 7}, mts_forced_access_94{2, 6, 0, 1, 8}, mts_reliable_access_94{2, 6, 0, 1, 9},
    mts_forced_reliable_access_94{2, 6, 0, 1, 10}, ms_access_94{2, 6, 0, 1, 11},
    ms_reliable_access_94{2, 6, 0, 1, 12};
}  // namespace context

/// Abstract syntaxes (X.419; acse X.227, rtse X.228) and transfer syntaxes (X.690).
namespace syntax {
inline const Oid acse{2, 2, 1, 0, 1}, rtse{2, 3, 2};
inline const Oid msse{2, 6, 0, 2, 1}, mdse_88{2, 6, 0, 2, 2}, mrse_88{2, 6, 0, 2, 5}, mase_88{2, 6, 0, 2, 6},
    mtse{2, 6, 0, 2, 7}, mts_rtse{2, 6, 0, 2, 8}, ms_88{2, 6, 0, 2, 9}, ms_rtse{2, 6, 0, 2, 10},
    mts{2, 6, 0, 2, 11}, mta_rtse{2, 6, 0, 2, 12}, ms_msse{2, 6, 0, 2, 13}, mdse_94{2, 6, 0, 2, 14},
    mrse_94{2, 6, 0, 2, 15}, mase_94{2, 6, 0, 2, 16}, ms_94{2, 6, 0, 2, 17};
inline const Oid ber{2, 1, 1}, der{2, 1, 2, 1}, cer{2, 1, 2, 0};
}  // namespace syntax

/// Content types as values of mt-content-type.
namespace content_type {
inline const Oid unidentified{2, 6, 3, 3, 0}, inner_envelope{2, 6, 3, 3, 1}, p2{2, 6, 1, 10, 0},
    p22{2, 6, 1, 10, 1}, edi{2, 6, 7, 10, 0}, p772{1, 3, 26, 0, 4406, 0, 4, 1};
}  // namespace content_type

/// Encoded information types. The last arc of those of X.411 is the bit of the built-in form.
namespace eit {
inline const Oid unknown{2, 6, 3, 4, 0}, ia5_text{2, 6, 3, 4, 2}, g3_facsimile{2, 6, 3, 4, 3},
    g4_class_1{2, 6, 3, 4, 4}, teletex{2, 6, 3, 4, 5}, videotex{2, 6, 3, 4, 6}, voice{2, 6, 3, 4, 7},
    sfd{2, 6, 3, 4, 8}, mixed_mode{2, 6, 3, 4, 9}, ipm_file_transfer{2, 6, 1, 12, 0},
    ipm_voice{2, 6, 1, 12, 1};
inline const Oid character_set{1, 0, 10021,
                               7, 1, 0};  ///< of general text, followed by the set's registration
}  // namespace eit

/// General attributes (X.413), below 2.6.4.3. Names without their prefix ms- or mt-.
namespace attribute {
#define X400_ATTRIBUTE(arc, n, id, ...) inline const Oid id = x400::ber::Oid{2, 6, 4, 3, n};
#include "x400/asn1/attributes_general.def"
#undef X400_ATTRIBUTE
}  // namespace attribute

namespace arc {
inline const Oid general{2, 6, 4, 3}, ipm_summary{2, 6, 1, 6}, ipm_heading{2, 6, 1, 7}, ipm_body{2, 6, 1, 8},
    ipm_notification{2, 6, 1, 9}, ipm_correlation{2, 6, 1, 13}, military_heading{1, 3, 26, 0, 4406, 0, 3},
    military_notification{1, 3, 26, 0, 4406, 0, 9};
}  // namespace arc

/// IPM attributes (X.420).
namespace ipm_attribute {
#define X400_ATTRIBUTE(arc_name, n, id, ...) inline const Oid id = arc::arc_name.child(n);
#include "x400/asn1/attributes_ipm.def"
#undef X400_ATTRIBUTE
}  // namespace ipm_attribute

/// Military attributes (STANAG 4406).
namespace military_attribute {
#define X400_ATTRIBUTE(arc_name, n, id, ...) inline const Oid id = arc::arc_name.child(n);
#include "x400/asn1/attributes_military.def"
#undef X400_ATTRIBUTE
}  // namespace military_attribute

/// Matching rules (X.413, X.420, X.520).
namespace matching_rule {
#define X400_MATCHING_RULE(id, name, assertion, ...) inline const Oid id{__VA_ARGS__};
#include "x400/asn1/matching_rules.def"
#undef X400_MATCHING_RULE
}  // namespace matching_rule

/// Auto-action types.
namespace auto_action {
inline const Oid ipm_auto_forward{2, 6, 4, 4, 0}, auto_alert{2, 6, 4, 4, 1},
    auto_correlate_reports{2, 6, 4, 4, 2}, auto_delete{2, 6, 4, 4, 3}, auto_modify{2, 6, 4, 4, 4};
inline const Oid ipm_auto_acknowledgement{2, 6, 1, 15, 0}, ipm_auto_correlate{2, 6, 1, 15, 1},
    ipm_auto_discard{2, 6, 1, 15, 2}, ipm_auto_advise{2, 6, 1, 15, 3};
inline const Oid edi_auto_forward{2, 6, 7, 14, 0}, edi_auto_correlate{2, 6, 7, 14, 1},
    edi_auto_acknowledgement{2, 6, 7, 14, 2}, edi_auto_forward_v2{2, 6, 7, 14, 3};
}  // namespace auto_action

/// Global codes of auto-action errors.
namespace auto_action_error {
inline const Oid auto_alert_error{2, 6, 4, 7, 0}, auto_discard_error{2, 6, 1, 16, 0},
    auto_forwarding_loop{2, 6, 1, 16, 1}, duplicate_ipn{2, 6, 1, 16, 2},
    edi_auto_forwarding_loop{2, 6, 7, 18, 0}, duplicate_edin{2, 6, 7, 18, 1};
}  // namespace auto_action_error

/// MS extensions (MSExtensionItem), general and IPM.
namespace ms_extension {
inline const Oid modify_capability{2, 6, 4, 9, 0}, modify_retrieval_status_capability{2, 6, 4, 9, 1},
    originator_certificate_selectors_override{2, 6, 4, 9, 2}, originator_token{2, 6, 4, 9, 3},
    protected_change_credentials{2, 6, 4, 9, 4}, protected_change_credentials_capability{2, 6, 4, 9, 5};
inline const Oid invalid_assembly_instructions{2, 6, 1, 17, 0}, invalid_ipn{2, 6, 1, 17, 1},
    assembly_instructions{2, 6, 1, 17, 2}, suspend_auto_acknowledgement{2, 6, 1, 17, 3},
    prevent_nrn_generation{2, 6, 1, 17, 4}, originator_body_part_encryption_token{2, 6, 1, 17, 5},
    originator_forwarded_content_token{2, 6, 1, 17, 6}, assembly_capability{2, 6, 1, 17, 7};
inline const Oid password_xor{2, 6, 4, 10, 0};  ///< an algorithm of protected_change_credentials
}  // namespace ms_extension

/// Heading extensions of X.420, recipient extensions and other-notification types.
namespace ipm_extension {
inline const Oid incomplete_copy{2, 6, 1, 5, 0}, languages{2, 6, 1, 5, 1}, auto_submitted{2, 6, 1, 5, 2},
    body_part_signatures{2, 6, 1, 5, 3}, ipm_security_label{2, 6, 1, 5, 4}, authorization_time{2, 6, 1, 5, 5},
    circulation_list_recipients{2, 6, 1, 5, 6}, distribution_codes{2, 6, 1, 5, 7},
    extended_subject{2, 6, 1, 5, 8}, information_category{2, 6, 1, 5, 9},
    manual_handling_instructions{2, 6, 1, 5, 10}, originators_reference{2, 6, 1, 5, 11},
    precedence_policy_identifier{2, 6, 1, 5, 12};
inline const Oid recipient_security_request{2, 6, 1, 18, 0}, ipn_security_response{2, 6, 1, 18, 1};
inline const Oid absence_advice{2, 6, 1, 19, 0}, change_of_address_advice{2, 6, 1, 19, 1};
inline const Oid circulation_list_indicator{2, 6, 1, 20, 0}, precedence{2, 6, 1, 20, 1};
/// The precedence policy of the AMHS (ICAO Doc 9880 Part II).
inline const Oid amhs_precedence_policy{1, 3, 27, 8, 0, 0};
}  // namespace ipm_extension

/// Extended body part types of X.420 (et: the data; ep: the parameters).
namespace body_part {
inline const Oid et_ia5_text{2, 6, 1, 4, 0}, et_g3_facsimile{2, 6, 1, 4, 2}, et_g4_class1{2, 6, 1, 4, 3},
    et_teletex{2, 6, 1, 4, 4}, et_videotex{2, 6, 1, 4, 5}, et_encrypted{2, 6, 1, 4, 6},
    et_message{2, 6, 1, 4, 7}, et_mixed_mode{2, 6, 1, 4, 8}, et_bilaterally_defined{2, 6, 1, 4, 9},
    et_nationally_defined{2, 6, 1, 4, 10}, et_general_text{2, 6, 1, 4, 11}, et_file_transfer{2, 6, 1, 4, 12},
    et_report{2, 6, 1, 4, 14}, et_notification{2, 6, 1, 4, 15}, et_voice{2, 6, 1, 4, 16},
    et_content{2, 6, 1, 4, 17}, et_pkcs7{2, 6, 1, 4, 18};
inline const Oid ep_ia5_text{2, 6, 1, 11, 0}, ep_g3_facsimile{2, 6, 1, 11, 2}, ep_teletex{2, 6, 1, 11, 4},
    ep_videotex{2, 6, 1, 11, 5}, ep_encrypted{2, 6, 1, 11, 6}, ep_message{2, 6, 1, 11, 7},
    ep_general_text{2, 6, 1, 11, 11}, ep_file_transfer{2, 6, 1, 11, 12}, ep_notification{2, 6, 1, 11, 15},
    ep_voice{2, 6, 1, 11, 16}, ep_content{2, 6, 1, 11, 17};
}  // namespace body_part

/// EDI body part types (X.435), also used as encoded information types. EDIFACT in ISO 646 is the default.
namespace edi_body_part {
inline const Oid edifact_iso646{2, 6, 7, 11, 0}, edifact_teletex{2, 6, 7, 11, 1},
    edifact_octet{2, 6, 7, 11, 2};
}  // namespace edi_body_part

/// Names inside file transfer body parts: the document type of plain octets (ISO 8571), and the application
/// reference of an attachment of unknown kind (EMA).
namespace file_transfer {
inline const Oid unstructured_binary{1, 0, 8571, 5, 3}, unknown_attachment{2, 16, 840, 1, 113694, 2, 2, 1, 1};
}  // namespace file_transfer

/// STANAG 4406: heading and recipient extensions (.2), body parts (.7), the envelope extension (.8).
namespace military {
inline const Oid primary_precedence{1, 3, 26, 0, 4406, 0, 2, 0}, copy_precedence{1, 3, 26, 0, 4406, 0, 2, 1},
    message_type{1, 3, 26, 0, 4406, 0, 2, 2}, address_list_indicator{1, 3, 26, 0, 4406, 0, 2, 3},
    exempted_address{1, 3, 26, 0, 4406, 0, 2, 4}, extended_authorisation_info{1, 3, 26, 0, 4406, 0, 2, 5},
    distribution_codes{1, 3, 26, 0, 4406, 0, 2, 6}, handling_instructions{1, 3, 26, 0, 4406, 0, 2, 7},
    message_instructions{1, 3, 26, 0, 4406, 0, 2, 8}, codress_message{1, 3, 26, 0, 4406, 0, 2, 9},
    originator_reference{1, 3, 26, 0, 4406, 0, 2, 10},
    other_recipients_indicator{1, 3, 26, 0, 4406, 0, 2, 11},
    pilot_forwarding_info{1, 3, 26, 0, 4406, 0, 2, 12},
    acp127_message_identifier{1, 3, 26, 0, 4406, 0, 2, 13}, originator_plad{1, 3, 26, 0, 4406, 0, 2, 14},
    acp127_notification_request{1, 3, 26, 0, 4406, 0, 2, 15},
    acp127_notification_response{1, 3, 26, 0, 4406, 0, 2, 16},
    information_labels{1, 3, 26, 0, 4406, 0, 2, 17};
inline const Oid et_adatp3{1, 3, 26, 0, 4406, 0, 7, 0}, et_corrections{1, 3, 26, 0, 4406, 0, 7, 1},
    et_adatp3_parameters{1, 3, 26, 0, 4406, 0, 7, 2}, et_corrections_parameters{1, 3, 26, 0, 4406, 0, 7, 3},
    et_forwarded_encrypted{1, 3, 26, 0, 4406, 0, 7, 6},
    et_forwarded_encrypted_parameters{1, 3, 26, 0, 4406, 0, 7, 7}, et_mm_message{1, 3, 26, 0, 4406, 0, 7, 9},
    et_mm_message_parameters{1, 3, 26, 0, 4406, 0, 7, 10}, et_acp127_data{1, 3, 26, 0, 4406, 0, 7, 12},
    et_acp127_data_parameters{1, 3, 26, 0, 4406, 0, 7, 13};
inline const Oid priority_level_qualifier{1, 3, 26, 0, 4406, 0, 8, 0};
}  // namespace military

/// Other names of X.411.
namespace mts {
inline const Oid asymmetric_token{2, 6, 3, 6, 0}, physical_rendition_basic{2, 6, 3, 5, 0},
    physical_rendition_no_cover_page{2, 6, 3, 5, 1};
}  // namespace mts

}  // namespace x400::asn1::oids
