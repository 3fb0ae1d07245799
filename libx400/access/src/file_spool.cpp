#include "x400/access/file_spool.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace x400::access {
namespace {

// Room is taken in advance: a write through a mapping cannot fail, it ends the process.
constexpr std::size_t first_room = 2u << 20, most_at_once = 16u << 20;

class File final : public osi::SpooledOctets {
 public:
  File(int fd, std::uint64_t keep_free) : fd_(fd), keep_free_(keep_free) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() override {
    if (octets_ != nullptr) ::munmap(octets_, room_);
    ::close(fd_);
  }

  View octets() const override { return {octets_, size_}; }

  bool append(View octets) override {
    if (octets.size() > room_ - size_ && !grow(size_ + octets.size())) return false;
    std::copy(octets.begin(), octets.end(), octets_ + size_);
    size_ += octets.size();
    return true;
  }

  void cut(std::size_t size) override { size_ = size; }

 private:
  bool grow(std::size_t least) {
    const std::size_t step = std::clamp(room_, first_room, most_at_once);
    const std::size_t room = (std::max(least, room_ + step) + first_room - 1) / first_room * first_room;
    if (!has_room(room - room_)) return false;
    if (::fallocate(fd_, 0, static_cast<off_t>(room_), static_cast<off_t>(room - room_)) != 0) return false;
    void* mapped = octets_ == nullptr ? ::mmap(nullptr, room, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0)
                                      : ::mremap(octets_, room_, room, MREMAP_MAYMOVE);
    if (mapped == MAP_FAILED) return false;
    octets_ = static_cast<std::uint8_t*>(mapped);
    room_ = room;
    return true;
  }

  bool has_room(std::size_t octets) const {
    struct statvfs st {};
    if (::fstatvfs(fd_, &st) != 0) return false;
    return std::uint64_t{st.f_bavail} * st.f_frsize >= keep_free_ + octets;
  }

  const int fd_;
  const std::uint64_t keep_free_;
  std::uint8_t* octets_ = nullptr;
  std::size_t size_ = 0;
  std::size_t room_ = 0;  // mapped and allocated
};

int open_nameless(const std::filesystem::path& folder) {
  return ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

Error cannot(const char* what, const std::filesystem::path& folder, int error) {
  return Error(ErrorKind::io, std::string(what) + " in " + folder.string() + ": " + std::strerror(error));
}

}  // namespace

Result<std::shared_ptr<FileSpool>> FileSpool::open(Options options) {
  const int fd = open_nameless(options.folder);
  if (fd < 0) return cannot("a file without a name", options.folder, errno);
  // What is emulated by writing is not room in advance on every file system; asked for as such.
  const int failed = ::fallocate(fd, 0, 0, 1) == 0 ? 0 : errno;
  ::close(fd);
  if (failed != 0 && failed != ENOSPC) return cannot("room in advance", options.folder, failed);
  return std::shared_ptr<FileSpool>(new FileSpool(std::move(options)));
}

std::unique_ptr<osi::SpooledOctets> FileSpool::open() {
  const int fd = open_nameless(options_.folder);
  if (fd < 0) return nullptr;
  return std::make_unique<File>(fd, options_.keep_free);
}

}  // namespace x400::access
