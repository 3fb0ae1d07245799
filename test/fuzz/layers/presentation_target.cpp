// PPDUs: the first octet chooses CP, CPA, CPR, user data or an abort, the rest is the user data of the
// session.
#include "layers/layer.hpp"
#include "presentation/connect.hpp"

using namespace x400;
using namespace x400::osi;
using namespace x400::osi::presentation;
using fuzz::one_value;
using fuzz::require;

namespace {

const Limits limits;

// The first value of it, if it is one that can be sent again.
std::optional<Pdv> first_value(const Slice& data) {
  if (data.empty()) return {};
  const auto pdvs = parse_user_data(data);
  if (!pdvs.ok() || !one_value(pdvs->front().value)) return {};
  return pdvs->front();
}

void same_value(const Slice& data, const Pdv& sent) {
  const auto pdvs = parse_user_data(data);
  require(pdvs.ok() && pdvs->size() == 1, "user data that were encoded are not read");
  require(pdvs->front().context == sent.context && equal(pdvs->front().value.view(), sent.value.view()),
          "user data change");
}

// A value may be too deep where it stood in an octet string before.
bool within_limits(const Octets& ppdu) { return ber::walk_one(ppdu, limits.bind_ber).ok(); }

void cp(const Slice& data) {
  const auto read = parse_cp(data, limits);
  if (!read.ok()) return;
  require(read->contexts.size() <= limits.contexts_most, "more contexts than allowed");
  require(read->called.size() <= limits.selector && read->calling.size() <= limits.selector,
          "a selector longer than allowed");
  const auto value = first_value(read->user_data);
  if (!value) return;
  const Octets once = encode_cp({.presentation = read->calling, .session = {}, .transport = {}},
                                {.presentation = read->called, .session = {}, .transport = {}},
                                read->contexts, value->context, value->value.view());
  if (!within_limits(once)) return;
  const auto again = parse_cp(Slice(once), limits);
  require(again.ok() && again->calling == read->calling && again->called == read->called, "a CP is another");
  require(again->contexts.size() == read->contexts.size(), "contexts of a CP change");
  for (std::size_t i = 0; i < read->contexts.size(); ++i)
    require(again->contexts[i].id == read->contexts[i].id &&
                again->contexts[i].abstract_syntax == read->contexts[i].abstract_syntax &&
                again->contexts[i].basic_encoding,
            "a context of a CP changes");
  same_value(again->user_data, *value);
}

void cpa(const Slice& data) {
  const auto read = parse_cpa(data, limits);
  if (!read.ok()) return;
  const auto value = first_value(read->user_data);
  if (!value) return;
  std::vector<ProposedContext> contexts(read->accepted.size());
  for (std::size_t i = 0; i < contexts.size(); ++i)
    contexts[i].result = read->accepted[i] ? ContextResult::acceptance : ContextResult::user_rejection;
  const Octets once = encode_cpa(read->responding, contexts, value->context, value->value.view());
  if (!within_limits(once)) return;
  const auto again = parse_cpa(Slice(once), limits);
  require(again.ok() && again->responding == read->responding && again->accepted == read->accepted,
          "a CPA is another");
  same_value(again->user_data, *value);
}

void cpr(const Slice& data) {
  const auto read = parse_cpr(data, limits);
  if (!read.ok()) return;
  const auto value = first_value(read->user_data);
  std::optional<RefuseReason> reason;
  if (read->provider_reason && *read->provider_reason >= 0 && *read->provider_reason <= 7)
    reason = static_cast<RefuseReason>(*read->provider_reason);
  const Octets once =
      encode_cpr(nullptr, reason, value ? value->context : 0, value ? value->value.view() : View());
  if (!within_limits(once)) return;
  const auto again = parse_cpr(Slice(once), limits);
  require(again.ok() && again->provider_reason.has_value() == reason.has_value(), "a CPR is another");
  require(!reason || again->provider_reason == static_cast<std::int64_t>(*reason),
          "the reason of a CPR changes");
  require(again->user_data.empty() == !value.has_value(), "user data of a CPR come or go");
  if (value) same_value(again->user_data, *value);
}

void user_data_values(const Slice& data) {
  if (!ber::walk(data.view(), limits.pdu_ber).ok()) return;
  const auto read = parse_user_data(data);
  if (!read.ok()) return;
  require(!read->empty(), "user data without a value are taken");
  for (const Pdv& pdv : *read) {
    if (!one_value(pdv.value)) continue;
    same_value(Slice(user_data(pdv.context, Chain(pdv.value)).flat()), pdv);
  }
}

void abort(const Slice& data) {
  const Abort read = parse_abort(data);
  require(!read.by_user || !read.reason, "an abort of the user with a reason of the provider");
  require(read.by_user || read.user_data.empty(), "an abort of the provider with data of the user");
  if (read.reason && *read.reason >= 0 && *read.reason <= 6) {
    const auto reason = static_cast<AbortReason>(*read.reason);
    require(parse_abort(Slice(encode_arp(reason))).reason == read.reason, "the reason of an ARP changes");
  }
  if (read.user_data.empty() || !one_value(read.user_data.front().value)) return;
  const Pdv& pdv = read.user_data.front();
  const Abort again = parse_abort(Slice(encode_aru({pdv.context}, pdv.context, pdv.value.view())));
  require(again.by_user && again.user_data.size() == 1 && again.user_data.front().context == pdv.context &&
              equal(again.user_data.front().value.view(), pdv.value.view()),
          "an ARU is another");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  using Case = void (*)(const Slice&);
  constexpr Case cases[] = {cp, cpa, cpr, user_data_values, abort};
  const Slice octets(to_octets(View(data + 1, size - 1)));
  const fuzz::Memory memory(size);
  cases[data[0] % std::size(cases)](octets);
  return 0;
}
