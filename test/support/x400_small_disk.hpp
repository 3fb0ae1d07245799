// A file system of a few MiB (tmpfs), that can really be full. It needs the right to mount.
#pragma once

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

namespace x400::test {

class SmallDisk {
 public:
  /// Mounted on `folder`, which is there.
  SmallDisk(std::filesystem::path folder, unsigned mebibytes) : folder_(std::move(folder)) {
    const std::string size = "size=" + std::to_string(mebibytes) + "m,mode=0700";
    if (::mount("tmpfs", folder_.c_str(), "tmpfs", 0, size.c_str()) == 0)
      mounted_ = true;
    else
      why_not_ = std::strerror(errno);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    if (mounted_) ::umount2(folder_.c_str(), MNT_DETACH);
  }

  bool ok() const { return mounted_; }
  /// "no small disk: Operation not permitted; nothing was tested"
  std::string why_not() const { return "no small disk: " + why_not_ + "; nothing was tested"; }

  /// Somebody else takes all that is left.
  void fill() const {
    const int fd = ::open((folder_ / "others").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const std::vector<char> octets(64 * 1024, 'x');
    std::size_t n = octets.size();
    while (n > 0)
      if (::write(fd, octets.data(), n) <= 0) n /= 2;
    ::close(fd);
  }
  /// And gives it back.
  void empty() const { std::filesystem::remove(folder_ / "others"); }

 private:
  const std::filesystem::path folder_;
  bool mounted_ = false;
  std::string why_not_;
};

}  // namespace x400::test
