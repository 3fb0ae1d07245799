// List (X.413 8.2.3).
#include <algorithm>
#include <memory>

#include "service/copied.hpp"
#include "service/session.hpp"

namespace x400::mstore::service {

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
  auto storage = std::make_shared<Copied>();
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
