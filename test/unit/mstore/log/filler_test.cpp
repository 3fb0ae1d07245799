// The filler: whole pieces ahead of the writer, never under it.
#include "log/filler.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <mutex>

using namespace x400;
using namespace x400::mstore;
using namespace x400::mstore::storage;

namespace {

constexpr std::uint64_t mib = 1u << 20;

struct Piece {
  std::uint64_t begin, end;
};

class RecordingFile final : public File {
 public:
  Result<std::size_t> read(std::uint64_t, std::span<std::uint8_t>) const override { return std::size_t{0}; }
  Status write(std::uint64_t offset, std::span<const View> parts) override {
    std::uint64_t size = 0;
    for (const View part : parts) size += part.size();
    const std::lock_guard lock(mutex_);
    pieces_.push_back({offset, offset + size});
    return Ok{};
  }
  Status sync() override {
    const std::lock_guard lock(mutex_);
    synced_ = pieces_.empty() ? 0 : pieces_.back().end;
    ++syncs_;
    changed_.notify_all();
    return Ok{};
  }
  Result<std::uint64_t> size() const override { return std::uint64_t{0}; }
  Status truncate(std::uint64_t) override { return Ok{}; }
  Status allocate(std::uint64_t) override { return Ok{}; }

  void wait_filled(std::uint64_t to) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return synced_ >= to; });
  }
  std::vector<Piece> pieces() const {
    const std::lock_guard lock(mutex_);
    return pieces_;
  }
  std::size_t syncs() const {
    const std::lock_guard lock(mutex_);
    return syncs_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Piece> pieces_;
  std::uint64_t synced_ = 0;
  std::size_t syncs_ = 0;
};

void append(Filler& filler, std::uint64_t& at, std::uint64_t size) {
  filler.before_write(at, at + size);
  at += size;
  filler.after_write(at);
}

}  // namespace

TEST_CASE("filler: behind many small writes it fills whole pieces, not one for each") {
  auto file = std::make_shared<RecordingFile>();
  constexpr std::uint64_t ahead = 4 * mib, segment = 64 * mib, start = 4096;
  std::uint64_t at = start;
  {
    Filler filler(ahead, segment, [](const Error&) {});
    filler.use(file, start);
    file->wait_filled(start + ahead);
    for (std::uint64_t i = 1; i <= 10; ++i) {
      while (at < start + i * mib) append(filler, at, 2048);
      file->wait_filled(start + i * mib + ahead);  // a writer that overtakes it would take its place
    }
    filler.use(nullptr, 0);
  }
  const auto pieces = file->pieces();
  REQUIRE(pieces.size() == 14);
  CHECK(file->syncs() == 14);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    CHECK(pieces[i].begin == start + i * mib);
    CHECK(pieces[i].end == start + (i + 1) * mib);
  }
}

TEST_CASE("filler: fills up to the end of the segment and no further") {
  auto file = std::make_shared<RecordingFile>();
  constexpr std::uint64_t segment = 6 * mib, start = 4096;
  std::uint64_t at = start;
  {
    Filler filler(4 * mib, segment, [](const Error&) {});
    filler.use(file, start);
    file->wait_filled(start + 4 * mib);
    while (at < start + 3 * mib) append(filler, at, 4096);
    file->wait_filled(segment);
    while (at + 4096 <= segment) append(filler, at, 4096);
    filler.use(nullptr, 0);
  }
  const auto pieces = file->pieces();
  CHECK(pieces.back().end == segment);
  for (std::size_t i = 1; i < pieces.size(); ++i) CHECK(pieces[i].begin == pieces[i - 1].end);
}

TEST_CASE("filler: what a large write has passed is not filled over") {
  auto file = std::make_shared<RecordingFile>();
  constexpr std::uint64_t start = 4096;
  std::uint64_t at = start;
  {
    Filler filler(4 * mib, 64 * mib, [](const Error&) {});
    filler.use(file, start);
    file->wait_filled(start + 4 * mib);
    const std::size_t before = file->pieces().size();
    filler.before_write(at, at + 20 * mib);  // no after_write: the next is large too
    at += 20 * mib;
    append(filler, at, 4096);
    file->wait_filled(at + 3 * mib);
    filler.use(nullptr, 0);
    const auto pieces = file->pieces();
    REQUIRE(pieces.size() > before);
    for (std::size_t i = before; i < pieces.size(); ++i) CHECK(pieces[i].begin >= at);
  }
}
