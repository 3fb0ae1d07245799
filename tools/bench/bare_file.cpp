#include "bare_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace bench {

using namespace x400;

Fd::~Fd() {
  if (fd_ >= 0) ::close(fd_);
}

Error failed(const char* what) {
  return Error(ErrorKind::io, std::string(what) + ": " + std::strerror(errno));
}

Result<BareFile> BareFile::make(const std::filesystem::path& folder, bool filled) {
  const auto path = folder / "floor";
  Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (file.get() < 0) return failed("open");
  BareFile made(path, std::move(file), filled);
  if (!filled) return made;
  const std::vector<std::uint8_t> zeroes(1 << 20);
  for (std::size_t at = 0; at < capacity; at += zeroes.size())
    if (::write(made.file_.get(), zeroes.data(), zeroes.size()) != static_cast<ssize_t>(zeroes.size()))
      return failed("fill");
  if (::fsync(made.file_.get()) != 0) return failed("fsync");
  return made;
}

BareFile::~BareFile() {
  std::error_code ec;
  if (file_.get() >= 0) std::filesystem::remove(path_, ec);
}

bool BareFile::append(const std::vector<std::uint8_t>& octets) {
  if (offset_ + octets.size() > capacity) {
    offset_ = 0;
    if (!filled_ && ::ftruncate(file_.get(), 0) != 0) return false;
  }
  const auto size = static_cast<ssize_t>(octets.size());
  if (::pwrite(file_.get(), octets.data(), octets.size(), static_cast<off_t>(offset_)) != size) return false;
  offset_ += octets.size();
  return ::fdatasync(file_.get()) == 0;
}

bool GroupFile::append(const std::vector<std::uint8_t>& octets) {
  std::unique_lock lock(mutex_);
  pending_.insert(pending_.end(), octets.begin(), octets.end());
  const std::uint64_t mine = ++queued_;
  while (synced_ < mine) {
    if (!syncing_) {
      lead(lock);
      continue;
    }
    done_.wait(lock);
  }
  return ok_;
}

void GroupFile::lead(std::unique_lock<std::mutex>& lock) {
  syncing_ = true;
  const std::vector<std::uint8_t> batch = std::exchange(pending_, {});
  const std::uint64_t upto = queued_;
  lock.unlock();
  const bool ok = file_.append(batch);
  lock.lock();
  ok_ = ok_ && ok;
  synced_ = upto;
  syncing_ = false;
  done_.notify_all();
}

}  // namespace bench
