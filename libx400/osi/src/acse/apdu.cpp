#include "acse/apdu.hpp"

#include "x400/ber/reader.hpp"
#include "x400/ber/writer.hpp"

namespace x400::osi::acse {
namespace {

using ber::context;
using ber::Element;
using ber::Reader;

constexpr ber::Tag context_name_tag = context(1), user_information_tag = context(30);

Error malformed(const char* what) { return Error(ErrorKind::malformed, what); }

Result<ber::Oid> read_context_name(const Element& e) {
  Reader r(e.content);
  X400_TRY(name, r.expect(ber::tags::oid));
  X400_CHECK(r.finish());
  return ber::read_oid(name);
}

Result<External> read_external(const Slice& apdu, const Element& e) {
  External external;
  Reader r(e.content);
  while (!r.at_end()) {
    X400_TRY(inner, r.next());
    if (inner.tag == ber::tags::integer) {
      X400_TRY(n, ber::read_integer(inner));
      external.context = n;
    } else if (inner.tag == context(0)) {
      external.value = apdu.part(inner.content);
    } else if (inner.tag == context(1)) {
      X400_TRY(octets, ber::read_octets(inner));
      external.value = Slice(std::move(octets));
    } else if (inner.tag != ber::tags::oid && inner.tag != ber::tags::object_descriptor) {
      return malformed("EXTERNAL with an unknown field");
    }
  }
  return external;
}

Result<std::vector<External>> read_user_information(const Slice& apdu, const Element& e) {
  std::vector<External> all;
  Reader r(e.content);
  while (!r.at_end()) {
    X400_TRY(inner, r.expect(ber::tags::external));
    X400_TRY(external, read_external(apdu, inner));
    all.push_back(std::move(external));
  }
  return all;
}

// result-source-diagnostic: [1] user or [2] provider, an INTEGER inside.
Result<Diagnostic> read_diagnostic(const Element& e) {
  X400_TRY(choice, Reader(e.content).next());
  X400_TRY(number, Reader(choice.content).expect(ber::tags::integer));
  X400_TRY(code, ber::read_integer(number));
  if (code < 0 || code > 255) return malformed("diagnostic out of range");
  return Diagnostic{choice.tag == context(2), static_cast<int>(code)};
}

Result<Element> open(const Slice& apdu, ber::Tag tag) {
  X400_TRY(e, ber::read_one(apdu.view()));
  if (e.tag != tag || !e.constructed) return malformed("another APDU");
  return e;
}

void put_context_name(ber::Writer& w, const ber::Oid& name) {
  w.constructed(context_name_tag, [&] { w.oid(name); });
}

void put_information(ber::Writer& w, const std::optional<Information>& information) {
  if (!information) return;
  w.constructed(user_information_tag, [&] {
    w.constructed(ber::tags::external, [&] {
      w.integer(ber::tags::integer, information->context);
      w.constructed(context(0), [&] { w.raw(information->value); });
    });
  });
}

Octets encode_release(ber::Tag tag) {
  ber::Writer w;
  w.constructed(tag, [&] { w.integer(context(0), 0); });
  return std::move(w).take();
}

}  // namespace

const ber::Oid& abstract_syntax() {
  static const ber::Oid oid{2, 2, 1, 0, 1};
  return oid;
}

Result<External> parse_external(const Slice& value) {
  X400_TRY(e, open(value, ber::tags::external));
  return read_external(value, e);
}

Result<Aarq> parse_aarq(const Slice& apdu) {
  X400_TRY(whole, open(apdu, aarq));
  Aarq a;
  Reader r(whole.content);
  while (!r.at_end()) {
    X400_TRY(e, r.next());
    if (e.tag == context(0)) {
      X400_TRY(bits, ber::read_bits(e));
      a.version_1 = bits.test(0);
    } else if (e.tag == context_name_tag) {
      X400_TRY(name, read_context_name(e));
      a.context_name = std::move(name);
    } else if (e.tag == context(6)) {
      a.calling_ap_title = apdu.part(e.content);
    } else if (e.tag == user_information_tag) {
      X400_TRY(information, read_user_information(apdu, e));
      a.user_information = std::move(information);
    }
  }
  if (a.context_name.empty()) return malformed("AARQ without application context name");
  return a;
}

Result<Aare> parse_aare(const Slice& apdu) {
  X400_TRY(whole, open(apdu, aare));
  Aare a;
  bool result = false;
  Reader r(whole.content);
  while (!r.at_end()) {
    X400_TRY(e, r.next());
    if (e.tag == context_name_tag) {
      X400_TRY(name, read_context_name(e));
      a.context_name = std::move(name);
    } else if (e.tag == context(2)) {
      X400_TRY(number, Reader(e.content).expect(ber::tags::integer));
      X400_TRY(value, ber::read_integer(number));
      a.result = value;
      result = true;
    } else if (e.tag == context(3)) {
      X400_TRY(diagnostic, read_diagnostic(e));
      a.diagnostic = diagnostic;
    } else if (e.tag == user_information_tag) {
      X400_TRY(information, read_user_information(apdu, e));
      a.user_information = std::move(information);
    }
  }
  if (!result) return malformed("AARE without result");
  return a;
}

bool is(View apdu, ber::Tag tag) {
  auto e = ber::read_one(apdu);
  return e.ok() && e->tag == tag;
}

Result<Slice> open_bind(const Slice& value, ber::Tag tag, const ber::Limits& limits) {
  X400_CHECK(ber::walk(value.view(), limits));
  X400_TRY(e, ber::read_one(value.view()));
  if (e.tag != tag || !e.constructed) return malformed("user information is not the bind value expected");
  X400_TRY(inner, ber::read_one(e.content));
  if (inner.tag.cls != ber::Class::universal) return malformed("bind value without its own tag");
  return value.part(inner.whole);
}

Octets put_bind(ber::Tag tag, View bind) {
  ber::Writer w;
  w.constructed(tag, [&] { w.raw(bind); });
  return std::move(w).take();
}

Octets encode_aarq(const ber::Oid& context_name, const std::optional<Information>& information) {
  ber::Writer w;
  w.constructed(aarq, [&] {
    put_context_name(w, context_name);
    put_information(w, information);
  });
  return std::move(w).take();
}

Octets encode_aare(const ber::Oid& context_name, Outcome outcome, Diagnostic diagnostic,
                   const std::optional<Information>& information) {
  ber::Writer w;
  w.constructed(aare, [&] {
    put_context_name(w, context_name);
    w.constructed(context(2), [&] { w.integer(ber::tags::integer, static_cast<int>(outcome)); });
    w.constructed(context(3), [&] {
      w.constructed(context(diagnostic.provider ? 2 : 1),
                    [&] { w.integer(ber::tags::integer, diagnostic.code); });
    });
    put_information(w, information);
  });
  return std::move(w).take();
}

Octets encode_rlrq() { return encode_release(rlrq); }
Octets encode_rlre() { return encode_release(rlre); }

Octets encode_abrt(AbortSource source, const std::optional<Information>& information) {
  ber::Writer w;
  w.constructed(abrt, [&] {
    w.integer(context(0), static_cast<int>(source));
    put_information(w, information);
  });
  return std::move(w).take();
}

Abrt parse_abrt(const Slice& apdu) {
  Abrt out;
  auto e = ber::read_one(apdu.view());
  if (!e.ok() || e->tag != abrt) return out;
  Reader r(e->content);
  while (!r.at_end()) {
    auto field = r.next();
    if (!field.ok()) break;
    if (field->tag == context(0)) {
      auto source = ber::read_integer(*field);
      if (source.ok() && *source == 1) out.source = AbortSource::provider;
    } else if (field->tag == user_information_tag) {
      if (auto information = read_user_information(apdu, *field); information.ok())
        out.user_information = std::move(*information);
    }
  }
  return out;
}

}  // namespace x400::osi::acse
