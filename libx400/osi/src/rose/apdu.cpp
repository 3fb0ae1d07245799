#include "rose/apdu.hpp"

#include <limits>

#include "x400/ber/reader.hpp"
#include "x400/ber/writer.hpp"

namespace x400::osi::rose {
namespace {

using ber::context;
using ber::Element;
using ber::Reader;

constexpr ber::Tag invoke_tag = context(1), result_tag = context(2), error_tag = context(3),
                   reject_tag = context(4);

using Id = std::optional<std::int64_t>;

ApduFault fault(Problem problem, Id id, std::string text) { return {problem, id, std::move(text), false}; }
ApduFault mistyped(Id id, const Error& e) { return fault(problems::mistyped_pdu, id, e.text()); }

std::optional<std::int32_t> narrow(std::int64_t n) {
  if (n < std::numeric_limits<std::int32_t>::min() || n > std::numeric_limits<std::int32_t>::max())
    return std::nullopt;
  return static_cast<std::int32_t>(n);
}

Result<InvokeId, ApduFault> read_id(Reader& r) {
  auto e = r.next();
  if (!e.ok()) return mistyped(std::nullopt, e.error());
  if (e->tag == ber::tags::null) return fault(problems::unrecognized_pdu, std::nullopt, "invoke id NULL");
  if (e->tag != ber::tags::integer) return fault(problems::mistyped_pdu, std::nullopt, "no invoke id");
  auto n = ber::read_integer(*e);
  if (!n.ok()) return mistyped(std::nullopt, n.error());
  const auto id = narrow(*n);
  if (!id) return fault(problems::mistyped_pdu, *n, "invoke id longer than four octets");
  return *id;
}

// A local code; nothing if it is a global one or out of range.
Result<std::optional<std::int32_t>, ApduFault> read_code(Reader& r, InvokeId id) {
  auto e = r.next();
  if (!e.ok()) return mistyped(id, e.error());
  if (e->tag == ber::tags::oid) return std::optional<std::int32_t>();
  if (e->tag != ber::tags::integer) return fault(problems::mistyped_pdu, id, "no code");
  auto n = ber::read_integer(*e);
  return n.ok() ? narrow(*n) : std::optional<std::int32_t>();
}

// The one value that may follow.
Result<Slice, ApduFault> read_last(const Slice& apdu, Reader& r, InvokeId id) {
  if (r.at_end()) return Slice();
  auto e = r.next();
  if (!e.ok()) return mistyped(id, e.error());
  if (auto end = r.finish(); !end.ok()) return mistyped(id, end.error());
  return apdu.part(e->whole);
}

// linkedId [0], or "absent" [1].
Result<Id, ApduFault> read_linked(Reader& r, InvokeId id) {
  const auto tag = r.peek_tag();
  if (tag != context(0) && tag != context(1)) return Id();
  auto e = r.next();
  if (!e.ok()) return mistyped(id, e.error());
  if (e->tag == context(1)) return Id();
  auto n = ber::read_integer(*e);
  if (!n.ok()) return mistyped(id, n.error());
  return Id(*n);
}

Result<Apdu, ApduFault> read_invoke(const Slice& apdu, View content) {
  Reader r(content);
  X400_TRY(id, read_id(r));
  X400_TRY(linked, read_linked(r, id));
  X400_TRY(code, read_code(r, id));
  if (!code) return fault(problems::unrecognized_operation, id, "operation code not local");
  X400_TRY(argument, read_last(apdu, r, id));
  return Apdu(InvokeApdu{id, linked, *code, std::move(argument)});
}

Result<Apdu, ApduFault> read_result(const Slice& apdu, View content) {
  Reader r(content);
  X400_TRY(id, read_id(r));
  if (r.at_end()) return Apdu(ResultApdu{id, std::nullopt, {}});
  auto pair = r.expect(ber::tags::sequence);
  if (!pair.ok()) return mistyped(id, pair.error());
  // What stands in a primitive was not walked.
  if (!pair->constructed) return fault(problems::mistyped_pdu, id, "result in a primitive");
  if (auto end = r.finish(); !end.ok()) return mistyped(id, end.error());
  Reader in(pair->content);
  X400_TRY(code, read_code(in, id));
  if (!code) return fault(problems::mistyped_result, id, "operation code not local");
  X400_TRY(value, read_last(apdu, in, id));
  if (value.empty()) return fault(problems::mistyped_pdu, id, "result without a value");
  return Apdu(ResultApdu{id, code, std::move(value)});
}

Result<Apdu, ApduFault> read_error(const Slice& apdu, View content) {
  Reader r(content);
  X400_TRY(id, read_id(r));
  X400_TRY(code, read_code(r, id));
  X400_TRY(parameter, read_last(apdu, r, id));
  return Apdu(ErrorApdu{id, code, std::move(parameter)});
}

RejectApdu read_reject(View content) {
  RejectApdu reject{std::nullopt, problems::mistyped_pdu};
  Reader r(content);
  auto id = r.next();
  auto problem = r.next();
  if (!id.ok() || !problem.ok()) return reject;
  auto code = ber::read_integer(*problem);
  if (problem->tag.cls != ber::Class::context || problem->tag.number > 3 || !code.ok() || !narrow(*code))
    return reject;
  reject.problem = {static_cast<Problem::Kind>(problem->tag.number), *narrow(*code)};
  if (id->tag != ber::tags::integer) return reject;
  if (auto n = ber::read_integer(*id); n.ok()) reject.id = narrow(*n);
  return reject;
}

// One value around a header built by `head` and a value already encoded.
template <class F>
Chain around(ber::Tag tag, std::size_t value_size, F&& head) {
  ber::Writer inner;
  head(inner);
  ber::Writer w;
  w.header(tag, true, inner.size() + value_size);
  w.raw(inner.octets());
  return Chain(std::move(w).take());
}

}  // namespace

Result<Apdu, ApduFault> parse(const Slice& apdu, const ber::Limits& limits) {
  auto extent = ber::walk(apdu.view(), limits);
  if (!extent.ok()) return fault(problems::badly_structured_pdu, std::nullopt, extent.error().text());
  auto e = ber::read_one(apdu.view());
  if (!e.ok()) return fault(problems::badly_structured_pdu, std::nullopt, e.error().text());
  const bool known =
      e->tag == invoke_tag || e->tag == result_tag || e->tag == error_tag || e->tag == reject_tag;
  if (!known || !e->constructed)
    return fault(problems::unrecognized_pdu, std::nullopt, "APDU with tag " + ber::to_string(e->tag));
  if (e->tag == invoke_tag) return read_invoke(apdu, e->content);
  if (e->tag == reject_tag) return Apdu(read_reject(e->content));
  auto answer = e->tag == result_tag ? read_result(apdu, e->content) : read_error(apdu, e->content);
  if (!answer.ok()) answer.error().answer = true;
  return answer;
}

Chain encode_invoke(InvokeId id, OperationCode operation, Chain argument) {
  Chain out = around(invoke_tag, argument.size(), [&](ber::Writer& w) {
    w.integer(ber::tags::integer, id);
    w.integer(ber::tags::integer, operation);
  });
  out.add(std::move(argument));
  return out;
}

Chain encode_result(InvokeId id, OperationCode operation, Chain value) {
  Chain out = around(result_tag, value.size(), [&](ber::Writer& w) {
    w.integer(ber::tags::integer, id);
    if (value.empty()) return;
    ber::Writer code;
    code.integer(ber::tags::integer, operation);
    w.header(ber::tags::sequence, true, code.size() + value.size());
    w.raw(code.octets());
  });
  out.add(std::move(value));
  return out;
}

Chain encode_error(InvokeId id, ErrorCode code, Chain parameter) {
  Chain out = around(error_tag, parameter.size(), [&](ber::Writer& w) {
    w.integer(ber::tags::integer, id);
    w.integer(ber::tags::integer, code);
  });
  out.add(std::move(parameter));
  return out;
}

Chain encode_reject(std::optional<std::int64_t> id, Problem problem) {
  return around(reject_tag, 0, [&](ber::Writer& w) {
    if (id)
      w.integer(ber::tags::integer, *id);
    else
      w.null();
    w.integer(context(static_cast<std::uint32_t>(problem.kind)), problem.code);
  });
}

}  // namespace x400::osi::rose
