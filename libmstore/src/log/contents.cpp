#include "log/contents.hpp"

#include <algorithm>
#include <charconv>

#include "log/crc32c.hpp"

namespace x400::mstore::storage {

Spooled::~Spooled() {
  // What stays behind is found as an orphan at the next open.
  if (header.content_file != 0 && !kept_.load()) (void)env_.remove(path_).ok();
}

Result<Octets> Spooled::read(std::uint64_t offset, std::uint64_t count) const {
  if (header.content_file == 0) {
    if (offset >= octets.size()) return Octets{};
    return to_octets(View(octets).subspan(offset, std::min<std::uint64_t>(count, octets.size() - offset)));
  }
  CheckedOctets whole;
  whole.file = file;
  whole.size = header.content_size;
  whole.crcs = header.block_crcs;
  whole.name.instead = path_.string();
  return whole.read(offset, count);
}

class LargeContents::Writer final : public backend::ContentWriter {
 public:
  Writer(LargeContents& owner) : owner_(owner), id_(owner.next_.fetch_add(1)) {
    spooled_ = std::make_shared<Spooled>(owner.env_, owner.path(id_));
  }

  Status append(View octets) override {
    if (!spooled_) return Error(ErrorKind::invalid, "append behind finish");
    sum(octets);
    size_ += octets.size();
    x400::append(held_, octets);
    const std::size_t most = file_ ? chunk : owner_.threshold_;
    return held_.size() >= most ? flush() : Status(Ok{});
  }

  Result<std::shared_ptr<backend::SpooledContent>> finish() override {
    X400_TRY(spooled, finish_spooled());
    return std::shared_ptr<backend::SpooledContent>(std::move(spooled));
  }

  Result<std::shared_ptr<Spooled>> finish_spooled() {
    if (!spooled_) return Error(ErrorKind::invalid, "finish twice");
    auto spooled = std::move(spooled_);
    if (block_size_ > 0) crcs_.push_back(block_crc_);
    if (file_) {
      spooled->header.content_file = id_;
      X400_CHECK(flush());
      X400_CHECK(file_->sync());
      X400_CHECK(owner_.env_.sync_folder(owner_.folder_));
      spooled->file = file_;
    } else {
      spooled->octets = std::move(held_);
    }
    spooled->header.content_size = size_;
    spooled->header.block_crcs = std::move(crcs_);
    return spooled;
  }

  ~Writer() override {
    if (spooled_ && file_) spooled_->header.content_file = id_;  // its destructor removes the file
  }

 private:
  static constexpr std::size_t chunk = 256 * 1024;

  void sum(View octets) {
    while (!octets.empty()) {
      const std::size_t n = std::min<std::size_t>(octets.size(), content_block - block_size_);
      block_crc_ = crc32c(octets.first(n), block_crc_);
      block_size_ += n;
      octets = octets.subspan(n);
      if (block_size_ < content_block) continue;
      crcs_.push_back(block_crc_);
      block_crc_ = 0;
      block_size_ = 0;
    }
  }

  Status flush() {
    if (!file_) {
      X400_TRY(file, owner_.env_.open(owner_.path(id_), OpenMode::create_new));
      file_ = std::move(file);
    }
    X400_CHECK(file_->write(written_, held_));
    written_ += held_.size();
    held_.clear();
    return Ok{};
  }

  LargeContents& owner_;
  const std::uint64_t id_;
  std::shared_ptr<Spooled> spooled_;
  std::shared_ptr<File> file_;
  Octets held_;
  std::uint64_t written_ = 0;
  std::uint64_t size_ = 0;
  std::uint32_t block_crc_ = 0;
  std::size_t block_size_ = 0;
  std::vector<std::uint32_t> crcs_;
};

Result<std::unique_ptr<backend::ContentWriter>> LargeContents::writer() {
  return std::unique_ptr<backend::ContentWriter>(std::make_unique<Writer>(*this));
}

Result<std::shared_ptr<Spooled>> LargeContents::spool(View octets) {
  Writer writer(*this);
  X400_CHECK(writer.append(octets));
  return writer.finish_spooled();
}

std::string LargeContents::file_name(std::uint64_t id) {
  std::string text;
  for (int shift = 60; shift >= 0; shift -= 4) text += "0123456789abcdef"[id >> shift & 15];
  return text;
}

Result<std::shared_ptr<const File>> LargeContents::open(std::uint64_t id) {
  X400_TRY(file, env_.open(path(id), OpenMode::read));
  return std::shared_ptr<const File>(std::move(file));
}

Result<std::vector<std::uint64_t>> LargeContents::ids() {
  X400_TRY(names, env_.list(folder_));
  std::vector<std::uint64_t> found;
  for (const std::string& name : names) {
    std::uint64_t id = 0;
    const auto [end, code] = std::from_chars(name.data(), name.data() + name.size(), id, 16);
    if (name.size() == 16 && code == std::errc{} && end == name.data() + name.size()) found.push_back(id);
  }
  return found;
}

std::string ContentName::text() const {
  if (!instead.empty()) return instead;
  std::string text = "mailbox " + std::to_string(mailbox) + ", entry " + std::to_string(number) +
                     ", segment " + segment_name(segment, generation) + " at " + std::to_string(offset);
  if (content_file != 0) text += ", file " + LargeContents::file_name(content_file);
  return text;
}

Result<backend::HeldOctets> CheckedOctets::blocks(std::uint64_t begin, std::uint64_t end) const {
  backend::HeldOctets held;
  if (loaded.owner) {
    held = {loaded.octets.subspan(begin, end - begin), loaded.owner};
  } else {
    auto octets = std::make_shared<Octets>(end - begin);
    X400_TRY(got, file->read(base + begin, *octets));
    if (got < octets->size())
      return Error(ErrorKind::corrupt, name.text() + ": content ends at " + std::to_string(begin + got) +
                                           " instead of " + std::to_string(size));
    held = {*octets, octets};
  }
  for (std::uint64_t at = begin; at < end; at += content_block) {
    const View block = held.octets.subspan(at - begin, std::min<std::uint64_t>(content_block, end - at));
    if (crc32c(block) != crcs[at / content_block])
      return Error(ErrorKind::corrupt, name.text() + ": content damaged in the block at " +
                                           std::to_string(at) + ", file offset " + std::to_string(base + at));
  }
  return held;
}

Result<backend::HeldOctets> CheckedOctets::hold(std::uint64_t offset, std::uint64_t count) const {
  auto held = checked(offset, count);
  if (damaged && !held.ok() && held.error().kind() == ErrorKind::corrupt) damaged(held.error());
  return held;
}

Result<backend::HeldOctets> CheckedOctets::checked(std::uint64_t offset, std::uint64_t count) const {
  if (offset >= size || count == 0) return backend::HeldOctets{};
  count = std::min(count, size - offset);
  const std::uint64_t begin = offset / content_block * content_block;
  const std::uint64_t end =
      std::min(size, (offset + count + content_block - 1) / content_block * content_block);
  X400_TRY(held, blocks(begin, end));
  held.octets = held.octets.subspan(offset - begin, count);
  return held;
}

Result<Octets> CheckedOctets::read(std::uint64_t offset, std::uint64_t count) const {
  X400_TRY(held, hold(offset, count));
  return to_octets(held.octets);
}

Result<Octets> EntryContent::read(std::uint64_t offset, std::uint64_t count) const {
  if (offset >= size_) return Octets{};
  return octets_.read(offset_ + offset, std::min(count, size_ - offset));
}

}  // namespace x400::mstore::storage
