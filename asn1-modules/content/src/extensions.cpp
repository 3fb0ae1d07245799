#include "x400/content/extensions.hpp"

namespace x400::content {
namespace {

Result<Extension> read_extension(const Field& f) {
  if (f.type() != ber::tags::sequence)
    return Error(ErrorKind::malformed, "extension is " + to_string(f.type()) + ", not a SEQUENCE");
  ber::Reader r(f.contents());
  X400_TRY(oid, r.expect(ber::tags::oid));
  X400_TRY(type, ber::read_oid(oid));
  Extension x{std::move(type), std::nullopt, f};
  if (!r.at_end()) {
    X400_TRY(value, r.next());
    x.value = Field(value);
  }
  X400_CHECK(r.finish());
  return x;
}

}  // namespace

Result<Extensions> Extensions::read(const Field& set_of) {
  X400_TRY(members, set_of.members());
  Extensions out;
  out.all_.reserve(members.size());
  for (const Field& f : members) {
    X400_TRY(x, read_extension(f));
    out.all_.push_back(std::move(x));
  }
  return out;
}

const Extension* Extensions::find(const ber::Oid& type) const {
  for (const Extension& x : all_)
    if (x.type == type) return &x;
  return nullptr;
}

std::optional<Field> Extensions::value(const ber::Oid& type) const {
  const Extension* x = find(type);
  return x != nullptr ? x->value : std::nullopt;
}

}  // namespace x400::content
