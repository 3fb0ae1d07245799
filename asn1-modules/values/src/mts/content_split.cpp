#include "x400/asn1/mts/content_split.hpp"

#include "codec.hpp"
#include "x400/ber/walk.hpp"
#include "x400/ber/writer.hpp"

namespace x400::asn1::mts {
namespace {

Error bad(std::string_view what, std::string_view why) {
  return Error(ErrorKind::malformed, std::string(what) + " argument: " + std::string(why));
}

Result<ber::Element> outer(View argument, ber::Tag tag, std::string_view what) {
  auto extent = ber::walk(argument);
  if (!extent.ok()) return extent.error().in(what);
  X400_TRY(e, ber::read_one(argument));
  if (e.tag != tag || !e.constructed) return bad(what, "found " + ber::to_string(e.tag));
  return e;
}

Octets head_of(ber::Tag tag, View first, ber::Tag content_tag, std::size_t content_size) {
  ber::Writer w(first.size() + 32);
  w.header(tag, true, first.size() + ber::value_size(content_tag, content_size));
  w.raw(first);
  w.header(content_tag, false, content_size);
  return std::move(w).take();
}

// The contents of a constructed value of our own making.
View contents_of(View value) {
  auto e = ber::read_one(value);
  return e.ok() ? e->content : View();
}

}  // namespace

Result<MessageParts> split_message_submission(View argument) {
  constexpr std::string_view what = "message-submission";
  X400_TRY(sequence, outer(argument, ber::tags::sequence, what));
  ber::Reader in(sequence.content);
  X400_TRY(envelope, codec::inside(in.expect(ber::tags::set)));
  X400_TRY(content, codec::inside(in.expect(ber::tags::octet_string)));
  X400_CHECK(in.finish());
  return MessageParts{to_octets(envelope.whole), content};
}

Result<MessageParts> split_message_delivery(View argument) {
  constexpr std::string_view what = "message-delivery";
  X400_TRY(sequence, outer(argument, ber::tags::sequence, what));
  ber::Reader in(sequence.content);
  for (int i = 0; i < 3; ++i) X400_CHECK(codec::inside(in.next()));
  const View envelope = sequence.content.first(sequence.content.size() - in.rest().size());
  X400_TRY(content, codec::inside(in.expect(ber::tags::octet_string)));
  X400_CHECK(in.finish());
  ber::Writer w(envelope.size() + 8);
  w.header(ber::tags::sequence, true, envelope.size());
  w.raw(envelope);
  return MessageParts{std::move(w).take(), content};
}

Result<ReportParts> split_report_delivery(View argument) {
  constexpr std::string_view what = "report-delivery";
  X400_TRY(set, outer(argument, ber::tags::set, what));
  ReportParts parts;
  Octets envelope;
  ber::Reader in(set.content);
  while (!in.at_end()) {
    X400_TRY(e, in.next());
    if (e.tag != ber::context(0)) {
      append(envelope, e.whole);
      continue;
    }
    if (parts.content) return bad(what, "returned-content twice");
    parts.content = e;
  }
  ber::Writer w(envelope.size() + 8);
  w.header(ber::tags::set, true, envelope.size());
  w.raw(envelope);
  parts.envelope = std::move(w).take();
  return parts;
}

Octets message_submission_head(View envelope, std::size_t content_size) {
  return head_of(ber::tags::sequence, envelope, ber::tags::octet_string, content_size);
}

Octets message_delivery_head(View envelope, std::size_t content_size) {
  return head_of(ber::tags::sequence, contents_of(envelope), ber::tags::octet_string, content_size);
}

Octets report_delivery_head(View envelope, std::size_t content_size) {
  return head_of(ber::tags::set, contents_of(envelope), ber::context(0), content_size);
}

}  // namespace x400::asn1::mts
