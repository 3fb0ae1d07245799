#include "x400/asn1/credentials.hpp"

namespace x400::asn1 {
namespace {

constexpr std::size_t max_password = 1024;

template <class T>
Result<Credentials> kept(const ber::Element& e, std::string_view what) {
  if (!e.constructed) return Error(ErrorKind::malformed, std::string(what) + " in primitive form");
  return Credentials(T{to_octets(e.whole)});
}

}  // namespace

void write(ber::Writer& w, const Credentials& credentials) {
  if (const auto* password = std::get_if<Password>(&credentials)) {
    w.primitive(password->octet_string ? ber::tags::octet_string : ber::tags::ia5_string,
                View(password->octets));
  } else if (const auto* strong = std::get_if<StrongCredentials>(&credentials)) {
    w.raw(strong->encoded);
  } else {
    w.raw(std::get<ProtectedPassword>(credentials).encoded);
  }
}

Result<Credentials> read_credentials(const ber::Element& element) {
  if (element.tag == ber::context(0)) return kept<StrongCredentials>(element, "strong credentials");
  if (element.tag == ber::context(1)) return kept<ProtectedPassword>(element, "protected credentials");
  const bool octets = element.tag == ber::tags::octet_string;
  if (!octets && element.tag != ber::tags::ia5_string)
    return Error(ErrorKind::malformed, "credentials with tag " + ber::to_string(element.tag));
  X400_TRY(password, ber::read_octets(element));
  if (password.size() > max_password) return Error(ErrorKind::limit, "password too long");
  return Credentials(Password{std::move(password), octets});
}

}  // namespace x400::asn1
