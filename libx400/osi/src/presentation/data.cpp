#include "presentation/data.hpp"

#include <limits>

#include "x400/ber/reader.hpp"

namespace x400::osi::presentation {
namespace {

using ber::context;
using ber::Element;
using ber::Reader;

constexpr ber::Tag fully_encoded = ber::application(1);
// What a value costs here is far more than its ten octets or so; peers send one.
constexpr std::size_t most_values = 256;

constexpr ber::Tag single_asn1 = context(0), octet_aligned = context(1), arbitrary = context(2);

Fault bad(const Error& e) { return {AbortReason::invalid_parameter, e.text()}; }
Error malformed(const char* what) { return Error(ErrorKind::malformed, what); }

Result<ContextId> read_context(const Element& e) {
  X400_TRY(n, ber::read_integer(e));
  if (n < std::numeric_limits<ContextId>::min() || n > std::numeric_limits<ContextId>::max())
    return malformed("presentation context identifier out of range");
  return static_cast<ContextId>(n);
}

Result<Slice> read_value(const Slice& whole, const Element& e) {
  if (e.tag == single_asn1) {
    if (!e.constructed) return malformed("single-ASN1-type in primitive form");
    return whole.part(e.content);
  }
  if (e.tag == octet_aligned) {
    if (!e.constructed) return whole.part(e.content);
    X400_TRY(joined, ber::read_octets(e));
    return Slice(std::move(joined));
  }
  if (e.tag == arbitrary) {
    X400_TRY(bits, ber::read_bits(e));
    if (bits.unused != 0) return malformed("arbitrary value that does not end with an octet");
    return Slice(std::move(bits.octets));
  }
  return malformed("presentation data value with an unknown encoding");
}

Result<Pdv> read_pdv(const Slice& whole, const Element& list) {
  if (list.tag != ber::tags::sequence || !list.constructed) return malformed("PDV-list is no SEQUENCE");
  Reader r(list.content);
  X400_CHECK(r.next_if(ber::tags::oid));
  X400_TRY(id, r.expect(ber::tags::integer));
  X400_TRY(context, read_context(id));
  X400_TRY(encoding, r.next());
  X400_CHECK(r.finish());
  X400_TRY(value, read_value(whole, encoding));
  return Pdv{context, std::move(value)};
}

Result<std::vector<Pdv>> read_pdvs(const Slice& whole, View content) {
  std::vector<Pdv> all;
  Reader r(content);
  while (!r.at_end()) {
    if (all.size() == most_values) return Error(ErrorKind::limit, "too many values in one user data");
    X400_TRY(list, r.next());
    X400_TRY(pdv, read_pdv(whole, list));
    all.push_back(std::move(pdv));
  }
  if (all.empty()) return malformed("user data without a value");
  return all;
}

Octets pdv_header(ContextId context_id, std::size_t value_size) {
  ber::Writer id;
  id.integer(ber::tags::integer, context_id);
  const std::size_t list = id.size() + ber::value_size(single_asn1, value_size);
  ber::Writer w;
  w.header(fully_encoded, true, ber::value_size(ber::tags::sequence, list));
  w.header(ber::tags::sequence, true, list);
  w.raw(id.octets());
  w.header(single_asn1, true, value_size);
  return std::move(w).take();
}

}  // namespace

const ber::Oid& basic_encoding() {
  static const ber::Oid oid{2, 1, 1};
  return oid;
}

Result<std::vector<Pdv>, Fault> parse_user_data(const Slice& user_data) {
  auto header = ber::read_header(user_data.view());
  if (!header.ok()) return Fault{AbortReason::unrecognised_ppdu, header.error().text()};
  if (header->tag == ber::application(0))
    return Fault{AbortReason::invalid_parameter, "simply-encoded data with several contexts defined"};
  if (header->tag != fully_encoded || !header->constructed)
    return Fault{AbortReason::unrecognised_ppdu, "user data with tag " + ber::to_string(header->tag)};
  auto e = ber::read_one(user_data.view());
  if (!e.ok()) return bad(e.error());
  auto all = read_pdvs(user_data, e->content);
  if (!all.ok()) return bad(all.error());
  return std::move(*all);
}

Chain user_data(ContextId context, Chain value) {
  Chain out(pdv_header(context, value.size()));
  out.add(std::move(value));
  return out;
}

void put_user_data(ber::Writer& w, ContextId context, View value) {
  w.raw(pdv_header(context, value.size()));
  w.raw(value);
}

Octets encode_aru(const std::vector<ContextId>& contexts, ContextId acse, View abrt) {
  ber::Writer w;
  w.constructed(context(0), [&] {
    w.constructed(context(0), [&] {
      for (const ContextId id : contexts)
        w.constructed(ber::tags::sequence, [&] {
          w.integer(ber::tags::integer, id);
          w.oid(basic_encoding());
        });
    });
    put_user_data(w, acse, abrt);
  });
  return std::move(w).take();
}

Octets encode_arp(AbortReason reason) {
  ber::Writer w;
  w.constructed(ber::tags::sequence, [&] { w.integer(context(0), static_cast<int>(reason)); });
  return std::move(w).take();
}

Abort parse_abort(const Slice& data) {
  Abort abort;
  auto e = ber::read_one(data.view());
  if (!e.ok()) return abort;
  Reader r(e->content);
  abort.by_user = e->tag == context(0);
  while (!r.at_end()) {
    auto inner = r.next();
    if (!inner.ok()) break;
    if (!abort.by_user && inner->tag == context(0)) {
      if (auto reason = ber::read_integer(*inner); reason.ok()) abort.reason = *reason;
    } else if (abort.by_user && inner->tag == fully_encoded) {
      if (auto pdvs = read_pdvs(data, inner->content); pdvs.ok()) abort.user_data = std::move(*pdvs);
    }
  }
  return abort;
}

}  // namespace x400::osi::presentation
