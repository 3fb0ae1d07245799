#include "space/cataloguer.hpp"

#include "log/catalogue.hpp"
#include "space/spare.hpp"

namespace x400::mstore::space {

using namespace storage;

Result<std::optional<std::uint64_t>> Cataloguer::step() {
  for (const Segment& segment : segments_.all()) {
    const std::uint64_t key = file_key(segment.header.segment, segment.header.generation);
    if (segment.end == 0 || done_.contains(key)) continue;
    auto octets = write(segment);
    if (!octets.ok()) return octets.error();
    done_.insert(key);
    if (*octets != 0) return std::optional(*octets);
  }
  return std::optional<std::uint64_t>();
}

Result<std::uint64_t> Cataloguer::write(const Segment& segment) {
  X400_TRY(file, segments_.env().open(segments_.path(segment.header), OpenMode::write));
  X400_TRY(there, has_catalogue(*file, segment.header, segment.end));
  if (there) return 0;
  X400_TRY(octets, make_catalogue(*file, segment, segments_.env().now()));
  if (!octets) return 0;
  X400_CHECK(spare(segments_.env(), segments_.folder(), octets->size()));
  // Behind it nothing may follow: zeroes left by a failure to cut would hide nothing, but take room.
  X400_CHECK(file->truncate(segment.end));
  X400_CHECK(file->write(segment.end, *octets));
  X400_CHECK(file->sync());
  written_ += octets->size();
  return octets->size();
}

}  // namespace x400::mstore::space
