#include "x400/content/field.hpp"

#include "x400/ber/writer.hpp"

namespace x400::content {

Octets Field::encoded() const {
  if (e_.tag == type_) return to_octets(e_.whole);
  ber::Writer w(encoded_size());
  w.header(type_, e_.constructed, e_.content.size());
  w.raw(e_.content);
  return std::move(w).take();
}

std::size_t Field::encoded_size() const {
  return e_.tag == type_ ? e_.whole.size() : ber::value_size(type_, e_.content.size());
}

Result<std::vector<Field>> Field::members() const {
  if (!e_.constructed)
    return Error(ErrorKind::malformed, to_string(e_.tag) + " is primitive, values expected in it");
  std::vector<Field> out;
  ber::Reader r(e_.content);
  while (!r.at_end()) {
    X400_TRY(e, r.next());
    if (out.size() == max_members) return Error(ErrorKind::limit, "list of too many elements");
    out.emplace_back(e);
  }
  return out;
}

}  // namespace x400::content
