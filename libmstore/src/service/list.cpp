// List (X.413 8.2.3).
#include <algorithm>
#include <memory>
#include <span>

#include "service/session.hpp"

namespace x400::mstore::service {

namespace {

// Octets of the attributes of many entries, which are not kept themselves: they are several times as big.
class ListStorage {
 public:
  View keep(View octets) {
    if (octets.size() > room_.size()) {
      const std::size_t size = std::max(octets.size(), block);
      blocks_.push_back(std::make_unique_for_overwrite<std::uint8_t[]>(size));
      room_ = {blocks_.back().get(), size};
    }
    std::copy(octets.begin(), octets.end(), room_.begin());
    const View kept = room_.first(octets.size());
    room_ = room_.subspan(octets.size());
    return kept;
  }

 private:
  static constexpr std::size_t block = 16 * 1024;
  std::vector<std::unique_ptr<std::uint8_t[]>> blocks_;
  std::span<std::uint8_t> room_;
};

}  // namespace

Outcome<Listed> Session::list(const ms::ListArgument& argument) {
  if (auto refused = unknown_extension(argument.extensions, nullptr, "list")) return std::move(*refused);
  const ms::EntryInformationSelection selection = argument.requested_attributes
                                                      ? merged(*argument.requested_attributes)
                                                      : default_selection(Purpose::list);
  X400_TRY(want, this->want(argument.entry_class, argument.selector,
                            argument.requested_attributes ? &selection : nullptr, Purpose::list, "list"));
  const std::size_t most = std::min<std::size_t>(want.limit.value_or(engine_->options.entries_per_list),
                                                 engine_->options.entries_per_list);
  want.limit = static_cast<std::uint32_t>(most);

  Listed listed;
  auto storage = std::make_shared<ListStorage>();
  std::vector<backend::NumberRange> unread;
  Selection entries(backend(), mailbox_->number, want, needs_attributes(selection));
  for (;;) {
    auto next = entries.next();
    if (!next.ok()) return failure(next.error(), where("list"));
    if (!*next) break;
    Entry& entry = **next;
    if (listed.result.requested.size() == most) {
      listed.result.next = entry.row().number;
      break;
    }
    auto info = information(entry, selection, options_.edition, false);
    if (!info.ok()) return failure(info.error(), where("list"));
    for (View& attribute : info->attributes) attribute = storage->keep(attribute);
    listed.result.requested.push_back(std::move(*info));
    const SequenceNumber number = entry.row().number;
    if (entry.row().status == backend::RetrievalStatus::new_entry) unread.push_back({number, number});
  }
  engine_->raise_status(mailbox_->number, std::move(unread), backend::RetrievalStatus::listed);
  listed.storage = std::move(storage);
  return listed;
}

}  // namespace x400::mstore::service
