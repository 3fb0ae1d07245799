// Contents: reading those in the log, and the files of large ones.
//
// A large content is a file of its plain octets, named by its id; its checksums stand in the entry's record.
// It is written and synced, with its folder, before the record that names it.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "backend/types.hpp"
#include "env/env.hpp"
#include "log/format.hpp"

namespace x400::mstore::storage {

/// What ContentWriter::finish gives: in memory when small, else a file, removed unless keep() is called.
class Spooled final : public backend::SpooledContent {
 public:
  Spooled(Env& env, Path path) : env_(env), path_(std::move(path)) {}
  ~Spooled() override;
  std::uint64_t size() const override { return header.content_size; }
  Result<Octets> read(std::uint64_t offset, std::uint64_t count) const override;
  /// For one entry only; false: another one has it.
  bool claim() { return !claimed_.exchange(true); }
  void release() { claimed_.store(false); }
  /// It belongs to an entry now.
  void keep() { kept_.store(true); }

  RecordHeader header;               ///< only what describes the content
  Octets octets;                     ///< when content_file is 0
  std::shared_ptr<const File> file;  ///< else

 private:
  Env& env_;
  const Path path_;
  std::atomic<bool> claimed_{false};
  std::atomic<bool> kept_{false};
};

/// The folder of large contents. Threads: any.
class LargeContents {
 public:
  /// Ids given are larger than any of an earlier epoch.
  LargeContents(Env& env, Path folder, std::uint32_t epoch, std::uint64_t threshold)
      : env_(env), folder_(std::move(folder)), threshold_(threshold), next_(make_lsn(epoch, 1)) {}

  Result<std::unique_ptr<backend::ContentWriter>> writer();
  Result<std::shared_ptr<Spooled>> spool(View octets);
  Result<std::shared_ptr<const File>> open(std::uint64_t id);
  Status remove(std::uint64_t id) { return env_.remove(path(id)); }
  Result<std::vector<std::uint64_t>> ids();
  std::uint64_t threshold() const { return threshold_; }
  static std::string file_name(std::uint64_t id);

 private:
  class Writer;
  Path path(std::uint64_t id) const { return folder_ / file_name(id); }

  Env& env_;
  const Path folder_;
  const std::uint64_t threshold_;
  std::atomic<std::uint64_t> next_;
};

/// Whose content it is and where, for errors.
struct ContentName {
  backend::MailboxNumber mailbox = 0;
  backend::SequenceNumber number = 0;
  std::uint32_t segment = 0;
  std::uint32_t generation = 0;
  std::uint64_t offset = 0;
  std::uint64_t content_file = 0;  ///< 0: in the segment
  std::string instead;             ///< said in place of all that, where it is not empty

  std::string text() const;
};

/// Octets in a file, under checksums for each content_block.
struct CheckedOctets {
  std::shared_ptr<const File> file;
  std::uint64_t base = 0;  ///< of the content in the file
  std::uint64_t size = 0;
  std::vector<std::uint32_t> crcs;
  ContentName name;
  std::function<void(const Error&)> damaged;  ///< told of what does not hold; may be null
  backend::HeldOctets loaded;                 ///< all of it, where it was read together with the record

  Result<Octets> read(std::uint64_t offset, std::uint64_t count) const;
  /// The same, not copied from `loaded`.
  Result<backend::HeldOctets> hold(std::uint64_t offset, std::uint64_t count) const;

 private:
  Result<backend::HeldOctets> checked(std::uint64_t offset, std::uint64_t count) const;
  Result<backend::HeldOctets> blocks(std::uint64_t begin, std::uint64_t end) const;
};

/// The content of an entry: all of `octets`, or a slice.
class EntryContent final : public backend::Content {
 public:
  explicit EntryContent(CheckedOctets octets) : octets_(std::move(octets)), size_(octets_.size) {}
  EntryContent(CheckedOctets octets, backend::ContentSlice slice)
      : octets_(std::move(octets)), offset_(slice.offset), size_(slice.size) {}
  std::uint64_t size() const override { return size_; }
  Result<Octets> read(std::uint64_t offset, std::uint64_t count) const override;
  Result<backend::HeldOctets> whole() const override { return octets_.hold(offset_, size_); }

 private:
  CheckedOctets octets_;
  std::uint64_t offset_ = 0;
  std::uint64_t size_ = 0;
};

}  // namespace x400::mstore::storage
