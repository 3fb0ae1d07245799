#include "x400/settings/password_hash.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <array>
#include <charconv>
#include <memory>
#include <vector>

#include "base64.hpp"

namespace x400::settings {
namespace {

using Cost = PasswordHash::Cost;

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

Status check_cost(const Cost& cost) {
  const bool power = cost.n >= 2 && (cost.n & (cost.n - 1)) == 0;
  if (!power || cost.n > (1ULL << 20) || cost.r < 1 || cost.r > 32 || cost.p < 1 || cost.p > 16)
    return Error(ErrorKind::limit,
                 "scrypt cost out of bounds: N a power of two up to 1048576, r 1 to 32, p 1 to 16");
  if (128 * cost.n * cost.r > PasswordHash::most_memory)
    return Error(ErrorKind::limit, "scrypt cost needs more than 256 MiB a check");
  return Ok{};
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> fields;
  for (std::size_t start = 0;;) {
    const std::size_t end = text.find('$', start);
    fields.push_back(text.substr(start, end - start));
    if (end == std::string_view::npos) return fields;
    start = end + 1;
  }
}

Result<Octets> derive(View password, View salt, const Cost& cost, std::size_t size) {
  const std::unique_ptr<EVP_KDF, decltype(&EVP_KDF_free)> kdf(EVP_KDF_fetch(nullptr, "SCRYPT", nullptr),
                                                              EVP_KDF_free);
  if (!kdf) return Error(ErrorKind::internal, "OpenSSL offers no scrypt");
  const std::unique_ptr<EVP_KDF_CTX, decltype(&EVP_KDF_CTX_free)> context(EVP_KDF_CTX_new(kdf.get()),
                                                                          EVP_KDF_CTX_free);
  if (!context) return Error(ErrorKind::internal, "OpenSSL: no memory for scrypt");
  std::uint64_t n = cost.n, memory = PasswordHash::most_memory + (64ULL << 20);
  std::uint32_t r = cost.r, p = cost.p;
  // An empty password still needs an address: OpenSSL takes a null pointer for "not set".
  static const std::uint8_t none = 0;
  const std::array params{
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_PASSWORD,
                                        const_cast<std::uint8_t*>(password.empty() ? &none : password.data()),
                                        password.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, const_cast<std::uint8_t*>(salt.data()),
                                        salt.size()),
      OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_N, &n),
      OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_R, &r),
      OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_P, &p),
      OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &memory),
      OSSL_PARAM_construct_end()};
  Octets out(size);
  if (EVP_KDF_derive(context.get(), out.data(), out.size(), params.data()) != 1)
    return Error(ErrorKind::internal, "OpenSSL: scrypt failed, out of memory?");
  return out;
}

}  // namespace

Result<PasswordHash> PasswordHash::make(View password, Cost cost) {
  X400_CHECK(check_cost(cost));
  PasswordHash made;
  made.cost_ = cost;
  made.salt_.resize(salt_size);
  if (RAND_bytes(made.salt_.data(), static_cast<int>(made.salt_.size())) != 1)
    return Error(ErrorKind::internal, "OpenSSL gives no random octets");
  X400_TRY(hash, derive(password, made.salt_, cost, hash_size));
  made.hash_ = std::move(hash);
  return made;
}

Result<PasswordHash> PasswordHash::parse(std::string_view text) {
  const auto field = split(text);
  const Error bad(ErrorKind::malformed,
                  "not a password hash (scrypt$N$r$p$SALT$HASH); make one with: mstorectl password-hash");
  if (field.size() != 6 || field[0] != "scrypt") return bad;
  PasswordHash made;
  if (!read_number(field[1], made.cost_.n) || !read_number(field[2], made.cost_.r) ||
      !read_number(field[3], made.cost_.p))
    return bad;
  X400_CHECK(check_cost(made.cost_));
  auto salt = from_base64(field[4]);
  auto hash = from_base64(field[5]);
  if (!salt.ok() || !hash.ok() || salt->size() < 8 || hash->size() < 16) return bad;
  made.salt_ = std::move(*salt);
  made.hash_ = std::move(*hash);
  return made;
}

std::string PasswordHash::text() const {
  return "scrypt$" + std::to_string(cost_.n) + "$" + std::to_string(cost_.r) + "$" + std::to_string(cost_.p) +
         "$" + to_base64(salt_) + "$" + to_base64(hash_);
}

Result<bool> PasswordHash::check(View password) const {
  X400_TRY(derived, derive(password, salt_, cost_, hash_.size()));
  return CRYPTO_memcmp(derived.data(), hash_.data(), hash_.size()) == 0;
}

}  // namespace x400::settings
