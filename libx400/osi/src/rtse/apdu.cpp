#include "rtse/apdu.hpp"

#include "x400/ber/reader.hpp"
#include "x400/ber/writer.hpp"

namespace x400::osi::rtse {
namespace {

using ber::context;
using ber::Element;
using ber::Reader;

constexpr ber::Tag rtorq = context(16), rtoac = context(17), rtorj = context(18), rtab = context(22);

Error malformed(const char* what) { return Error(ErrorKind::malformed, what); }

Result<Element> open(const Slice& apdu, ber::Tag tag) {
  X400_TRY(e, ber::read_one(apdu.view()));
  if (e.tag != tag || !e.constructed) return malformed("another RTSE APDU");
  return e;
}

// ConnectionData: open [0] ANY, or NULL in its place; recover [1].
Status read_connection_data(const Slice& apdu, const Element& e, Open& out) {
  Reader r(e.content);
  X400_TRY(choice, r.next());
  X400_CHECK(r.finish());
  if (choice.tag == context(1)) {
    out.recover = true;
    return Ok{};
  }
  if (choice.tag != context(0)) return malformed("connection data neither open nor recover");
  if (!choice.content.empty()) out.user_data = apdu.part(choice.content);
  return Ok{};
}

Result<Open> parse_open(const Slice& apdu, ber::Tag tag, ber::Tag connection_data) {
  X400_TRY(whole, open(apdu, tag));
  Open out;
  bool complete = false;
  Reader r(whole.content);
  while (!r.at_end()) {
    X400_TRY(e, r.next());
    if (e.tag == connection_data) {
      if (complete) return malformed("RTSE connection data twice");
      X400_CHECK(read_connection_data(apdu, e, out));
      complete = true;
    } else if (e.tag == context(0)) {
      X400_TRY(n, ber::read_integer(e));
      out.checkpoint = n;
    } else if (e.tag == context(1)) {
      X400_TRY(n, ber::read_integer(e));
      out.window = n;
    } else if (e.tag == context(2)) {  // RTORQ: its RTOAC has the connection data here
      X400_TRY(n, ber::read_integer(e));
      out.two_way_alternate = n == 1;
    }
  }
  if (!complete) return malformed("RTSE connection without connection data");
  if (out.checkpoint < 0 || out.window < 1) return malformed("checkpoint or window size not possible");
  return out;
}

void put_open(ber::Writer& w, ber::Tag connection_data, View user_data) {
  w.constructed(connection_data, [&] {
    if (user_data.empty())
      w.null(context(0));
    else
      w.constructed(context(0), [&] { w.raw(user_data); });
  });
}

}  // namespace

Result<Open> parse_rtorq(const Slice& apdu) { return parse_open(apdu, rtorq, context(3)); }
Result<Open> parse_rtoac(const Slice& apdu) { return parse_open(apdu, rtoac, context(2)); }

Result<Refused> parse_rtorj(const Slice& apdu) {
  X400_TRY(whole, open(apdu, rtorj));
  Refused out;
  Reader r(whole.content);
  while (!r.at_end()) {
    X400_TRY(e, r.next());
    if (e.tag == context(0)) {
      X400_TRY(reason, ber::read_integer(e));
      out.reason = reason;
    } else if (e.tag == context(1)) {
      out.user_data = apdu.part(e.content);
    }
  }
  return out;
}

std::optional<std::int64_t> abort_reason(View apdu) {
  auto e = ber::read_one(apdu);
  // There are peers whose RTAB has the universal tag 22.
  const bool is_rtab = e.ok() && e->constructed && (e->tag == rtab || e->tag == ber::universal(22));
  if (!is_rtab) return std::nullopt;
  Reader r(e->content);
  while (!r.at_end()) {
    auto field = r.next();
    if (!field.ok()) return std::nullopt;
    if (field->tag != context(0)) continue;
    auto reason = ber::read_integer(*field);
    return reason.ok() ? std::optional(*reason) : std::nullopt;
  }
  return std::nullopt;
}

std::int64_t priority(View apdu) {
  auto e = ber::read_one(apdu);
  if (!e.ok() || e->tag != ber::tags::integer) return 0;
  auto n = ber::read_integer(*e);
  return n.ok() ? *n : 0;
}

Octets encode_rtorq(const ReliableTransfer& proposed, View user_data) {
  ber::Writer w;
  w.constructed(rtorq, [&] {
    w.integer(context(0), proposed.checkpoint);
    w.integer(context(1), proposed.window);
    w.integer(context(2), 1);  // two-way alternate
    put_open(w, context(3), user_data);
  });
  return std::move(w).take();
}

Octets encode_rtoac(const ReliableTransfer& agreed, View user_data) {
  ber::Writer w;
  w.constructed(rtoac, [&] {
    w.integer(context(0), agreed.checkpoint);
    w.integer(context(1), agreed.window);
    put_open(w, context(2), user_data);
  });
  return std::move(w).take();
}

Octets encode_rtorj(std::optional<RefuseReason> reason, View user_data) {
  ber::Writer w;
  w.constructed(rtorj, [&] {
    if (reason) w.integer(context(0), static_cast<int>(*reason));
    if (!user_data.empty()) w.constructed(context(1), [&] { w.raw(user_data); });
  });
  return std::move(w).take();
}

Octets encode_rttp(std::int64_t priority) {
  ber::Writer w;
  w.integer(ber::tags::integer, priority);
  return std::move(w).take();
}

Octets encode_rtab(AbortReason reason) {
  ber::Writer w;
  w.constructed(rtab, [&] { w.integer(context(0), static_cast<int>(reason)); });
  return std::move(w).take();
}

}  // namespace x400::osi::rtse
