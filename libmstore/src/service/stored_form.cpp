#include "service/stored_form.hpp"

#include <algorithm>

#include "backend/types.hpp"
#include "service/homes.hpp"
#include "x400/asn1/oids.hpp"
#include "x400/ber/reader.hpp"
#include "x400/ber/writer.hpp"

namespace x400::mstore::service {

namespace {

constexpr std::size_t head_size = 5;
enum : std::uint8_t { incomplete = 1, has_priority = 2, message_part = 4, spared = 8 };

}  // namespace

Octets write_row(const RowHead& head, View run) {
  Octets out;
  out.reserve(head_size + run.size());
  out.push_back(head.set);
  out.push_back(
      static_cast<std::uint8_t>((head.complete ? 0 : incomplete) | (head.has_priority ? has_priority : 0) |
                                (head.message_part ? message_part : 0) | (head.spared ? spared : 0)));
  out.push_back(static_cast<std::uint8_t>(head.part >> 8));
  out.push_back(static_cast<std::uint8_t>(head.part));
  out.push_back(head.first_octet);
  append(out, run);
  return out;
}

RowForm read_row(View list_attributes) {
  RowForm form;
  if (list_attributes.size() < head_size) {
    form.head.complete = false;
    return form;
  }
  const View o = list_attributes;
  form.head.set = o[0];
  form.head.complete = (o[1] & incomplete) == 0;
  form.head.has_priority = (o[1] & has_priority) != 0;
  form.head.message_part = (o[1] & message_part) != 0;
  form.head.spared = (o[1] & spared) != 0;
  form.head.part = static_cast<std::uint16_t>(o[2] << 8 | o[3]);
  form.head.first_octet = o[4];
  form.run = o.subspan(head_size);
  return form;
}

SplitRuns split(const AttributeList& list) {
  SplitRuns runs;
  for (const Attribute& a : list.all()) {
    // Its value is a column of the row, that it is there a flag of the head.
    if (a.type == asn1::oids::attribute::priority) continue;
    Octets encoded = encode_attribute(a.type, a.values);
    if (home_of(a.type) != Home::row) {
      append(runs.record, encoded);
    } else if (head_size + runs.row.size() + encoded.size() <= backend::max_list_attributes) {
      append(runs.row, encoded);
    } else {
      append(runs.record, encoded);
      runs.complete = false;
    }
  }
  return runs;
}

bool Variable::processed(std::size_t part) const {
  const std::size_t bit = part - 1;
  return bit / 8 < processed_parts.size() && (processed_parts[bit / 8] >> (bit % 8) & 1) != 0;
}

void Variable::set_processed(std::size_t part) {
  const std::size_t bit = part - 1;
  if (bit / 8 >= processed_parts.size()) processed_parts.resize(bit / 8 + 1);
  processed_parts[bit / 8] = static_cast<std::uint8_t>(processed_parts[bit / 8] | 1u << (bit % 8));
}

Octets Variable::encode() const {
  ber::Writer w;
  w.constructed(ber::tags::sequence, [&] {
    if (!processed_parts.empty()) w.primitive(ber::context(0), processed_parts);
    if (submission)
      w.constructed(ber::context(1), [&] {
        w.integer(ber::context(0), static_cast<std::int64_t>(submission->state));
        w.primitive(ber::context(1), View(submission->identifier));
        w.primitive(ber::context(2), std::string_view(submission->time));
      });
    if (!run.empty()) w.primitive(ber::context(2), run);
  });
  return std::move(w).take();
}

Result<Variable> Variable::decode(View octets) {
  Variable v;
  if (octets.empty()) return v;
  X400_TRY(whole, ber::read_one(octets));
  ber::Reader r(whole.content);
  while (!r.at_end()) {
    X400_TRY(e, r.next());
    if (e.tag == ber::context(0)) v.processed_parts = to_octets(e.content);
    if (e.tag == ber::context(2)) v.run = to_octets(e.content);
    if (e.tag != ber::context(1)) continue;
    SubmissionRecord s;
    ber::Reader in(e.content);
    X400_TRY(state_element, in.expect(ber::context(0)));
    X400_TRY(state, ber::read_integer(state_element));
    s.state = static_cast<SubmissionState>(state);
    X400_TRY(identifier, in.expect(ber::context(1)));
    s.identifier = to_octets(identifier.content);
    X400_TRY(time, in.expect(ber::context(2)));
    s.time = std::string(chars(time.content));
    v.submission = std::move(s);
  }
  return v;
}

}  // namespace x400::mstore::service
