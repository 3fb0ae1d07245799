#include "writing.hpp"

namespace x400::asn1::ms {

using namespace ber;

std::size_t integer_size(std::int64_t value) {
  std::size_t octets = 1;
  while (octets < 8 && (value >> (8 * octets - 1)) != 0 && (value >> (8 * octets - 1)) != -1) ++octets;
  return 2 + octets;
}

void write_integer(Writer& w, std::uint32_t n, std::int64_t value) {
  tagged(w, n, [&] { w.integer(tags::integer, value); });
}

void write_string(Writer& w, std::uint32_t n, Tag tag, std::string_view text) {
  tagged(w, n, [&] { w.primitive(tag, text); });
}

void write_tlv(Writer& w, std::uint32_t n, View tlv) {
  w.header(context(n), true, tlv.size());
  w.raw(tlv);
}

void write_oids(Writer& w, std::uint32_t n, Tag tag, const std::vector<Oid>& oids) {
  tagged(w, n, [&] {
    w.constructed(tag, [&] {
      for (const Oid& oid : oids) w.oid(oid);
    });
  });
}

void write_numbers(Writer& w, std::uint32_t n, Tag tag, const std::vector<SequenceNumber>& numbers) {
  tagged(w, n, [&] {
    w.constructed(tag, [&] {
      for (const SequenceNumber number : numbers) w.integer(tags::integer, number);
    });
  });
}

void write(Writer& w, const Extension& extension) {
  w.constructed(tags::external, [&] {
    w.oid(extension.type);
    write_tlv(w, 0, extension.value);
  });
}

void write_extensions(Writer& w, std::uint32_t n, const Extensions& extensions, Edition edition) {
  if (extensions.empty() || edition == Edition::e1988) return;
  tagged(w, n, [&] {
    w.constructed(tags::sequence, [&] {
      for (const Extension& extension : extensions) write(w, extension);
    });
  });
}

void write(Writer& w, const MessageGroupName& name) {
  w.constructed(tags::sequence, [&] {
    for (const std::string& part : name) w.primitive(tags::general_string, part);
  });
}

void write_entry_class(Writer& w, EntryClass entry_class) {
  if (entry_class != EntryClass::delivery) write_integer(w, 0, static_cast<std::int64_t>(entry_class));
}

}  // namespace x400::asn1::ms
