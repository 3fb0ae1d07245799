// P7 and P3 values: the first octet chooses the type and edition, the rest is what a peer sent.
// What decodes must encode, and what was encoded must decode to the same octets again.
#include <array>

#include "target.hpp"
#include "x400/asn1/ms/attribute.hpp"
#include "x400/asn1/ms/bind.hpp"
#include "x400/asn1/ms/errors.hpp"
#include "x400/asn1/ms/register.hpp"
#include "x400/asn1/ms/retrieval.hpp"
#include "x400/asn1/ms/submission.hpp"
#include "x400/asn1/mts/bind.hpp"
#include "x400/asn1/mts/content_split.hpp"
#include "x400/asn1/mts/control.hpp"
#include "x400/asn1/mts/delivery.hpp"
#include "x400/asn1/mts/errors.hpp"
#include "x400/asn1/mts/registration.hpp"
#include "x400/asn1/mts/report.hpp"
#include "x400/asn1/mts/security_label.hpp"
#include "x400/asn1/mts/submission.hpp"
#include "x400/asn1/or_text.hpp"
#include "x400/ber/walk.hpp"

using namespace x400;
using namespace x400::asn1;
using fuzz::require;

namespace {

Octets flat(const Octets& octets) { return octets; }
Octets flat(const Gather& gather) {
  Octets all;
  for (const View piece : gather.pieces()) append(all, piece);
  return all;
}

template <class Decode, class Encode>
void round(View octets, Decode decode, Encode encode) {
  const auto value = decode(octets);
  if (!value.ok()) return;
  const Octets once = flat(encode(*value));
  require(ber::walk(once).ok(), "what was encoded is no BER");
  const auto again = decode(View(once));
  require(again.ok(), "what was encoded does not decode");
  require(flat(encode(*again)) == once, "decode and encode change what was encoded");
}

template <class T>
void plain(View octets, Edition) {
  round(
      octets, [](View o) { return T::decode(o); }, [](const T& v) { return v.encode(); });
}
template <class T>
void of_edition(View octets, Edition edition) {
  round(
      octets, [=](View o) { return T::decode(o, edition); }, [=](const T& v) { return v.encode(edition); });
}
template <class T>
void result(View octets, Edition edition) {
  round(
      octets, [](View o) { return T::decode(o); }, [=](const T& v) { return v.encode(edition); });
}

void split(View octets, Edition) {
  if (const auto parts = mts::split_message_delivery(octets); parts.ok())
    plain<mts::MessageDeliveryEnvelope>(parts->envelope, {});
  if (const auto parts = mts::split_message_submission(octets); parts.ok())
    plain<mts::MessageSubmissionEnvelope>(parts->envelope, {});
  if (const auto parts = mts::split_report_delivery(octets); parts.ok())
    plain<mts::ReportDeliveryEnvelope>(parts->envelope, {});
  (void)ms::split_message_submission(octets).ok();
  (void)ms::split_probe_submission(octets).ok();
  (void)ms::split_submission_result(octets).ok();
}

void errors(View octets, Edition edition) {
  for (std::int64_t code = 0; code < 40; ++code) {
    const auto error = ms::decode_error(code, octets);
    if (!error.ok()) continue;
    for (const ms::Port port : {ms::Port::retrieval, ms::Port::submission})
      (void)ms::encode(*error, edition, port);
  }
  (void)mts::decode_bind_error(octets).ok();
  (void)mts::decode_security_problem(octets).ok();
  (void)mts::decode_improper_recipients(octets).ok();
}

// A name must keep its meaning through its texts, and equal names have equal keys.
void name(View octets, Edition) {
  const auto read = ORName::decode(octets);
  if (!read.ok()) return;
  plain<ORName>(octets, {});
  const ORAddress& address = read->address;
  require(same_address(address, address), "an address that does not equal itself");
  (void)asn1::check(address).ok();
  for (const std::string& text : {print_f401(address), print_rfc2156(address)})
    if (const auto parsed = parse_or_address(text); parsed.ok()) (void)canonical_key(*parsed);
}

void attributes(View octets, Edition) {
  if (const auto list = ms::read_attributes(octets); list.ok())
    for (const auto& attribute : *list) (void)attribute;
  (void)ms::read_entry_information(octets).ok();
}

void registration(View octets, Edition edition) {
  (void)mts::check_register_argument(octets, edition).ok();
  (void)mts::check_register_result(octets, edition).ok();
}

using Case = void (*)(View, Edition);
constexpr std::array<Case, 31> cases{of_edition<ms::MsBindArgument>,
                                     result<ms::MsBindResult>,
                                     result<ms::MsBindError>,
                                     of_edition<ms::SummarizeArgument>,
                                     result<ms::SummarizeResult>,
                                     of_edition<ms::ListArgument>,
                                     result<ms::ListResult>,
                                     of_edition<ms::FetchArgument>,
                                     result<ms::FetchResult>,
                                     of_edition<ms::DeleteArgument>,
                                     result<ms::DeleteResult>,
                                     result<ms::AlertArgument>,
                                     of_edition<ms::RegisterMsArgument>,
                                     result<ms::RegisterMsResult>,
                                     plain<mts::MtsBindArgument>,
                                     plain<mts::MtsBindResult>,
                                     plain<mts::MessageDeliveryEnvelope>,
                                     plain<mts::MessageDeliveryResult>,
                                     plain<mts::MessageSubmissionEnvelope>,
                                     plain<mts::ProbeSubmissionEnvelope>,
                                     plain<mts::SubmissionResult>,
                                     plain<mts::ReportDeliveryEnvelope>,
                                     plain<mts::SecurityLabel>,
                                     plain<mts::Controls>,
                                     plain<mts::Waiting>,
                                     plain<ORAddress>,
                                     name,
                                     split,
                                     errors,
                                     attributes,
                                     registration};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const View octets(data + 1, size - 1);
  const Case chosen = cases[(data[0] & 0x7f) % cases.size()];
  if (chosen != attributes && !ber::walk(octets).ok()) return 0;  // the stack hands nothing else up
  if (chosen == attributes && !ber::walk_contents(octets).ok()) return 0;
  const fuzz::Memory memory(size, 64,
                            1 << 20);  // C structures of many small values weigh more than the values
  chosen(octets, (data[0] & 0x80) != 0 ? Edition::e1988 : Edition::e1994);
  return 0;
}
