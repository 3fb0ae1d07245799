#include "engine_store.hpp"

#include <fmt/format.h>
#include <unistd.h>

namespace bench {

using namespace x400;

Result<std::unique_ptr<EngineStore>> EngineStore::make(const std::filesystem::path& under,
                                                       unsigned mailboxes) {
  std::unique_ptr<EngineStore> made(new EngineStore);
  made->folder_ = under / fmt::format("bench-engine-{}", ::getpid());
  std::error_code ec;
  std::filesystem::remove_all(made->folder_, ec);
  mstore::Options options;
  options.folder = made->folder_;
  X400_TRY(store, mstore::Store::open(options));
  made->store_ = std::move(store);
  for (unsigned i = 0; i < mailboxes; ++i) {
    const asn1::ORAddress address = address_of(i);
    mstore::MailboxSettings settings;
    settings.id = fmt::format("user{}", i);
    settings.or_addresses = {asn1::ORName{address, {}}.encode()};
    X400_TRY(number, made->store_->create_mailbox(settings));
    made->mailboxes_.push_back(number);
    made->envelopes_.push_back(Numbered::envelope({address}));
  }
  return made;
}

EngineStore::~EngineStore() {
  store_.reset();
  std::error_code ec;
  std::filesystem::remove_all(folder_, ec);
}

mstore::MessageDelivery EngineStore::delivery(std::uint64_t n, const osi::Slice& content) const {
  const std::size_t to = n % mailboxes_.size();
  return {mailboxes_[to], envelopes_[to].with(n), mstore::Content::shared(content.view(), content.owner())};
}

}  // namespace bench
