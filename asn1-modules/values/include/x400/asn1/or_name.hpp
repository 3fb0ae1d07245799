// O/R names and O/R addresses (X.411 8.5.5, X.402 clause 18).
//
// An address is a set of attributes. Which of them name somebody (mnemonic, numeric, postal, terminal
// form) is not in its type; check() says whether a form is complete. Text forms: or_text.hpp.
//
//   X400_TRY(name, ORName::decode(octets));                 // [APPLICATION 0] ...
//   if (same_address(name.address, mailbox)) ...
//   index[canonical_key(name.address)] = ...
//
// Decoding is liberal: bounds and repertoires are not enforced, unknown extension attributes are kept.
// The language tags of universal strings are dropped. Encoding never fails; a received name whose
// octets must not change is an EncodedORName.
//
// Threads: values; no shared state.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "x400/base/octets.hpp"
#include "x400/base/result.hpp"
#include "x400/ber/tag.hpp"
#include "x400/ber/writer.hpp"

namespace x400::asn1 {

/// One attribute value in up to three character sets, which are three spellings of one value
/// (X.402 18.2): an originator may give a printable form for those who cannot write the others.
struct ORText {
  std::string printable;  ///< PrintableString or NumericString, as on the wire
  std::string teletex;    ///< TeletexString: T.61 octets, as on the wire
  std::string universal;  ///< BMPString or UniversalString, here UTF-8

  ORText() = default;
  /// The printable form if the text fits into it, else teletex, else universal. Octets that are no
  /// UTF-8 become U+FFFD.
  static ORText of(std::string_view utf8);

  bool empty() const { return printable.empty() && teletex.empty() && universal.empty(); }
  /// The value: printable if there is one, else universal, else teletex.
  std::string utf8() const;
};

struct PersonalName {
  ORText surname, given, initials, generation;

  bool empty() const;
};

struct DomainDefinedAttribute {
  ORText type, value;
};

/// Postal attributes that are a PDSParameter: the numbers of their extension attributes. Their
/// universal forms have numbers 19 above.
enum class PostalAttribute : std::uint8_t {
  office_name = 10,
  office_number = 11,
  or_address_extension = 12,
  personal_name = 13,
  organization = 14,
  delivery_extension = 15,
  street = 17,
  box = 18,
  poste_restante = 19,
  unique_name = 20,
  local = 21,
};

struct PostalAddress {
  std::string pds_name;                                        ///< physical delivery service (7)
  std::string country;                                         ///< (8) alpha-2 or X.121 digits
  std::string postal_code;                                     ///< (9)
  std::vector<std::pair<PostalAttribute, ORText>> parameters;  ///< each at most once
  std::vector<std::string> unformatted_lines;                  ///< (16) printable, up to 6
  std::string unformatted_teletex;                             ///< (16) T.61 octets, lines by CR LF
  std::string unformatted_universal;                           ///< (35) UTF-8

  bool empty() const;
};

/// An address in the telephone or data network (22).
struct NetworkAddress {
  std::string e164_number;  ///< E.163 or E.164 digits
  std::string e164_subaddress;
  Octets presentation_address;  ///< or a PSAP: contents of its PresentationAddress SEQUENCE

  bool empty() const { return e164_number.empty() && presentation_address.empty(); }
};

/// Terminal types (23) known to X.411; others are kept as numbers.
enum class TerminalType : std::int64_t {
  telex = 3,
  teletex = 4,
  g3_facsimile = 5,
  g4_facsimile = 6,
  ia5_terminal = 7,
  videotex = 8,
};

struct ORAddress {
  std::string country;              ///< alpha-2, or three X.121 digits
  std::optional<std::string> admd;  ///< " " stands for any ADMD of the country
  std::string prmd;
  std::string x121_address;
  std::string terminal_id;
  std::string numeric_user_id;
  ORText organization;
  std::vector<ORText> organizational_units;  ///< most significant first
  PersonalName personal_name;
  ORText common_name;
  std::vector<DomainDefinedAttribute> domain_defined;
  PostalAddress postal;
  NetworkAddress network;
  std::optional<TerminalType> terminal_type;
  /// Extension attributes with numbers this project does not know: number and value (a whole TLV).
  std::vector<std::pair<std::int64_t, Octets>> other_extensions;

  /// No attribute at all: inside an O/R name, "directory name only".
  bool empty() const;

  /// The ORAddress SEQUENCE (untagged), as originator-return-address carries it.
  static Result<ORAddress> decode(View octets);
  Octets encode() const;
  void write(ber::Writer& w, ber::Tag tag = ber::tags::sequence) const;
};

struct ORName {
  static constexpr ber::Tag tag = ber::application(0);

  ORAddress address;
  Octets directory_name;  ///< a Name (X.501), one whole TLV; empty if absent

  /// `as` is the tag the octets carry where a field replaces it ([4] in a delivery envelope).
  /// Errors: truncated, malformed, limit.
  static Result<ORName> decode(View octets, ber::Tag as = tag);
  Octets encode() const;
  void write(ber::Writer& w, ber::Tag as = tag) const;
};

/// An O/R name together with its octets: as received, or encoded once when made here. The two cannot
/// come apart.
class EncodedORName {
 public:
  EncodedORName() : EncodedORName(ORName{}) {}
  EncodedORName(ORName name) : name_(std::move(name)), octets_(name_.encode()) {}      // NOLINT: a view of it
  EncodedORName(ORAddress address) : EncodedORName(ORName{std::move(address), {}}) {}  // NOLINT

  static Result<EncodedORName> decode(View octets, ber::Tag as = ORName::tag);

  const ORName& name() const { return name_; }
  const ORAddress& address() const { return name_.address; }
  View octets() const { return octets_; }  ///< tagged [APPLICATION 0], of definite length outside
  void write(ber::Writer& w, ber::Tag as = ORName::tag) const;

 private:
  EncodedORName(ORName name, Octets octets) : name_(std::move(name)), octets_(std::move(octets)) {}

  ORName name_;
  Octets octets_;
};

/// Equality of X.402 18.4: case and surplus spaces do not matter, nor the order of attribute kinds; the
/// order of organizational units matters, that of domain-defined attributes only within a type. Values
/// are compared in a character set that both have. ADMD absent, empty and " " are the same.
bool same_address(const ORAddress& a, const ORAddress& b);

/// A text that is equal for equal addresses: lower case, folded, fixed order, printable forms
/// preferred. Readable ("c=xx;a=icao;o=org;s=alice"), for maps and indexes. The one case in which equal
/// addresses have different keys: a value given printable and teletex here, teletex only there.
std::string canonical_key(const ORAddress& address);

/// Whether the address is complete in one of its forms (X.402 18.5), within the bounds of X.411 annex B
/// and in the right repertoires. Error: invalid, naming the attribute.
Status check(const ORAddress& address);

}  // namespace x400::asn1
