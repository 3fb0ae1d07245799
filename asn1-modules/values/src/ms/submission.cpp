#include "x400/asn1/ms/submission.hpp"

#include "MsSubmissionResults.h"
#include "convert.hpp"
#include "submission_writing.hpp"
#include "writing.hpp"

namespace x400::asn1::ms {

using namespace ber;

namespace {

constexpr std::string_view options_name = "MSSubmissionOptions", results_name = "CommonSubmissionResults";

Result<SubmissionOptions> read_options(const Element& tagged_options) {
  X400_TRY(value, inside(tagged_options));
  X400_TRY(raw,
           codec::decode_type<MsSubmissionOptions_t>(asn_DEF_MsSubmissionOptions, value.whole, options_name));
  return convert::options(*raw);
}

Result<CommonSubmissionResults> read_results(const Element& tagged_results) {
  X400_TRY(value, inside(tagged_results));
  X400_TRY(raw,
           codec::decode_type<MsSubmissionResults_t>(asn_DEF_MsSubmissionResults, value.whole, results_name));
  CommonSubmissionResults r;
  if (raw->created_entry != nullptr) {
    X400_TRY(n, convert::sequence_number(*raw->created_entry));
    r.created_entry = n;
  }
  if (raw->error_indication != nullptr) {
    X400_TRY(indication, convert::indication(*raw->error_indication));
    r.auto_action_error_indication = indication;
  }
  X400_TRY(extensions, convert::extensions(raw->extensions));
  r.extensions = std::move(extensions);
  return r;
}

// A constructed value without its member [4]: the octets before it and after it.
struct Rest {
  View before, after;
  std::optional<Element> taken;
};

Result<Rest> without_4(const Element& e) {
  Rest rest{e.content, {}, std::nullopt};
  Reader in(e.content);
  while (!in.at_end()) {
    const View from_here = in.rest();
    X400_TRY(member, in.next());
    if (member.tag != context(4)) continue;
    if (rest.taken) return malformed("component [4] twice");
    rest.taken = member;
    rest.before = e.content.first(e.content.size() - from_here.size());
    rest.after = in.rest();
  }
  return rest;
}

Octets header(Tag tag, std::size_t size) {
  Writer w;
  w.header(tag, true, size);
  return std::move(w).take();
}

Result<SubmissionArgumentParts> split(View argument, Tag tag, std::string_view what) {
  return read_whole(argument, {}, what, [&](const Element& e) -> Result<SubmissionArgumentParts> {
    X400_CHECK(members(e, tag));
    X400_TRY(rest, without_4(e));
    SubmissionArgumentParts parts;
    parts.mts_head = header(tag, rest.before.size() + rest.after.size());
    for (const View piece : {rest.before, rest.after})
      if (!piece.empty()) parts.mts_body.push_back(piece);
    if (rest.taken) {
      X400_TRY(options, read_options(*rest.taken));
      parts.options = std::move(options);
    }
    return parts;
  });
}

Octets with_4(const Element& e, View member) {
  Writer w(e.whole.size() + member.size() + 16);
  w.header(e.tag, true, e.content.size() + member.size());
  w.raw(e.content);
  w.raw(member);
  return std::move(w).take();
}

Octets encode(const CommonSubmissionResults& results) {
  Writer w;
  tagged(w, 4, [&] {
    w.constructed(tags::set, [&] {
      if (results.created_entry) write_integer(w, 0, *results.created_entry);
      if (results.auto_action_error_indication)
        tagged(w, 1, [&] { write(w, *results.auto_action_error_indication); });
      write_extensions(w, 2, results.extensions, Edition::e1994);
    });
  });
  return std::move(w).take();
}

}  // namespace

void write(Writer& w, const SubmissionOptions& o) {
  w.constructed(tags::set, [&] {
    if (o.object_entry_class) write_integer(w, 0, static_cast<std::int64_t>(*o.object_entry_class));
    if (o.disable_auto_modify) tagged(w, 1, [&] { w.boolean(tags::boolean, true); });
    if (!o.add_message_group_names.empty())
      tagged(w, 2, [&] {
        w.constructed(tags::set, [&] {
          for (const MessageGroupName& name : o.add_message_group_names) write(w, name);
        });
      });
    write_extensions(w, 3, o.extensions, Edition::e1994);
  });
}

Result<SubmissionArgumentParts> split_message_submission(View argument) {
  return split(argument, tags::sequence, "MSMessageSubmissionArgument");
}

Result<SubmissionArgumentParts> split_probe_submission(View argument) {
  return split(argument, tags::set, "MSProbeSubmissionArgument");
}

Result<Octets> add_submission_options(View mts_argument, const SubmissionOptions& options) {
  return read_whole(mts_argument, {}, "submission argument", [&](const Element& e) -> Result<Octets> {
    if (e.tag != tags::set) X400_CHECK(members(e, tags::sequence));
    Writer w;
    tagged(w, 4, [&] { write(w, options); });
    return with_4(e, w.octets());
  });
}

Result<Octets> add_submission_results(View mts_result, const CommonSubmissionResults& results) {
  return read_whole(mts_result, {}, "submission result", [&](const Element& e) -> Result<Octets> {
    X400_CHECK(members(e, tags::set));
    return with_4(e, encode(results));
  });
}

Octets encode_draft_result(const CommonSubmissionResults& results) { return encode(results); }

Result<SubmissionResultParts> split_submission_result(View result) {
  return read_whole(result, {}, "submission result", [&](const Element& e) -> Result<SubmissionResultParts> {
    SubmissionResultParts parts;
    if (e.tag == context(4)) {
      X400_TRY(draft, read_results(e));
      parts.ms_result = std::move(draft);
      return parts;
    }
    X400_CHECK(members(e, tags::set));
    X400_TRY(rest, without_4(e));
    parts.mts_result = header(tags::set, rest.before.size() + rest.after.size());
    x400::append(parts.mts_result, rest.before);
    x400::append(parts.mts_result, rest.after);
    if (rest.taken) {
      X400_TRY(ms_result, read_results(*rest.taken));
      parts.ms_result = std::move(ms_result);
    }
    return parts;
  });
}

}  // namespace x400::asn1::ms
