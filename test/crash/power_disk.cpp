// power_disk IMAGE FOLDER: a disk whose power can be cut. FOLDER/disk has the size of IMAGE and shows its
// octets; what is written stays in memory until the disk is told to flush, and only then reaches IMAGE.
//
//   SIGUSR1   power cut: some of the sectors not flushed reach IMAGE, in any order; X400_SEED says which
//   SIGUSR2   power cut: none does
//
// After the cut every call fails. Serves in the foreground until FOLDER is unmounted.
#define FUSE_USE_VERSION 31
#include <fcntl.h>
#include <fuse3/fuse.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <random>
#include <thread>

namespace {

constexpr std::size_t sector_size = 512;
using Sector = std::array<char, sector_size>;
constexpr const char* disk_name = "/disk";

class Disk {
 public:
  bool open(const char* image) {
    image_ = ::open(image, O_RDWR | O_CLOEXEC);
    struct stat st {};
    if (image_ < 0 || ::fstat(image_, &st) != 0) return false;
    size_ = st.st_size;
    return true;
  }
  off_t size() const { return size_; }

  int read(char* into, std::size_t count, off_t offset) {
    const std::lock_guard lock(mutex_);
    if (dead_) return -EIO;
    for (std::size_t done = 0; done < count;) {
      const Part part = part_at(offset + static_cast<off_t>(done), count - done);
      Sector octets;
      if (!load(part.sector, octets)) return -EIO;
      std::memcpy(into + done, octets.data() + part.begin, part.count);
      done += part.count;
    }
    return static_cast<int>(count);
  }

  int write(const char* from, std::size_t count, off_t offset) {
    const std::lock_guard lock(mutex_);
    if (dead_) return -EIO;
    for (std::size_t done = 0; done < count;) {
      const Part part = part_at(offset + static_cast<off_t>(done), count - done);
      Sector octets;
      if (!load(part.sector, octets)) return -EIO;
      std::memcpy(octets.data() + part.begin, from + done, part.count);
      held_[part.sector] = octets;
      done += part.count;
    }
    return static_cast<int>(count);
  }

  int flush() {
    const std::lock_guard lock(mutex_);
    if (dead_) return -EIO;
    for (const auto& [number, octets] : held_)
      if (!store(number, octets)) return -EIO;
    held_.clear();
    ++flushes_;
    return 0;
  }

  void cut(bool some) {
    const std::lock_guard lock(mutex_);
    const char* seed = std::getenv("X400_SEED");
    std::mt19937_64 dice(seed != nullptr ? std::strtoull(seed, nullptr, 10) : 1);
    std::size_t kept = 0;
    if (some)
      for (const auto& [number, octets] : held_)
        if (dice() % 2 == 0 && store(number, octets)) ++kept;
    dead_ = true;
    ::fsync(image_);
    std::fprintf(stderr, "power cut after %zu flushes: %zu of %zu sectors kept\n", flushes_, kept,
                 held_.size());
  }

 private:
  struct Part {
    off_t sector;
    std::size_t begin, count;
  };
  static Part part_at(off_t at, std::size_t left) {
    const auto begin = static_cast<std::size_t>(at) % sector_size;
    return {at / static_cast<off_t>(sector_size), begin, std::min(left, sector_size - begin)};
  }
  static off_t place(off_t number) { return number * static_cast<off_t>(sector_size); }
  bool load(off_t number, Sector& into) const {
    if (const auto held = held_.find(number); held != held_.end()) {
      into = held->second;
      return true;
    }
    return ::pread(image_, into.data(), sector_size, place(number)) == static_cast<ssize_t>(sector_size);
  }
  bool store(off_t number, const Sector& octets) const {
    return ::pwrite(image_, octets.data(), sector_size, place(number)) == static_cast<ssize_t>(sector_size);
  }

  std::mutex mutex_;
  int image_ = -1;
  off_t size_ = 0;
  std::map<off_t, Sector> held_;
  std::size_t flushes_ = 0;
  bool dead_ = false;
};

Disk disk;

int get_attributes(const char* path, struct stat* st, fuse_file_info*) {
  *st = {};
  if (std::strcmp(path, "/") == 0) {
    st->st_mode = S_IFDIR | 0700;
    st->st_nlink = 2;
    return 0;
  }
  if (std::strcmp(path, disk_name) != 0) return -ENOENT;
  st->st_mode = S_IFREG | 0600;
  st->st_nlink = 1;
  st->st_size = disk.size();
  return 0;
}

int read_folder(const char*, void* buffer, fuse_fill_dir_t fill, off_t, fuse_file_info*, fuse_readdir_flags) {
  for (const char* name : {".", "..", disk_name + 1})
    fill(buffer, name, nullptr, 0, static_cast<fuse_fill_dir_flags>(0));
  return 0;
}

// Past the page cache: what a file system writes must come here when it says so.
int open_disk(const char*, fuse_file_info* info) {
  info->direct_io = 1;
  return 0;
}

void wait_for_cut(sigset_t cuts) {
  int number = 0;
  if (::sigwait(&cuts, &number) == 0) disk.cut(number == SIGUSR1);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 || !disk.open(argv[1])) {
    std::fprintf(stderr, "usage: power_disk IMAGE FOLDER\n");
    return 2;
  }
  sigset_t cuts;
  sigemptyset(&cuts);
  sigaddset(&cuts, SIGUSR1);
  sigaddset(&cuts, SIGUSR2);
  pthread_sigmask(SIG_BLOCK, &cuts, nullptr);
  std::thread(wait_for_cut, cuts).detach();
  fuse_operations operations{};
  operations.getattr = get_attributes;
  operations.readdir = read_folder;
  operations.open = open_disk;
  operations.read = [](const char*, char* into, std::size_t count, off_t offset, fuse_file_info*) {
    return disk.read(into, count, offset);
  };
  operations.write = [](const char*, const char* from, std::size_t count, off_t offset, fuse_file_info*) {
    return disk.write(from, count, offset);
  };
  operations.fsync = [](const char*, int, fuse_file_info*) { return disk.flush(); };
  char foreground[] = "-f", single[] = "-s";
  char* arguments[] = {argv[0], foreground, single, argv[2]};
  return fuse_main(4, arguments, &operations, nullptr);
}
