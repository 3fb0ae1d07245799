#include "files.hpp"

#include <openssl/evp.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace x400::corpus {
namespace {

struct Close {
  void operator()(std::FILE* f) const { std::fclose(f); }
};
using File = std::unique_ptr<std::FILE, Close>;

Error failed(const std::filesystem::path& path) {
  const ErrorKind kind = errno == ENOENT ? ErrorKind::not_found : ErrorKind::io;
  return Error(kind, path.string() + ": " + std::strerror(errno));
}

}  // namespace

Result<Octets> read_file(const std::filesystem::path& path) {
  const File f(std::fopen(path.c_str(), "rb"));
  if (!f) return failed(path);
  Octets out;
  std::uint8_t block[65536];
  while (const std::size_t n = std::fread(block, 1, sizeof block, f.get())) append(out, View(block, n));
  if (std::ferror(f.get()) != 0) return failed(path);
  return out;
}

Status write_file(const std::filesystem::path& path, View octets) {
  File f(std::fopen(path.c_str(), "wb"));
  if (!f) return failed(path);
  const bool written = std::fwrite(octets.data(), 1, octets.size(), f.get()) == octets.size();
  if (std::fclose(f.release()) != 0 || !written) return failed(path);
  return Ok{};
}

std::string sha256(View octets) {
  std::uint8_t digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_Digest(octets.data(), octets.size(), digest, &size, EVP_sha256(), nullptr);
  return to_hex(View(digest, size));
}

}  // namespace x400::corpus
