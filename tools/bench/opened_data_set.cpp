#include "opened_data_set.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "bare_file.hpp"
#include "data_set.hpp"

namespace bench {

using namespace x400;

Result<OpenedDataSet> open_data_set(const Settings& settings) {
  X400_TRY(equal, equal_mailboxes(settings.data_set));
  OpenedDataSet set;
  mstore::Options options;
  options.folder = settings.data_set;
  options.create = false;
  options.ageing = false;
  X400_TRY(store, mstore::Store::open(options));
  set.store = std::move(store);
  std::vector<OpenedDataSet::Box> all;
  for (const mstore::Mailbox& m : set.store->mailboxes()) {
    X400_TRY(usage, set.store->usage(m.number));
    all.push_back({m.number, static_cast<unsigned>(all.size()), usage.delivery.entries});
  }
  if (all.size() <= equal) return Error(ErrorKind::invalid, settings.data_set.string() + " lacks mailboxes");
  const auto first = all.begin() + equal;
  set.equal.assign(all.begin(), first);
  set.curve.assign(first, all.end());
  return set;
}

Result<std::unique_ptr<mstore::Retrieval>> OpenedDataSet::session(const Box& box) const {
  mstore::RetrievalOptions options;
  options.mailbox = box.number;
  options.edition = asn1::Edition::e1994;
  return store->open_retrieval(options);
}

void cool(const std::filesystem::path& folder) {
  std::error_code ec;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, ec)) {
    if (!entry.is_regular_file(ec)) continue;
    const Fd file(::open(entry.path().c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) continue;
    ::fdatasync(file.get());  // only clean pages are given up
    ::posix_fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED);
  }
}

}  // namespace bench
