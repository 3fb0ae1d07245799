#include <optional>

#include "compose_util.hpp"
#include "x400/asn1/oids.hpp"
#include "x400/asn1/text.hpp"
#include "x400/content/compose.hpp"

namespace x400::content {
namespace {

namespace tags = ber::tags;
namespace et = asn1::oids::body_part;
namespace mil = asn1::oids::military;
using ber::context;
using ber::Writer;

using asn1::oids::file_transfer::unknown_attachment;
using asn1::oids::file_transfer::unstructured_binary;

// EXTERNAL with single-ASN1-type: the octets are one encoded value.
void write_external(Writer& w, ber::Tag tag, const ber::Oid& type, View value) {
  w.constructed(tag, [&] {
    w.oid(type);
    w.header(context(0), true, value.size());
    w.raw(value);
  });
}

Octets extended_part(const ber::Oid& data_type, View data, const ber::Oid* parameters_type = nullptr,
                     View parameters = {}) {
  Writer w(data.size() + parameters.size() + 64);
  w.constructed(context(15), [&] {
    if (parameters_type != nullptr) write_external(w, context(0), *parameters_type, parameters);
    write_external(w, tags::external, data_type, data);
  });
  return std::move(w).take();
}

bool is_ascii(std::string_view s) { return asn1::text::is_ia5(s); }

// MessageParameters and its siblings.
Octets delivery_parameters(const ForwardedDelivery& d) {
  Writer w;
  w.constructed(tags::set, [&] {
    if (d.delivery_time) w.primitive(context(0), asn1::utc_time(*d.delivery_time));
    if (d.envelope.empty()) return;
    auto e = ber::read_one(d.envelope);
    if (e.ok()) w.raw(Field(*e, context(1)).encoded());
  });
  return std::move(w).take();
}

// The SEQUENCE inside the content of an interpersonal message.
Result<Octets> message_of(View content) {
  X400_TRY(e, ber::read_one(content));
  if (e.tag != context(0)) return Error(ErrorKind::malformed, "forwarded content is no message");
  return Field(e, tags::sequence).encoded();
}

Status write_file_environment(Writer& w, const NewFile& file) {
  return write_constructed(w, context(2), [&]() -> Status {
    w.constructed(context(0), [&] { w.oid(context(0), file.application.value_or(unknown_attachment)); });
    if (file.description.empty()) return Ok{};
    X400_TRY(text, asn1::text::to_latin1(file.description));
    w.constructed(context(3), [&] { w.primitive(tags::graphic_string, View(text)); });
    return Ok{};
  });
}

Status write_file_attributes(Writer& w, const NewFile& file, std::size_t size) {
  return write_constructed(w, context(4), [&]() -> Status {
    if (!file.name.empty()) {
      X400_TRY(name, asn1::text::to_latin1(file.name));
      w.constructed(context(0), [&] { w.primitive(tags::graphic_string, View(name)); });
    }
    if (file.modified)
      w.constructed(context(5), [&] { w.primitive(context(1), asn1::generalized_time(*file.modified)); });
    w.constructed(context(13), [&] { w.integer(context(1), static_cast<std::int64_t>(size)); });
    return Ok{};
  });
}

Result<Octets> file_parameters(const NewFile& file, std::size_t size) {
  Writer w;
  Status status = write_constructed(w, tags::sequence, [&]() -> Status {
    X400_CHECK(write_file_environment(w, file));
    return write_file_attributes(w, file, size);
  });
  return taken(std::move(w), std::move(status));
}

// SEQUENCE OF EXTERNAL with one, octet-aligned: written from the outside in, so the octets are copied once.
Octets file_part(View parameters, View octets) {
  const std::size_t aligned = ber::value_size(context(1), octets.size());
  const std::size_t inner = ber::value_size(tags::oid, unstructured_binary.contents().size()) + aligned;
  const std::size_t list = ber::value_size(tags::external, inner);
  const std::size_t value = ber::value_size(tags::sequence, list);
  const std::size_t data =
      ber::value_size(tags::oid, et::et_file_transfer.contents().size()) + ber::value_size(context(0), value);
  Writer head;
  write_external(head, context(0), et::ep_file_transfer, parameters);
  const std::size_t whole = head.size() + ber::value_size(tags::external, data);
  Writer w(ber::value_size(context(15), whole));
  w.header(context(15), true, whole);
  w.raw(head.octets());
  w.header(tags::external, true, data);
  w.oid(et::et_file_transfer);
  w.header(context(0), true, value);
  w.header(tags::sequence, true, list);
  w.header(tags::external, true, inner);
  w.oid(unstructured_binary);
  w.primitive(context(1), octets);
  return std::move(w).take();
}

}  // namespace

Result<Octets> ia5_text_part(std::string_view text) {
  if (!is_ascii(text)) return Error(ErrorKind::invalid, "IA5 text has other characters");
  Writer w(text.size() + 16);
  w.constructed(context(0), [&] {
    w.constructed(tags::set, [] {});
    w.primitive(tags::ia5_string, text);
  });
  return std::move(w).take();
}

Result<Octets> teletex_part(const std::vector<std::string>& pages) {
  Writer w;
  Status status = write_constructed(w, context(5), [&]() -> Status {
    w.constructed(tags::set, [&] { w.integer(context(0), static_cast<std::int64_t>(pages.size())); });
    return write_constructed(w, tags::sequence, [&]() -> Status {
      for (const std::string& page : pages) {
        X400_TRY(octets, asn1::text::to_t61(page));
        w.primitive(tags::teletex_string, View(octets));
      }
      return Ok{};
    });
  });
  return taken(std::move(w), std::move(status));
}

Result<Octets> general_text_part(std::string_view utf8) {
  X400_TRY(octets, asn1::text::to_latin1(utf8));
  Writer sets, text(octets.size() + 8);
  sets.constructed(tags::set, [&] {
    for (const int n : {1, 6}) sets.integer(tags::integer, n);
    if (!is_ascii(utf8)) sets.integer(tags::integer, 100);
  });
  text.primitive(tags::general_string, View(octets));
  return extended_part(et::et_general_text, text.octets(), &et::ep_general_text, sets.octets());
}

Octets bilateral_part(View octets) {
  Writer w(octets.size() + 8);
  w.primitive(context(14), octets);
  return std::move(w).take();
}

Result<Octets> file_transfer_part(const NewFile& file, View octets) {
  X400_TRY(parameters, file_parameters(file, octets.size()));
  return file_part(parameters, octets);
}

Result<Octets> message_part(const ForwardedDelivery& delivery, View content) {
  X400_TRY(message, message_of(content));
  Writer w(message.size() + delivery.envelope.size() + 64);
  w.constructed(context(9), [&] {
    w.raw(delivery_parameters(delivery));
    w.raw(message);
  });
  return std::move(w).take();
}

Result<Octets> mm_message_part(const ForwardedDelivery& delivery, View content) {
  X400_TRY(message, message_of(content));
  return extended_part(mil::et_mm_message, message, &mil::et_mm_message_parameters,
                       delivery_parameters(delivery));
}

Octets content_part(const ForwardedDelivery& delivery, const ber::Oid& content_type, View content) {
  const auto with_type = [&](const ber::Oid& base) {
    return *ber::Oid::parse(base.to_string() + "." + content_type.to_string());
  };
  const ber::Oid parameters_type = with_type(et::ep_content);
  Writer data(content.size() + 8);
  data.primitive(tags::octet_string, content);
  return extended_part(with_type(et::et_content), data.octets(), &parameters_type,
                       delivery_parameters(delivery));
}

}  // namespace x400::content
