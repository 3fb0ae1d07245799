// MS-message-submission and MS-probe-submission (1994): what they add to the operations of X.411.
//
// The MTS part stays encoded and goes on to the MTA as it came; the options are taken off before, the store's
// results put on after. In 1988 contexts nothing is added: give the octets to the functions of the MTS
// abstract service.
//
// Threads: values.
#pragma once

#include <optional>

#include "x400/asn1/ms/bind.hpp"
#include "x400/asn1/ms/types.hpp"

namespace x400::asn1::ms {

struct SubmissionOptions {
  std::optional<EntryClass> object_entry_class;  ///< submission, submission_log or draft
  bool disable_auto_modify = false;
  std::vector<MessageGroupName> add_message_group_names;
  Extensions extensions;
  friend bool operator==(const SubmissionOptions&, const SubmissionOptions&) = default;
};

struct CommonSubmissionResults {
  std::optional<SequenceNumber> created_entry;
  std::optional<AutoActionErrorIndication> auto_action_error_indication;
  Extensions extensions;
  friend bool operator==(const CommonSubmissionResults&, const CommonSubmissionResults&) = default;
};

/// An argument taken apart.
struct SubmissionArgumentParts {
  Octets mts_head;  ///< identifier and length of the X.411 argument without options
  std::vector<View>
      mts_body;  ///< its contents in pieces, borrowed; head and body joined are the X.411 argument
  std::optional<SubmissionOptions> options;
};

/// Of message-submission (SEQUENCE { envelope, content, options [4] }). Errors: truncated, malformed, limit.
Result<SubmissionArgumentParts> split_message_submission(View argument);
Result<SubmissionArgumentParts> split_message_submission(Octets&&) = delete;
/// Of probe-submission (SET { ..., options [4] }).
Result<SubmissionArgumentParts> split_probe_submission(View argument);
Result<SubmissionArgumentParts> split_probe_submission(Octets&&) = delete;
/// The other way, for clients. `mts_argument`: the X.411 argument.
Result<Octets> add_submission_options(View mts_argument, const SubmissionOptions& options);

/// Result of a message or probe submission taken apart.
struct SubmissionResultParts {
  Octets mts_result;  ///< the X.411 result; empty: only a draft was stored
  std::optional<CommonSubmissionResults> ms_result;
};
/// mts_result with the store's results put on. Error: malformed (mts_result is not a SET).
Result<Octets> add_submission_results(View mts_result, const CommonSubmissionResults& results);
/// store-draft-result.
Octets encode_draft_result(const CommonSubmissionResults& results);
Result<SubmissionResultParts> split_submission_result(View result);

}  // namespace x400::asn1::ms
