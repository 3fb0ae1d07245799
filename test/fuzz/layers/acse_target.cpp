// ACSE's APDUs: the first octet chooses AARQ, AARE, ABRT or a bind value, the rest is what stood on the
// presentation context of ACSE.
#include "acse/apdu.hpp"

#include <limits>

#include "layers/layer.hpp"

using namespace x400;
using namespace x400::osi;
using namespace x400::osi::acse;
using fuzz::one_value;
using fuzz::require;

namespace {

// The first EXTERNAL, if we would send such a one.
std::optional<Information> first(const std::vector<External>& all) {
  if (all.empty() || !all.front().context || !one_value(all.front().value)) return {};
  const std::int64_t context = *all.front().context;
  if (context < std::numeric_limits<ContextId>::min() || context > std::numeric_limits<ContextId>::max())
    return {};
  return Information{static_cast<ContextId>(context), all.front().value.view()};
}

void same(const std::vector<External>& read, const std::optional<Information>& sent) {
  require(read.size() == (sent ? 1 : 0), "user information comes or goes");
  if (!sent) return;
  require(read.front().context == sent->context && equal(read.front().value.view(), sent->value),
          "user information changes");
}

void request(const Slice& apdu) {
  const auto read = parse_aarq(apdu);
  if (!read.ok()) return;
  const auto information = first(read->user_information);
  const auto again = parse_aarq(Slice(encode_aarq(read->context_name, information)));
  require(again.ok() && again->version_1 && again->context_name == read->context_name, "an AARQ is another");
  same(again->user_information, information);
}

void response(const Slice& apdu) {
  const auto read = parse_aare(apdu);
  if (!read.ok() || read->context_name.empty()) return;
  const auto information = first(read->user_information);
  const auto outcome = static_cast<Outcome>(read->result & 3);
  const auto again =
      parse_aare(Slice(encode_aare(read->context_name, outcome, read->diagnostic, information)));
  require(again.ok() && again->result == (read->result & 3) && again->context_name == read->context_name,
          "an AARE is another");
  require(again->diagnostic.provider == read->diagnostic.provider &&
              again->diagnostic.code == read->diagnostic.code,
          "the diagnostic changes");
  same(again->user_information, information);
}

void ended(const Slice& apdu) {
  const Abrt read = parse_abrt(apdu);
  const auto information = first(read.user_information);
  const Abrt again = parse_abrt(Slice(encode_abrt(read.source, information)));
  require(again.source == read.source, "the source of an ABRT changes");
  same(again.user_information, information);
}

void bind_value(const Slice& value) {
  for (const ber::Tag tag : {bind_argument, bind_result, bind_error}) {
    const auto inner = open_bind(value, tag);
    if (!inner.ok()) continue;
    const auto again = open_bind(Slice(put_bind(tag, inner->view())), tag);
    require(again.ok() && equal(again->view(), inner->view()), "a bind value changes");
  }
  if (const auto external = parse_external(value); external.ok() && external->value.empty())
    require(!one_value(external->value), "an empty value is one");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  using Case = void (*)(const Slice&);
  constexpr Case cases[] = {request, response, ended, bind_value};
  const Slice octets(to_octets(View(data + 1, size - 1)));
  // Those before the bind are walked by the presentation layer.
  if (!ber::walk(octets.view(), Limits{}.bind_ber).ok()) return 0;
  const fuzz::Memory memory(size);
  cases[data[0] % std::size(cases)](octets);
  return 0;
}
