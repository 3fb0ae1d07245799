#include "x400/asn1/mts/extension_values.hpp"

#include "codec.hpp"
#include "x400/ber/reader.hpp"

namespace x400::asn1::mts {
namespace {

namespace tags = ber::tags;
using ber::Element;
using ber::Reader;
using ber::Writer;

Error bad(std::int64_t number, std::string_view why) {
  return Error(ErrorKind::malformed, std::string(extension_name(number)) + ": " + std::string(why));
}

// The value of an extension, if the extension is there. An absent value is NULL, which none of those
// here may be.
Result<std::optional<Element>> value_of(const Extensions& e, std::int64_t number) {
  const ExtensionField* f = e.find(number);
  if (f == nullptr) return std::optional<Element>();
  if (f->value().empty()) return bad(number, "no value");
  X400_TRY(value, ber::read_one(f->value()));
  return std::optional<Element>(value);
}

Result<std::optional<Element>> value_of(const Extensions& e, std::int64_t number, ber::Tag tag) {
  X400_TRY(value, value_of(e, number));
  if (value && value->tag != tag) return bad(number, "found " + ber::to_string(value->tag));
  return value;
}

template <class F>
ExtensionField made(std::int64_t number, F&& write) {
  Writer w;
  write(w);
  return ExtensionField(number, w.octets());
}

Result<UtcTime> read_time(const Element& e) {
  if (e.tag != tags::utc_time)
    return Error(ErrorKind::malformed, "found " + ber::to_string(e.tag) + " for a time");
  X400_TRY(text, ber::read_chars(e));
  return UtcTime{std::move(text)};
}

// SEQUENCE { ORName, time }.
Result<Expansion> read_name_and_time(const Element& e) {
  if (e.tag != tags::sequence) return Error(ErrorKind::malformed, "found " + ber::to_string(e.tag));
  Reader in(e.content);
  X400_TRY(name_element, in.next());
  X400_TRY(name, EncodedORName::decode(name_element.whole));
  X400_TRY(time_element, in.next());
  X400_TRY(time, read_time(time_element));
  X400_CHECK(in.finish());
  return Expansion{std::move(name), std::move(time)};
}

void write_name_and_time(Writer& w, const EncodedORName& name, const UtcTime& time) {
  w.constructed(tags::sequence, [&] {
    name.write(w);
    w.primitive(tags::utc_time, time.text);
  });
}

Result<Redirection> read_redirection(const Element& e) {
  if (e.tag != tags::sequence) return Error(ErrorKind::malformed, "found " + ber::to_string(e.tag));
  Reader in(e.content);
  X400_TRY(intended, in.next());
  X400_TRY(name_and_time, read_name_and_time(intended));
  X400_TRY(reason_element, in.expect(tags::enumerated));
  X400_TRY(reason, ber::read_integer(reason_element));
  X400_CHECK(in.finish());
  return Redirection{std::move(name_and_time.name), std::move(name_and_time.time),
                     static_cast<RedirectionReason>(reason)};
}

Result<ReportingMta> read_reporting_mta(const Element& e) {
  Reader in(e.content);
  X400_TRY(domain_element, in.next());
  X400_TRY(domain, GlobalDomain::decode(domain_element.whole));
  X400_TRY(name_element, in.expect(tags::ia5_string));
  X400_TRY(name, ber::read_chars(name_element));
  X400_TRY(directory, in.next_if(ber::context(0)));
  X400_CHECK(in.finish());
  ReportingMta mta{std::move(domain), std::move(name), {}};
  if (directory) {
    X400_TRY(inner, ber::read_one(directory->content));
    mta.directory_name = to_octets(inner.whole);
  }
  return mta;
}

// The elements of a list, each read by `read`.
template <class T, class F>
Result<std::vector<T>> read_list(const std::optional<Element>& list, F read) {
  std::vector<T> out;
  if (!list) return out;
  Reader in(list->content);
  while (!in.at_end()) {
    X400_TRY(e, in.next());
    X400_TRY(item, codec::inside(read(e)));
    out.push_back(std::move(item));
  }
  return out;
}

}  // namespace

Result<bool> flag(const Extensions& e, std::int64_t number) {
  X400_TRY(value, value_of(e, number, tags::enumerated));
  if (!value) return false;
  X400_TRY(n, ber::read_integer(*value));
  return n != 0;
}

ExtensionField flag_extension(std::int64_t number, bool value) {
  return made(number, [&](Writer& w) { w.integer(tags::enumerated, value ? 1 : 0); });
}

Result<std::optional<std::int64_t>> number(const Extensions& e, std::int64_t extension_number) {
  X400_TRY(value, value_of(e, extension_number));
  if (!value) return std::optional<std::int64_t>();
  if (value->tag != tags::integer && value->tag != tags::enumerated)
    return bad(extension_number, "found " + ber::to_string(value->tag));
  X400_TRY(n, ber::read_integer(*value));
  return std::optional<std::int64_t>(n);
}

ExtensionField number_extension(std::int64_t extension_number, std::int64_t value) {
  return made(extension_number, [&](Writer& w) { w.integer(tags::integer, value); });
}

Result<std::optional<EncodedORName>> or_name(const Extensions& e, std::int64_t number) {
  X400_TRY(value, value_of(e, number));
  if (!value) return std::optional<EncodedORName>();
  X400_TRY(name, EncodedORName::decode(value->whole));
  return std::optional<EncodedORName>(std::move(name));
}

ExtensionField or_name_extension(std::int64_t number, const EncodedORName& name) {
  return ExtensionField(number, name.octets());
}

Result<std::optional<UtcTime>> latest_delivery_time(const Extensions& e) {
  X400_TRY(value, value_of(e, extension::latest_delivery_time));
  if (!value) return std::optional<UtcTime>();
  X400_TRY(time, read_time(*value));
  return std::optional<UtcTime>(std::move(time));
}

ExtensionField latest_delivery_time(const UtcTime& time) {
  return made(extension::latest_delivery_time, [&](Writer& w) { w.primitive(tags::utc_time, time.text); });
}

Result<std::vector<std::int64_t>> requested_delivery_method(const Extensions& e) {
  X400_TRY(value, value_of(e, extension::requested_delivery_method, tags::sequence));
  return read_list<std::int64_t>(value, [](const Element& item) { return ber::read_integer(item); });
}

ExtensionField requested_delivery_method(const std::vector<std::int64_t>& methods) {
  return made(extension::requested_delivery_method, [&](Writer& w) {
    w.constructed(tags::sequence, [&] {
      for (const std::int64_t m : methods) w.integer(tags::integer, m);
    });
  });
}

Result<std::optional<ORAddress>> originator_return_address(const Extensions& e) {
  X400_TRY(value, value_of(e, extension::originator_return_address));
  if (!value) return std::optional<ORAddress>();
  X400_TRY(address, ORAddress::decode(value->whole));
  return std::optional<ORAddress>(std::move(address));
}

ExtensionField originator_return_address(const ORAddress& address) {
  return ExtensionField(extension::originator_return_address, address.encode());
}

Result<std::optional<SecurityLabel>> message_security_label(const Extensions& e) {
  X400_TRY(value, value_of(e, extension::message_security_label));
  if (!value) return std::optional<SecurityLabel>();
  X400_TRY(label, SecurityLabel::decode(value->whole));
  return std::optional<SecurityLabel>(std::move(label));
}

ExtensionField message_security_label(const SecurityLabel& label) {
  return ExtensionField(extension::message_security_label, label.encode());
}

Result<std::optional<Octets>> content_correlator(const Extensions& e) {
  X400_TRY(value, value_of(e, extension::content_correlator));
  if (!value) return std::optional<Octets>();
  if (value->tag != tags::ia5_string && value->tag != tags::octet_string)
    return bad(extension::content_correlator, "found " + ber::to_string(value->tag));
  X400_TRY(octets, ber::read_octets(*value));
  return std::optional<Octets>(std::move(octets));
}

ExtensionField content_correlator(View octets) {
  return made(extension::content_correlator, [&](Writer& w) { w.primitive(tags::octet_string, octets); });
}

Result<std::vector<Redirection>> redirection_history(const Extensions& e) {
  X400_TRY(value, value_of(e, extension::redirection_history, tags::sequence));
  return read_list<Redirection>(value, read_redirection);
}

ExtensionField redirection_history(const std::vector<Redirection>& history) {
  return made(extension::redirection_history, [&](Writer& w) {
    w.constructed(tags::sequence, [&] {
      for (const Redirection& r : history)
        w.constructed(tags::sequence, [&] {
          write_name_and_time(w, r.intended_recipient, r.time);
          w.integer(tags::enumerated, static_cast<std::int64_t>(r.reason));
        });
    });
  });
}

Result<std::vector<Expansion>> expansion_history(const Extensions& e, std::int64_t number) {
  X400_TRY(value, value_of(e, number, tags::sequence));
  return read_list<Expansion>(value, read_name_and_time);
}

ExtensionField expansion_history(std::int64_t number, const std::vector<Expansion>& history) {
  return made(number, [&](Writer& w) {
    w.constructed(tags::sequence, [&] {
      for (const Expansion& x : history) write_name_and_time(w, x.name, x.time);
    });
  });
}

Result<std::optional<ReportingMta>> reporting_mta_name(const Extensions& e) {
  X400_TRY(value, value_of(e, extension::reporting_mta_name, tags::sequence));
  if (!value) return std::optional<ReportingMta>();
  X400_TRY(mta, codec::inside(read_reporting_mta(*value)));
  return std::optional<ReportingMta>(std::move(mta));
}

ExtensionField reporting_mta_name(const ReportingMta& mta) {
  return made(extension::reporting_mta_name, [&](Writer& w) {
    w.constructed(tags::sequence, [&] {
      mta.domain.write(w);
      w.primitive(tags::ia5_string, mta.name);
      if (!mta.directory_name.empty()) w.constructed(ber::context(0), [&] { w.raw(mta.directory_name); });
    });
  });
}

Result<std::vector<EncodedORName>> dl_exempted_recipients(const Extensions& e) {
  X400_TRY(value, value_of(e, extension::dl_exempted_recipients, tags::set));
  return read_list<EncodedORName>(value,
                                  [](const Element& item) { return EncodedORName::decode(item.whole); });
}

ExtensionField dl_exempted_recipients(const std::vector<EncodedORName>& names) {
  return made(extension::dl_exempted_recipients, [&](Writer& w) {
    w.constructed(tags::set, [&] {
      for (const EncodedORName& name : names) name.write(w);
    });
  });
}

}  // namespace x400::asn1::mts
