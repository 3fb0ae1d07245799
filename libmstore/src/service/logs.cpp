#include "service/logs.hpp"

#include <algorithm>
#include <array>

#include "service/stored_form.hpp"
#include "x400/asn1/ms/codes.hpp"
#include "x400/asn1/oids.hpp"
#include "x400/asn1/time.hpp"

namespace x400::mstore::service {

namespace {

namespace a = asn1::oids::attribute;
namespace code = ms::error_code;

// Of SubmissionError, whose tags are the codes.
constexpr std::array known_errors{code::submission_control_violated,
                                  code::originator_invalid,
                                  code::recipient_improperly_specified,
                                  code::element_of_service_not_subscribed,
                                  code::inconsistent_request,
                                  code::mts_security_error,
                                  code::unsupported_critical_function,
                                  code::remote_bind_error,
                                  code::service_error,
                                  code::message_group_error,
                                  code::ms_extension_error,
                                  code::entry_class_error};

}  // namespace

NewEntries delivery_log(const MailboxState& mailbox, const AttributeList& envelope, EntryType type) {
  if (!mailbox.settings()->logs) return {};
  NewEntries log{log_entry(envelope, backend::EntryClass::delivery_log, type)};
  log.front().same_number_as = 0;
  return log;
}

backend::NewEntry submission_log(const AttributeList& envelope, bool probe) {
  return log_entry(envelope, backend::EntryClass::submission_log,
                   probe ? EntryType::submitted_probe : EntryType::submitted_message);
}

std::optional<Octets> submission_error(const ms::MtsError& error) {
  if (std::find(known_errors.begin(), known_errors.end(), error.code) == known_errors.end())
    return std::nullopt;
  ber::Writer w;
  w.constructed(ber::context(static_cast<std::uint32_t>(error.code)), [&] {
    if (error.parameter)
      w.raw(*error.parameter);
    else
      w.null();
  });
  return std::move(w).take();
}

void note_deletion(const Engine& engine, MailboxNumber mailbox, const std::vector<backend::Row>& rows,
                   backend::Time now, backend::ChangeSet& set) {
  const auto logged = engine.backend().counters(mailbox, backend::EntryBase::log);
  if (!logged.ok() || logged->empty()) return;
  const Time instant{std::chrono::milliseconds(now)};
  const Octets time = encode_attribute(
      a::deletion_time, {utc_time_value(asn1::utc_time(std::chrono::floor<std::chrono::seconds>(instant)))});
  for (const backend::Row& row : rows) {
    auto log = engine.backend().row(mailbox, backend::EntryBase::log, row.number);
    if (!log.ok()) continue;
    auto variable = Variable::decode(log->variable);
    if (!variable.ok()) continue;
    append(variable->run, time);
    // Its own time may come meanwhile.
    set.modify.push_back({backend::EntryBase::log, row.number, variable->encode(), std::nullopt, true});
  }
}

}  // namespace x400::mstore::service
