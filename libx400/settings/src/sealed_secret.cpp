#include "x400/settings/sealed_secret.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <memory>

#include "base64.hpp"

namespace x400::settings {
namespace {

constexpr std::string_view prefix = "sealed$1$";
constexpr std::size_t key_octets = 32, nonce_octets = 12, tag_octets = 16;
constexpr std::size_t shortest_line = 32, longest_line = 1024;

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

// Key, nonce and owner are set; what follows is the text.
Cipher begin(const Secret& key, View nonce, std::string_view owner, bool encrypt) {
  Cipher cipher(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  int size = 0;
  const bool begun =
      cipher &&
      EVP_CipherInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.octets().data(), nonce.data(),
                        encrypt ? 1 : 0) == 1 &&
      EVP_CipherUpdate(cipher.get(), nullptr, &size, view(owner).data(), static_cast<int>(owner.size())) == 1;
  return begun ? std::move(cipher) : Cipher(nullptr, EVP_CIPHER_CTX_free);
}

Error failed() { return Error(ErrorKind::internal, "OpenSSL: AES-256-GCM failed"); }

}  // namespace

Result<std::string> SealKey::make_line() {
  Octets octets(key_octets);
  if (RAND_bytes(octets.data(), static_cast<int>(octets.size())) != 1)
    return Error(ErrorKind::internal, "OpenSSL gives no random octets");
  std::string line = to_base64(octets);
  OPENSSL_cleanse(octets.data(), octets.size());
  return line;
}

Result<SealKey> SealKey::read(const std::filesystem::path& file) {
  X400_TRY(line, read_secret_file(file, longest_line));
  const View octets = line.octets();
  if (octets.size() < shortest_line)
    return Error(ErrorKind::invalid,
                 file.string() + " is too short for a key; make one with: mstorectl seal-key");
  Octets key(key_octets);
  if (EVP_Digest(octets.data(), octets.size(), key.data(), nullptr, EVP_sha256(), nullptr) != 1)
    return Error(ErrorKind::internal, "OpenSSL cannot make a hash");
  return SealKey(Secret(std::move(key)));
}

Result<std::string> SealKey::seal(const Secret& secret, std::string_view owner) const {
  Octets out(nonce_octets + secret.octets().size() + tag_octets);
  if (RAND_bytes(out.data(), static_cast<int>(nonce_octets)) != 1) return failed();
  const Cipher cipher = begin(key_, View(out).first(nonce_octets), owner, true);
  if (!cipher) return failed();
  const View text = secret.octets();
  std::uint8_t* const to = out.data() + nonce_octets;
  int size = 0, last = 0;
  if (EVP_CipherUpdate(cipher.get(), to, &size, text.data(), static_cast<int>(text.size())) != 1 ||
      EVP_CipherFinal_ex(cipher.get(), to + size, &last) != 1 ||
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(tag_octets),
                          to + text.size()) != 1)
    return failed();
  return std::string(prefix) + to_base64(out);
}

Result<Secret> SealKey::open(std::string_view sealed, std::string_view owner) const {
  const Error bad(ErrorKind::malformed,
                  "not a sealed password (sealed$1$...); make one with: mstorectl password-seal");
  if (!sealed.starts_with(prefix)) return bad;
  auto read = from_base64(sealed.substr(prefix.size()));
  if (!read.ok() || read->size() < nonce_octets + tag_octets) return bad;
  Octets& octets = *read;
  const Cipher cipher = begin(key_, View(octets).first(nonce_octets), owner, false);
  if (!cipher) return failed();
  const std::size_t size = octets.size() - nonce_octets - tag_octets;
  std::uint8_t* const from = octets.data() + nonce_octets;
  Octets text(size + 1);
  int got = 0, last = 0;
  const bool right = EVP_CipherUpdate(cipher.get(), text.data(), &got, from, static_cast<int>(size)) == 1 &&
                     EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(tag_octets),
                                         from + size) == 1 &&
                     EVP_CipherFinal_ex(cipher.get(), text.data() + got, &last) == 1;
  if (!right) OPENSSL_cleanse(text.data(), text.size());
  text.resize(size);
  if (!right)
    return Error(ErrorKind::refused, "the sealed password is of another key or of another owner, or damaged");
  return Secret(std::move(text));
}

}  // namespace x400::settings
