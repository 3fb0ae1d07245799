// Delete (X.413 8.2.5): all or nothing, main entries with their children.
#include <algorithm>
#include <set>

#include "service/quotas.hpp"
#include "service/removal.hpp"
#include "service/session.hpp"
#include "x400/asn1/oids.hpp"

namespace x400::mstore::service {

namespace {

using backend::RetrievalStatus;

// The rule that protects unread messages: in class delivery, an entry still new may not be deleted. `listed`
// is enough.
bool protected_by_status(const backend::Row& row) {
  return row.entry_class == backend::EntryClass::delivery && row.status == RetrievalStatus::new_entry;
}

}  // namespace

Outcome<std::vector<backend::Row>> Session::to_remove(const ms::DeleteArgument& argument) const {
  // The store makes no notification when something is deleted: that it shall not is done.
  const ber::Oid* known = &asn1::oids::ms_extension::prevent_nrn_generation;
  if (auto refused = unknown_extension(argument.extensions, known, "delete")) return std::move(*refused);
  std::vector<backend::Row> rows;
  if (const auto* selector = std::get_if<ms::Selector>(&argument.items)) {
    X400_TRY(want, this->want(argument.entry_class, *selector, nullptr, Purpose::list, "delete"));
    Selection entries(backend(), mailbox_->number, want, true);
    while (!want.limit || rows.size() < *want.limit) {
      auto next = entries.next();
      if (!next.ok()) return failure(next.error(), where("delete"));
      if (!*next) break;
      rows.push_back((*next)->row());
    }
    return rows;
  }
  X400_TRY(set, classes(argument.entry_class, "delete"));
  ms::SequenceNumberError missing;
  const auto& asked = std::get<std::vector<SequenceNumber>>(argument.items);
  for (const SequenceNumber number : std::set<SequenceNumber>(asked.begin(), asked.end())) {
    auto row = number == 0 || number > backend::max_sequence_number
                   ? Result<backend::Row>(Error(ErrorKind::not_found, "number out of range"))
                   : backend().row(mailbox_->number, backend::EntryBase::stored, number);
    if (!row.ok() && row.error().kind() != ErrorKind::not_found) return failure(row.error(), where("delete"));
    if (!row.ok() || !set.has(row->entry_class))
      missing.sequence_numbers.push_back(number);
    else
      rows.push_back(std::move(*row));
  }
  if (!missing.sequence_numbers.empty()) return failure(std::move(missing), where("delete"));
  return rows;
}

// Leaves the main entries in `rows`. By selector, children go with a main entry that is selected too.
std::optional<Failure> Session::may_remove(std::vector<backend::Row>& rows, bool selected) const {
  const bool skip_new = selected && engine_->options.rules.delete_selector_skips_new;
  std::set<SequenceNumber> covered;
  for (const backend::Row& row : rows)
    for (std::uint32_t i = 1; row.parent == 0 && i <= row.descendants; ++i) covered.insert(row.number + i);
  ms::DeleteError error;
  std::vector<backend::Row> mains;
  for (backend::Row& row : rows) {
    if (row.parent != 0) {
      if (!selected || !covered.contains(row.number))
        error.problems.push_back({ms::DeleteProblem::child_entry_specified, row.number});
    } else if (!protected_by_status(row)) {
      mains.push_back(std::move(row));
    } else if (!skip_new) {
      error.problems.push_back(
          {e94() ? ms::DeleteProblem::new_entry_specified : ms::DeleteProblem::delete_restriction_problem,
           row.number});
    }
  }
  if (!error.problems.empty()) return failure(std::move(error), where("delete"));
  rows = std::move(mains);
  return std::nullopt;
}

void Session::remove(const ms::DeleteArgument& argument, RemoveCompletion completion) {
  auto rows = to_remove(argument);
  if (!rows.ok()) return completion(rows.error());
  if (auto refused = may_remove(*rows, std::holds_alternative<ms::Selector>(argument.items)))
    return completion(std::move(*refused));
  ms::DeleteResult result;
  if (rows->empty()) return completion(std::move(result));
  if (e94())
    for (const backend::Row& row : *rows) result.entries_deleted.push_back(row.number);
  Removal change = removal(*engine_, *mailbox_, *rows, RemovedBy::user);
  auto then = [engine = engine_.get(), mailbox = mailbox_, quotas = change.set.quotas,
               result = std::move(result), completion = std::move(completion),
               text = where("delete")](backend::CommitResult done) mutable {
    if (done.ok()) {
      watch_quotas(*engine, mailbox, quotas, *done);
      return completion(std::move(result));
    }
    const backend::Refusal& refusal = done.error();
    // Another association was faster.
    if (refusal.error.kind() == ErrorKind::not_found && refusal.number != 0)
      return completion(failure(ms::SequenceNumberError{{refusal.number}}, text));
    completion(failure(refusal.error, text));
  };
  backend().commit(std::move(change.set), std::move(then));
}

}  // namespace x400::mstore::service
