// Selection: the entries a Selector means, one after the other, and the attributes of them that are wanted.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "backend/backend.hpp"
#include "service/filter.hpp"
#include "service/plan.hpp"
#include "x400/asn1/ms/retrieval.hpp"

namespace x400::mstore::service {

/// A Selector, checked.
struct Want {
  backend::ClassSet classes;
  bool with_children = false;
  backend::Order order = backend::Order::ascending;
  Box box;
  std::unique_ptr<const FilterNode> filter;
  std::optional<std::uint32_t> limit;
};

/// Steps over the entries in order, whatever the limit.
class Selection {
 public:
  /// `attributes`: the caller wants more of the entries than what the columns of the row make.
  Selection(backend::Backend& backend, backend::MailboxNumber mailbox, const Want& want, bool attributes);

  /// Null at the end. Errors: of the backend.
  Result<std::unique_ptr<Entry>> next();

 private:
  struct Pager {
    backend::Query query;
    backend::Page page;
    std::size_t at = 0;
    bool started = false, ended = false;
  };
  Result<backend::Row*> head(Pager& pager);

  backend::Backend& backend_;
  backend::MailboxNumber mailbox_;
  const Want& want_;
  std::vector<Pager> pagers_;
};

/// Whether all that the filter asks for are columns of the row.
bool needs_attributes(const FilterNode* filter);
bool needs_attributes(const ms::EntryInformationSelection& selection);

/// Whether associations of the edition may be given the type.
bool in_edition(const ber::Oid& type, Edition edition);

enum class Purpose { list, fetch };
/// Finds unknown types and those that the operation may not return.
void check_selection(const ms::EntryInformationSelection& selection, Purpose purpose, Edition edition,
                     Problems& problems);
/// The same type twice: merged, the wider wish counts.
ms::EntryInformationSelection merged(ms::EntryInformationSelection selection);

/// The attributes wanted of one entry, borrowing from it. `strict`: an attribute that cannot be read is an
/// error, else it is left out.
Result<ms::EntryInformation> information(Entry& entry, const ms::EntryInformationSelection& selection,
                                         Edition edition, bool strict);

/// Of `total` values the places [first, last) that are wanted.
struct Cut {
  std::size_t first = 0, last = 0;
  bool exceeded = false;  ///< count has cut some off
};
Cut cut(const ms::AttributeSelection& wanted, std::size_t total);
bool multi_valued(const ber::Oid& type);

}  // namespace x400::mstore::service
