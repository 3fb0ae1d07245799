#include "x400/settings/secret.hpp"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace x400::settings {
namespace {

// Closes what it holds; the descriptor is only read from, so that nothing can fail there.
struct Descriptor {
  explicit Descriptor(int opened) : fd(opened) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
  int fd;
};

Error system_error(const std::filesystem::path& file) {
  return Error(ErrorKind::io, "cannot read " + file.string() + ": " + std::strerror(errno));
}

// Reads up to `most` octets into one buffer of that size, so that no outgrown copy stays behind.
Result<Octets> read_up_to(int fd, std::size_t most, const std::filesystem::path& file) {
  Octets octets(most);
  std::size_t got = 0;
  while (got < most) {
    const ssize_t n = ::read(fd, octets.data() + got, most - got);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return system_error(file);
    if (n == 0) break;
    got += static_cast<std::size_t>(n);
  }
  octets.resize(got);
  return octets;
}

}  // namespace

Secret& Secret::operator=(const Secret& other) {
  if (this == &other) return *this;
  wipe();
  octets_ = other.octets_;
  return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  wipe();
  octets_ = std::move(other.octets_);
  return *this;
}

bool Secret::matches(View other) const {
  // Digests have one length, so that the time tells nothing of the secret's.
  std::uint8_t own[EVP_MAX_MD_SIZE] = {}, others[EVP_MAX_MD_SIZE] = {};
  unsigned size = 0;
  const bool made = EVP_Digest(octets_.data(), octets_.size(), own, &size, EVP_sha256(), nullptr) == 1 &&
                    EVP_Digest(other.data(), other.size(), others, &size, EVP_sha256(), nullptr) == 1;
  const bool same = made && CRYPTO_memcmp(own, others, size) == 0;
  OPENSSL_cleanse(own, sizeof own);
  return same;
}

void Secret::wipe() {
  octets_.resize(octets_.capacity());
  if (!octets_.empty()) OPENSSL_cleanse(octets_.data(), octets_.size());
  octets_.clear();
}

Result<Secret> read_secret_file(const std::filesystem::path& file, std::size_t most) {
  const Descriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (in.fd < 0) return system_error(file);
  struct stat about {};
  if (::fstat(in.fd, &about) != 0) return system_error(file);
  if (S_ISDIR(about.st_mode)) return Error(ErrorKind::io, file.string() + " is a folder, not a file");
  if ((about.st_mode & S_IRWXO) != 0)
    return Error(ErrorKind::refused,
                 file.string() + " holds a secret and is open to everybody; run: chmod o= " + file.string());
  X400_TRY(octets, read_up_to(in.fd, most + 3, file));
  if (!octets.empty() && octets.back() == '\n') octets.pop_back();
  if (!octets.empty() && octets.back() == '\r') octets.pop_back();
  Secret secret(std::move(octets));
  const View v = secret.octets();
  if (v.empty()) return Error(ErrorKind::invalid, file.string() + " is empty; write the password into it");
  if (v.size() > most)
    return Error(ErrorKind::invalid, file.string() + " holds more than " + std::to_string(most) + " octets");
  if (std::find(v.begin(), v.end(), '\n') != v.end())
    return Error(ErrorKind::invalid, file.string() + " holds more than one line; a secret is one line");
  return secret;
}

}  // namespace x400::settings
