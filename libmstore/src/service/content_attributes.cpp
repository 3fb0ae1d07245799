#include "service/content_attributes.hpp"

#include <map>

#include "service/entry.hpp"
#include "service/homes.hpp"
#include "x400/asn1/oids.hpp"
#include "x400/ber/writer.hpp"
#include "x400/content/forwarded.hpp"

namespace x400::mstore::service {

namespace {

namespace ipm_a = asn1::oids::ipm_attribute;
using content::BodyPart;
using content::PartKind;

struct PartRow {
  PartKind kind;
  const ber::Oid* whole;  ///< null where the standard has none (message: the number of the child)
  const ber::Oid* parameters;
  const ber::Oid* data;
};
// A basic body part and its extended twin are one kind and count together.
constexpr PartRow part_rows[] = {
    {PartKind::ia5_text, &ipm_a::ia5_text_body_parts, &ipm_a::ia5_text_parameters, &ipm_a::ia5_text_data},
    {PartKind::g3_facsimile, &ipm_a::g3_facsimile_body_parts, &ipm_a::g3_facsimile_parameters,
     &ipm_a::g3_facsimile_data},
    {PartKind::g4_class1, &ipm_a::g4_class1_body_parts, nullptr, nullptr},
    {PartKind::teletex, &ipm_a::teletex_body_parts, &ipm_a::teletex_parameters, &ipm_a::teletex_data},
    {PartKind::videotex, &ipm_a::videotex_body_parts, &ipm_a::videotex_parameters, &ipm_a::videotex_data},
    {PartKind::encrypted, &ipm_a::encrypted_body_parts, &ipm_a::encrypted_parameters, &ipm_a::encrypted_data},
    {PartKind::message, nullptr, &ipm_a::message_parameters, &ipm_a::message_data},
    {PartKind::mixed_mode, &ipm_a::mixed_mode_body_parts, nullptr, nullptr},
    {PartKind::bilaterally_defined, &ipm_a::bilaterally_defined_body_parts, nullptr, nullptr},
    {PartKind::nationally_defined, &ipm_a::nationally_defined_body_parts, nullptr, nullptr},
};

enum class Piece { none, whole, parameters, data, extended_data, extended_parameters };

Piece piece_of(const ber::Oid& type, const BodyPart& part) {
  for (const PartRow& row : part_rows) {
    if (row.kind != part.kind) continue;
    if (row.whole && *row.whole == type) return Piece::whole;
    if (row.parameters && *row.parameters == type) return Piece::parameters;
    if (row.data && *row.data == type) return Piece::data;
  }
  if (part.extended && part.type == type) return Piece::extended_data;
  if (part.extended && part.parameters_type == type) return Piece::extended_parameters;
  return Piece::none;
}

bool has_parameters(PartKind kind) {
  for (const PartRow& row : part_rows)
    if (row.kind == kind) return row.parameters != nullptr;
  return false;
}

// The basic form's value: what an extended body part says in parameters and data.
std::optional<Octets> whole_value(const BodyPart& part) {
  if (!part.extended) return part.whole.encoded();
  if (!part.data) return std::nullopt;
  if (!has_parameters(part.kind)) return part.data->encoded();
  ber::Writer w;
  w.constructed(ber::tags::sequence, [&] {
    if (part.parameters) {
      w.raw(part.parameters->encoded());
    } else {
      w.constructed(ber::tags::set, [] {});
    }
    w.raw(part.data->encoded());
  });
  return std::move(w).take();
}

std::optional<Octets> wrapped(const std::optional<content::Field>& field) {
  if (!field) return std::nullopt;
  ber::Writer w;
  w.constructed(ber::context(0), [&] { w.raw(field->encoded()); });
  return std::move(w).take();
}

std::optional<Octets> plain(const std::optional<content::Field>& field) {
  return field ? std::optional(field->encoded()) : std::nullopt;
}

std::optional<Octets> piece_value(Piece piece, const BodyPart& part) {
  switch (piece) {
    case Piece::whole: return whole_value(part);
    case Piece::parameters: return plain(part.parameters);
    case Piece::data: return plain(part.data);
    case Piece::extended_data: return wrapped(part.data);
    case Piece::extended_parameters: return wrapped(part.parameters);
    case Piece::none: break;
  }
  return std::nullopt;
}

// ---- summaries of the body

using Children = std::map<std::size_t, backend::Row>;  // by position of the body part

Children children_by_part(std::vector<backend::Row> rows) {
  Children by_part;
  for (backend::Row& r : rows) {
    const std::size_t part = read_row(r.list_attributes).head.part;
    by_part.emplace(part, std::move(r));
  }
  return by_part;
}

bool is_processed(const Entry& entry, const Children& children, std::size_t part) {
  if (entry.row().status == backend::RetrievalStatus::processed || entry.variable().processed(part))
    return true;
  const auto child = children.find(part);
  return child != children.end() && child->second.status == backend::RetrievalStatus::processed;
}

Octets type_or_unknown(const BodyPart& part, ber::Tag tag) {
  ber::Writer w;
  w.oid(tag, part.type.value_or(asn1::oids::eit::unknown));
  return std::move(w).take();
}

// INSTANCE OF: an EXTERNAL of the one form.
void write_parameters(const BodyPart& part, ber::Writer& w) {
  w.constructed(ber::context(1), [&] {
    w.oid(*part.parameters_type);
    w.constructed(ber::context(0), [&] { w.raw(part.parameters->encoded()); });
  });
}

Octets descriptor(const BodyPart& part, std::size_t position, const Entry& entry, const Children& children) {
  const auto child = children.find(position);
  ber::Writer w;
  w.constructed(ber::tags::sequence, [&] {
    w.raw(type_or_unknown(part, ber::context(0)));
    if (part.parameters_type) w.oid(ber::context(1), *part.parameters_type);
    if (child != children.end()) w.integer(ber::context(2), child->second.number);
    w.integer(ber::context(3), static_cast<std::int64_t>(position));
    w.integer(ber::context(4), static_cast<std::int64_t>(part.size()));
    if (is_processed(entry, children, position)) w.boolean(ber::context(5), true);
  });
  return std::move(w).take();
}

Status synopsis(const content::Ipm& ipm, Entry& entry, ber::Tag tag, ber::Writer& w, std::size_t depth);

Status synopsis_of_child(const backend::Row& row, Entry& parent, ber::Writer& w, std::size_t depth) {
  Entry child = parent.child(row);
  X400_TRY(object, child.object());
  Status status = Ok{};
  w.constructed(ber::context(0), [&] {
    w.integer(ber::context(0), row.number);
    if (object && object->ipm() && depth < content::default_forwarding_depth) {
      status = synopsis(*object->ipm(), child, ber::context(1), w, depth + 1);
    } else {
      w.constructed(ber::context(1), [] {});
    }
  });
  return status;
}

Status synopsis(const content::Ipm& ipm, Entry& entry, ber::Tag tag, ber::Writer& w, std::size_t depth) {
  X400_TRY(rows, entry.children());
  const Children children = children_by_part(std::move(rows));
  Status status = Ok{};
  w.constructed(tag, [&] {
    for (std::size_t i = 0; i < ipm.body.size() && status.ok(); ++i) {
      const BodyPart& part = ipm.body[i];
      const auto child = children.find(i + 1);
      if (child != children.end() && read_row(child->second.list_attributes).head.message_part) {
        status = synopsis_of_child(child->second, entry, w, depth);
        continue;
      }
      w.constructed(ber::context(1), [&] {
        w.raw(type_or_unknown(part, ber::context(0)));
        if (part.parameters_type && part.parameters) write_parameters(part, w);
        w.integer(ber::context(2), static_cast<std::int64_t>(part.size()));
        if (is_processed(entry, children, i + 1)) w.boolean(ber::context(3), true);
      });
    }
  });
  return status;
}

}  // namespace

Result<std::vector<Octets>> content_attribute(const ber::Oid& type, Entry& entry,
                                              const content::InformationObject& object) {
  std::vector<Octets> values;
  if (const content::Ipn* ipn = object.ipn()) {
    if (type == ipm_a::returned_ipm)
      if (const auto returned = ipn->returned_ipm()) values.push_back(returned->encoded());
    return values;
  }
  const content::Ipm& ipm = *object.ipm();
  if (type == ipm_a::heading) {
    values.push_back(ipm.heading.whole().encoded());
  } else if (type == ipm_a::body) {
    values.push_back(ipm.body_field.encoded());
  } else if (type == ipm_a::ipm_synopsis) {
    ber::Writer w;
    X400_CHECK(synopsis(ipm, entry, ber::tags::sequence, w, 0));
    values.push_back(std::move(w).take());
  } else if (type == ipm_a::body_parts_summary) {
    X400_TRY(rows, entry.children());
    const Children children = children_by_part(std::move(rows));
    for (std::size_t i = 0; i < ipm.body.size(); ++i)
      values.push_back(descriptor(ipm.body[i], i + 1, entry, children));
  } else {
    for (const BodyPart& part : ipm.body)
      if (auto value = piece_value(piece_of(type, part), part)) values.push_back(std::move(*value));
  }
  return values;
}

std::vector<std::size_t> parts_given(const ber::Oid& type, const content::Ipm& ipm) {
  std::vector<std::size_t> parts;
  for (std::size_t i = 0; i < ipm.body.size(); ++i) {
    const Piece piece = piece_of(type, ipm.body[i]);
    if (type == ipm_a::body ||
        ((piece == Piece::whole || piece == Piece::data || piece == Piece::extended_data) &&
         piece_value(piece, ipm.body[i])))
      parts.push_back(i + 1);
  }
  return parts;
}

}  // namespace x400::mstore::service
