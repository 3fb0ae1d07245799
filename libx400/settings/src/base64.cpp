#include "base64.hpp"

#include <openssl/evp.h>

namespace x400::settings {

std::string to_base64(View octets) {
  std::string text(4 * ((octets.size() + 2) / 3) + 1, '\0');
  const int n = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), octets.data(),
                                static_cast<int>(octets.size()));
  text.resize(static_cast<std::size_t>(n));
  return text;
}

Result<Octets> from_base64(std::string_view text) {
  const Error bad(ErrorKind::malformed, "not base64");
  if (text.empty() || text.size() % 4 != 0 || text.size() > 1024) return bad;
  Octets octets(text.size() / 4 * 3);
  const int n = EVP_DecodeBlock(octets.data(), reinterpret_cast<const unsigned char*>(text.data()),
                                static_cast<int>(text.size()));
  if (n < 0) return bad;
  const std::size_t pad = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  octets.resize(octets.size() - pad);
  if (to_base64(octets) != text) return bad;
  return octets;
}

}  // namespace x400::settings
