// What the index keeps for cleaning: octets of each segment, dead ones, and where the dead lie.
#include <algorithm>

#include "index/writer.hpp"
#include "log/segments.hpp"

namespace x400::mstore::storage {
namespace {

std::int64_t signed_of(std::uint64_t v) { return static_cast<std::int64_t>(v); }

}  // namespace

Status IndexWriter::flush_space() {
  for (const auto& [segment, s] : space_) {
    X400_TRY(add,
             db_.prepare("INSERT INTO space VALUES(?1,?2,?3,?4,?5,?6,0) ON CONFLICT DO UPDATE SET "
                         "octets=octets+?3, dead=dead+?4, expiring=expiring+?5, expires=max(expires,?6)"));
    add.bind(1, segment).bind(2, s.generation).bind(3, s.octets).bind(4, s.dead);
    add.bind(5, s.expiring).bind(6, s.expires);
    X400_CHECK(add.run());
  }
  space_.clear();
  return Ok{};
}

Result<std::uint32_t> IndexWriter::generation(std::uint32_t segment) {
  if (const auto it = generations_.find(segment); it != generations_.end()) return it->second;
  X400_TRY(get, db_.prepare("SELECT generation FROM space WHERE segment=?1"));
  get.bind(1, segment);
  X400_TRY(found, get.step());
  return generations_[segment] = found ? static_cast<std::uint32_t>(get.integer(0)) : 0;
}

// The record of a removed entry lies on in its segment until that is cleaned. Of one that lay in an earlier
// generation it is gone already (the index was set back by a power cut, the segment was not).
Status IndexWriter::bury(const Tally& t) {
  X400_TRY(current, generation(segment_of_key(t.segment)));
  if (generation_of_key(t.segment) < current) return Ok{};
  space_[segment_of_key(t.segment)].dead += t.octets;
  X400_TRY(put, db_.prepare("INSERT OR IGNORE INTO graves VALUES(?1,?2)"));
  put.bind(1, stored_id(t.id)).bind(2, segment_of_key(t.segment));
  return put.run();
}

// So does the record of an item's value that is replaced or erased.
Status IndexWriter::bury_item(const IndexRecord& record, const ItemBody& body) {
  std::int64_t segment = 0;
  {
    X400_TRY(get,
             db_.prepare("SELECT segment,length(value) FROM items WHERE mailbox=?1 AND kind=?2 AND key=?3"));
    get.bind(1, record.header.mailbox).bind(2, body.kind).bind(3, body.key);
    X400_TRY(found, get.step());
    if (found) {
      segment = get.integer(0);
      space_[static_cast<std::uint32_t>(segment)].dead +=
          signed_of(item_record_size(body.key.size(), static_cast<std::uint64_t>(get.integer(1))));
    }
  }
  if (!body.value) space_[record.segment].dead += signed_of(record.header.record_size());
  if (segment == 0) return Ok{};
  X400_TRY(put, db_.prepare("INSERT OR IGNORE INTO item_graves VALUES(?1,?2,?3,?4)"));
  put.bind(1, record.header.mailbox).bind(2, body.kind).bind(3, body.key).bind(4, segment);
  return put.run();
}

}  // namespace x400::mstore::storage
