// RTSE's APDUs: the first octet chooses RTORQ, RTOAC, RTORJ, RTTP or RTAB.
#include "rtse/apdu.hpp"

#include "layers/layer.hpp"

using namespace x400;
using namespace x400::osi;
using namespace x400::osi::rtse;
using fuzz::one_value;
using fuzz::require;

namespace {

constexpr std::int64_t largest = 0xffffffff;

template <Result<Open> (*parse)(const Slice&), Octets (*encode)(const ReliableTransfer&, View)>
void open(const Slice& apdu) {
  const auto read = parse(apdu);
  if (!read.ok()) return;
  require(read->checkpoint >= 0 && read->window >= 1, "sizes that cannot be");
  require(!read->recover || read->user_data.empty(), "a recovery with data of the user");
  if (read->recover || read->checkpoint > largest || read->window > largest) return;
  if (!read->user_data.empty() && !one_value(read->user_data)) return;
  const ReliableTransfer sizes{static_cast<std::uint32_t>(read->checkpoint),
                               static_cast<std::uint32_t>(read->window), false};
  const auto again = parse(Slice(encode(sizes, read->user_data.view())));
  require(
      again.ok() && again->checkpoint == read->checkpoint && again->window == read->window && !again->recover,
      "an opening is another");
  require(equal(again->user_data.view(), read->user_data.view()), "data of an opening change");
}

void refused(const Slice& apdu) {
  const auto read = parse_rtorj(apdu);
  if (!read.ok() || (!read->user_data.empty() && !one_value(read->user_data))) return;
  std::optional<RefuseReason> reason;
  if (read->reason && *read->reason >= 0 && *read->reason <= 3)
    reason = static_cast<RefuseReason>(*read->reason);
  const auto again = parse_rtorj(Slice(encode_rtorj(reason, read->user_data.view())));
  require(again.ok() && again->reason.has_value() == reason.has_value(), "a refusal is another");
  require(!reason || again->reason == static_cast<std::int64_t>(*reason), "the reason of a refusal changes");
  require(equal(again->user_data.view(), read->user_data.view()), "data of a refusal change");
}

void turn(const Slice& apdu) {
  const std::int64_t n = priority(apdu.view());
  require(priority(encode_rttp(n)) == n, "the priority of a turn changes");
}

void ended(const Slice& apdu) {
  const auto reason = abort_reason(apdu.view());
  if (!reason || *reason < 0 || *reason > 7) return;
  require(abort_reason(encode_rtab(static_cast<AbortReason>(*reason))) == reason,
          "the reason of an RTAB changes");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  using Case = void (*)(const Slice&);
  constexpr Case cases[] = {open<parse_rtorq, encode_rtorq>, open<parse_rtoac, encode_rtoac>, refused, turn,
                            ended};
  const Slice octets(to_octets(View(data + 1, size - 1)));
  if (!ber::walk(octets.view(), Limits{}.bind_ber).ok()) return 0;
  const fuzz::Memory memory(size);
  cases[data[0] % std::size(cases)](octets);
  return 0;
}
