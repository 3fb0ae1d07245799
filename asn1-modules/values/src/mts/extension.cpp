#include "x400/asn1/mts/extension.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "codec.hpp"
#include "mts/writing.hpp"
#include "x400/ber/reader.hpp"
#include "x400/ber/walk.hpp"

namespace x400::asn1::mts {
namespace {

constexpr ber::Tag standard_tag = ber::context(0), private_tag = ber::context(3),
                   criticality_tag = ber::context(1), value_tag = ber::context(2);

enum class Critical : std::uint8_t { no, submission, delivery };
struct Known {
  std::string_view name;
  Critical recommended = Critical::no;
};
// By number; X.411 figure 2 parts 9 to 14, X.413 (36), X.420 (41, 43, 44).
constexpr std::array<Known, 47> known = {{
    {""},
    {"recipient-reassignment-prohibited", Critical::delivery},
    {"originator-requested-alternate-recipient", Critical::submission},
    {"dl-expansion-prohibited", Critical::delivery},
    {"conversion-with-loss-prohibited", Critical::delivery},
    {"latest-delivery-time", Critical::delivery},
    {"requested-delivery-method"},
    {"physical-forwarding-prohibited", Critical::delivery},
    {"physical-forwarding-address-request", Critical::delivery},
    {"physical-delivery-modes", Critical::delivery},
    {"registered-mail-type", Critical::delivery},
    {"recipient-number-for-advice", Critical::delivery},
    {"physical-rendition-attributes", Critical::delivery},
    {"originator-return-address"},
    {"physical-delivery-report-request", Critical::delivery},
    {"originator-certificate"},
    {"message-token", Critical::delivery},
    {"content-confidentiality-algorithm-identifier", Critical::delivery},
    {"content-integrity-check", Critical::delivery},
    {"message-origin-authentication-check", Critical::delivery},
    {"message-security-label", Critical::delivery},
    {"proof-of-submission-request", Critical::submission},
    {"proof-of-delivery-request", Critical::delivery},
    {"content-correlator"},
    {"probe-origin-authentication-check", Critical::delivery},
    {"redirection-history"},
    {"dl-expansion-history"},
    {"physical-forwarding-address"},
    {"recipient-certificate"},
    {"proof-of-delivery"},
    {"originator-and-DL-expansion-history"},
    {"reporting-DL-name"},
    {"reporting-MTA-certificate", Critical::delivery},
    {"report-origin-authentication-check", Critical::delivery},
    {"originating-MTA-certificate"},
    {"proof-of-submission"},
    {"forwarding-request"},
    {"trace-information"},
    {"internal-trace-information"},
    {"reporting-MTA-name"},
    {"multiple-originator-certificates"},
    {"blind-copy-recipients"},
    {"dl-exempted-recipients"},
    {"body-part-encryption-token", Critical::delivery},
    {"forwarded-content-token", Critical::delivery},
    {"certificate-selectors"},
    {"certificate-selectors-override"},
}};

const Known* find_known(std::int64_t number) {
  if (number < 1 || number >= static_cast<std::int64_t>(known.size())) return nullptr;
  return &known[static_cast<std::size_t>(number)];
}

Error bad(std::string why) { return Error(ErrorKind::malformed, "extension field: " + std::move(why)); }

Result<ExtensionType> read_type(const ber::Element& e) {
  if (e.tag == standard_tag) {
    X400_TRY(number, ber::read_integer(e));
    return ExtensionType(number);
  }
  if (e.tag != private_tag) return bad("found " + ber::to_string(e.tag) + " for its type");
  X400_TRY(oid, ber::read_oid(e));
  return ExtensionType(std::move(oid));
}

Criticality read_criticality(const ber::Bits& bits) { return {bits.test(0), bits.test(1), bits.test(2)}; }

}  // namespace

std::string_view extension_name(std::int64_t number) {
  const Known* k = find_known(number);
  return k != nullptr ? k->name : std::string_view();
}

Criticality recommended_criticality(std::int64_t number) {
  const Known* k = find_known(number);
  Criticality c;
  if (k == nullptr) return c;
  c.for_submission = k->recommended == Critical::submission;
  c.for_delivery = k->recommended == Critical::delivery;
  return c;
}

ExtensionField::ExtensionField(ExtensionType type, Criticality criticality, View value)
    : type_(std::move(type)), criticality_(criticality) {
  ber::Writer w(value.size() + 32);
  w.constructed(ber::tags::sequence, [&] {
    if (const auto* number = std::get_if<std::int64_t>(&type_))
      w.integer(standard_tag, *number);
    else
      w.oid(private_tag, std::get<ber::Oid>(type_));
    const auto& c = criticality_;
    if (c != Criticality())
      w.bits(criticality_tag, writing::bits({c.for_submission, c.for_transfer, c.for_delivery}));
    if (!value.empty()) w.constructed(value_tag, [&] { w.raw(value); });
  });
  octets_ = std::move(w).take();
  // The value is the end of the octets, whatever lengths stand before it.
  value_size_ = value.size();
  value_at_ = octets_.size() - value_size_;
}

ExtensionField::ExtensionField(std::int64_t number, View value)
    : ExtensionField(ExtensionType(number), recommended_criticality(number), value) {}

Status ExtensionField::read() {
  ber::Reader outer(octets_);
  X400_TRY(sequence, outer.expect(ber::tags::sequence));
  if (!sequence.constructed) return bad("a primitive SEQUENCE");
  ber::Reader in(sequence.content);
  X400_TRY(type_element, in.next());
  X400_TRY(type, read_type(type_element));
  type_ = std::move(type);
  X400_TRY(criticality, in.next_if(criticality_tag));
  if (criticality) {
    X400_TRY(bits, ber::read_bits(*criticality));
    criticality_ = read_criticality(bits);
  }
  X400_TRY(value, in.next_if(value_tag));
  if (value) {
    if (!value->constructed) return bad("a primitive [2]");
    X400_TRY(inner, ber::read_one(value->content));
    value_at_ = static_cast<std::size_t>(inner.whole.data() - octets_.data());
    value_size_ = inner.whole.size();
  }
  return in.finish();
}

Result<ExtensionField> ExtensionField::decode(View octets) {
  X400_CHECK(ber::walk(octets));
  ExtensionField f;
  f.octets_ = to_octets(octets);
  X400_CHECK(codec::inside(f.read()));
  return f;
}

const ExtensionField* Extensions::find(const ExtensionType& type) const {
  for (const ExtensionField& f : fields_)
    if (f.type() == type) return &f;
  return nullptr;
}

// Of what a peer sends: many types must not cost the square of their number.
const ExtensionField* Extensions::repeated() const {
  std::set<ExtensionType> seen;
  for (const ExtensionField& f : fields_)
    if (!seen.insert(f.type()).second) return &f;
  return nullptr;
}

void Extensions::set(ExtensionField field) {
  erase(field.type());
  add(std::move(field));
}

bool Extensions::erase(const ExtensionType& type) {
  return std::erase_if(fields_, [&](const ExtensionField& f) { return f.type() == type; }) > 0;
}

void Extensions::write(ber::Writer& w, ber::Tag tag) const {
  if (fields_.empty()) return;
  w.constructed(tag, [&] {
    for (const ExtensionField& f : fields_) w.raw(f.octets());
  });
}

}  // namespace x400::asn1::mts
