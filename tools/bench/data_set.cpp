#include "data_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <fstream>
#include <semaphore>
#include <thread>

#include "latencies.hpp"
#include "x400/asn1/ms/retrieval.hpp"
#include "x400/asn1/oids.hpp"
#include "x400/mstore/store.hpp"

namespace bench {

using namespace x400;

namespace {

constexpr std::uint32_t rounds = 10'000;
constexpr unsigned outstanding = 256;
constexpr const char* marker = "bench-data-set";  // beside the store's files: how many are equal

void say(const std::string& text) {
  fmt::print(stderr, "{}\n", text);
  std::fflush(stderr);
}

class Maker {
 public:
  Maker(mstore::Store& store, const DataSetMessages& messages) : store_(store), messages_(messages) {}

  Status add_mailbox(const DataSetBox& box) {
    mstore::MailboxSettings settings;
    settings.id = fmt::format("user{}", box.user);
    settings.or_addresses = {asn1::ORName{address_of(box.user), {}}.encode()};
    X400_TRY(number, store_.create_mailbox(settings));
    boxes_.push_back(box);
    numbers_.push_back(number);
    return Ok{};
  }

  // All mailboxes grow together, as they do in life.
  Status deliver(bool fresh) {
    const auto begin = Clock::now();
    std::uint64_t count = 0;
    for (std::uint64_t round = 0; round < rounds; ++round)
      for (std::size_t i = 0; i < boxes_.size(); ++i) {
        const std::uint64_t all = fresh ? boxes_[i].fresh : boxes_[i].processed;
        for (std::uint64_t n = all * round / rounds; n < all * (round + 1) / rounds; ++n, ++count)
          deliver_to(numbers_[i]);
      }
    for (unsigned i = 0; i < outstanding; ++i) room_.acquire();
    for (unsigned i = 0; i < outstanding; ++i) room_.release();
    if (failed_) return Error(ErrorKind::unavailable, "a delivery failed");
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    say(fmt::format("{} {} messages delivered in {:.0f} s", count, fresh ? "new" : "older", seconds));
    return Ok{};
  }

  Status process() {
    const auto begin = Clock::now();
    std::atomic<std::size_t> next{0};
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < 2; ++t)
      threads.emplace_back([&] {
        for (std::size_t i = next++; i < boxes_.size() && !failed_; i = next++)
          if (!process(numbers_[i], boxes_[i].processed).ok()) failed_ = true;
      });
    for (auto& t : threads) t.join();
    if (failed_) return Error(ErrorKind::unavailable, "a fetch failed");
    say(fmt::format("processed in {:.0f} s", std::chrono::duration<double>(Clock::now() - begin).count()));
    return Ok{};
  }

 private:
  void deliver_to(mstore::MailboxNumber mailbox) {
    room_.acquire();
    const std::uint64_t n = ++number_;
    const osi::Slice& content = messages_.content(n);
    store_.deliver({mailbox, messages_.envelope(n), mstore::Content::shared(content.view(), content.owner())},
                   [this](const mstore::DeliveryOutcome& outcome) {
                     if (!outcome.ok()) failed_ = true;
                     room_.release();
                   });
  }

  Status process(mstore::MailboxNumber mailbox, std::uint32_t count) {
    mstore::RetrievalOptions options;
    options.mailbox = mailbox;
    options.edition = asn1::Edition::e1994;
    X400_TRY(session, store_.open_retrieval(options));
    asn1::ms::FetchArgument argument;
    argument.requested_attributes =
        asn1::ms::EntryInformationSelection{{asn1::oids::attribute::content, {}, {}}};
    for (std::uint32_t n = 1; n <= count; ++n) {
      argument.item = n;
      auto fetched = session->fetch(argument);
      if (!fetched.ok()) return Error(ErrorKind::unavailable, fetched.error().log);
    }
    return Ok{};
  }

  mstore::Store& store_;
  const DataSetMessages& messages_;
  std::vector<DataSetBox> boxes_;
  std::vector<mstore::MailboxNumber> numbers_;
  std::counting_semaphore<> room_{outstanding};
  std::uint64_t number_ = 0;
  std::atomic<bool> failed_{false};
};

}  // namespace

std::vector<DataSetBox> boxes_of(const DataSetOptions& options) {
  std::vector<DataSetBox> boxes;
  for (unsigned i = 0; i < options.mailboxes; ++i) boxes.push_back({i, options.processed, options.fresh});
  const auto grow = [&](std::uint32_t count) {
    boxes.push_back({static_cast<unsigned>(boxes.size()), count - 10, 10});
  };
  for (const std::uint32_t count : {1'000U, 10'000U, 100'000U})
    if (count < options.big) grow(count);
  grow(options.big);
  return boxes;
}

Status make_data_set(const DataSetOptions& options) {
  std::error_code ec;
  if (std::filesystem::exists(options.folder, ec) && !std::filesystem::is_empty(options.folder, ec))
    return Error(ErrorKind::exists, options.folder.string() + " is not empty");
  X400_TRY(messages, DataSetMessages::make(options.size));
  mstore::Options store_options;
  store_options.folder = options.folder;
  X400_TRY(store, mstore::Store::open(store_options));
  Maker maker(*store, messages);
  for (const DataSetBox& box : boxes_of(options)) X400_CHECK(maker.add_mailbox(box));
  X400_CHECK(maker.deliver(false));
  X400_CHECK(maker.process());
  X400_CHECK(maker.deliver(true));
  X400_CHECK(store->close());
  std::ofstream(options.folder / marker) << options.mailboxes << '\n';
  return Ok{};
}

Result<unsigned> equal_mailboxes(const std::filesystem::path& folder) {
  std::ifstream file(folder / marker);
  unsigned count = 0;
  if (!(file >> count)) return Error(ErrorKind::invalid, folder.string() + " is no data set, or half of one");
  return count;
}

}  // namespace bench
