#include "delivering.hpp"

namespace bench {

using namespace x400;
namespace operations = access::operations;

Status fill(const Place& place, unsigned mailbox, std::uint64_t first, std::uint64_t count,
            const osi::Slice& content) {
  constexpr std::size_t window = 48;
  access::Runtime runtime(1);
  X400_TRY(association, place.mta(runtime));
  const Numbered argument = Numbered::argument_head(address_of(mailbox), content.size());
  std::vector<access::Pending<access::Outcome>> begun;
  std::size_t oldest = 0;
  const auto settle = [&]() -> Status {
    const auto outcome = begun[oldest++].get();
    if (!outcome.is_result()) return Error(ErrorKind::unavailable, access::to_string(outcome));
    return Ok{};
  };
  for (std::uint64_t i = 0; i < count; ++i) {
    osi::Chain whole(argument.with(first + i));
    whole.add(content);
    begun.push_back(association->invoke(operations::message_delivery, std::move(whole)));
    if (begun.size() - oldest >= window) X400_CHECK(settle());
  }
  while (oldest < begun.size()) X400_CHECK(settle());
  return Ok{};
}

}  // namespace bench
