#include "fetching.hpp"

#include <atomic>
#include <latch>
#include <mutex>

#include "x400/asn1/ms/retrieval.hpp"
#include "x400/asn1/oids.hpp"

namespace bench {
namespace {

using namespace x400;
namespace operations = access::operations;

Octets argument_of(asn1::ms::SequenceNumber number) {
  asn1::ms::FetchArgument argument;
  argument.item = number;
  argument.requested_attributes =
      asn1::ms::EntryInformationSelection{{asn1::oids::attribute::content, {}, {}}};
  return argument.encode(asn1::Edition::e1994);
}

class Fetcher {
 public:
  Fetcher(const access::AssociationPtr& association, const FetchRun& run)
      : association_(association), run_(run), ended_(run.outstanding), end_(Clock::now() + run.time) {}

  void go() {
    const auto begin = Clock::now();
    const std::uint64_t at = next_++;
    if (begin >= end_ || failed_ || (at >= run_.count && !run_.again)) return ended_.count_down();
    const auto number = run_.first + static_cast<std::uint32_t>(at % run_.count);
    association_->invoke(operations::fetch, argument_of(number))
        .then([this, begin](const access::Outcome& outcome) { answered(begin, outcome); });
  }

  Result<FetchFigures> wait(Clock::time_point begin) {
    ended_.wait();
    if (failed_) return Error(ErrorKind::unavailable, "a fetch gave " + why_);
    figures_.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    return std::move(figures_);
  }

 private:
  void answered(Clock::time_point begin, const access::Outcome& outcome) {
    if (outcome.is_result()) {
      figures_.latencies.add(begin, Clock::now());
      figures_.octets += outcome.value().size();
    } else if (!failed_.exchange(true)) {
      why_ = access::to_string(outcome);
    }
    go();
  }

  access::AssociationPtr association_;
  const FetchRun run_;
  std::latch ended_;
  const Clock::time_point end_;
  std::atomic<std::uint64_t> next_{0};
  std::atomic<bool> failed_{false};
  std::string why_;
  FetchFigures figures_;  // of the association's strand
};

}  // namespace

Result<FetchFigures> fetch_contents(const access::AssociationPtr& association, const FetchRun& run) {
  const auto begin = Clock::now();
  Fetcher fetcher(association, run);
  for (unsigned i = 0; i < run.outstanding; ++i) fetcher.go();
  return fetcher.wait(begin);
}

}  // namespace bench
