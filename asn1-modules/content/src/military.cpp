#include "x400/content/military.hpp"

#include "take_extension.hpp"
#include "x400/asn1/oids.hpp"

namespace x400::content {
namespace {

namespace tags = ber::tags;
namespace mil = asn1::oids::military;
using asn1::ms::Priority;

Result<std::vector<std::string>> texts(const std::vector<Field>& fields) {
  std::vector<std::string> out;
  for (const Field& f : fields) {
    X400_TRY(one, read_characters(f));
    out.push_back(std::move(one));
  }
  return out;
}

Result<std::vector<std::string>> list(const Field& f) {
  X400_TRY(members, f.members());
  return texts(members);
}

Result<std::vector<std::string>> sics(const Field& distribution_codes) {
  X400_TRY(fields, sic_fields(distribution_codes));
  return texts(fields);
}

// SET { type [0] INTEGER, identifier [1] PrintableString OPTIONAL }.
Result<MilitaryMessageType> message_type(const Field& f) {
  X400_TRY(members, f.members());
  MilitaryMessageType out;
  bool found = false;
  for (const Field& m : members) {
    if (m.type() == ber::context(0)) {
      X400_TRY(n, read_number(m));
      out.type = n;
      found = true;
    } else if (m.type() == ber::context(1)) {
      X400_TRY(text, read_characters(m));
      out.identifier = std::move(text);
    }
  }
  if (!found) return Error(ErrorKind::malformed, "no type");
  return out;
}

}  // namespace

const std::vector<PrecedenceInfo>& precedences() {
  static const std::vector<PrecedenceInfo> table{
      {Precedence::deferred, "deferred", 'M', Priority::non_urgent, false},
      {Precedence::routine, "routine", 'R', Priority::non_urgent, true},
      {Precedence::priority, "priority", 'P', Priority::normal, false},
      {Precedence::immediate, "immediate", 'O', Priority::normal, true},
      {Precedence::flash, "flash", 'Z', Priority::urgent, false},
      {Precedence::override_, "override", 'Y', Priority::urgent, true},
  };
  return table;
}

const PrecedenceInfo* precedence_info(std::int64_t code) {
  const auto& table = precedences();
  if (code < 0 || code >= static_cast<std::int64_t>(table.size())) return nullptr;
  return &table[static_cast<std::size_t>(code)];
}

const PrecedenceInfo* precedence_named(std::string_view name) {
  for (const PrecedenceInfo& p : precedences())
    if (p.name == name) return &p;
  return nullptr;
}

Result<std::vector<Field>> sic_fields(const Field& distribution_codes) {
  X400_TRY(members, distribution_codes.members());
  for (const Field& m : members) {
    if (m.type() != ber::context(0)) continue;
    return Field(m.element(), tags::sequence).members();
  }
  return std::vector<Field>();
}

Result<MilitaryHeading> read_military_heading(const Extensions& x) {
  MilitaryHeading out;
  X400_CHECK(
      take_extension(x, mil::primary_precedence, "primary-precedence", out.primary_precedence, read_number));
  X400_CHECK(take_extension(x, mil::copy_precedence, "copy-precedence", out.copy_precedence, read_number));
  X400_CHECK(take_extension(x, mil::message_type, "message-type", out.message_type, message_type));
  X400_CHECK(take_extension(x, mil::extended_authorisation_info, "extended-authorisation-info",
                            out.extended_authorisation_info, read_characters));
  X400_CHECK(take_extension(x, mil::distribution_codes, "distribution-codes", out.sics, sics));
  X400_CHECK(take_extension(x, mil::handling_instructions, "handling-instructions", out.handling_instructions,
                            list));
  X400_CHECK(
      take_extension(x, mil::message_instructions, "message-instructions", out.message_instructions, list));
  X400_CHECK(take_extension(x, mil::codress_message, "codress-message", out.codress_groups, read_number));
  X400_CHECK(take_extension(x, mil::originator_reference, "originator-reference", out.originator_reference,
                            read_characters));
  X400_CHECK(
      take_extension(x, mil::originator_plad, "originator-plad", out.originator_plad, read_characters));
  X400_CHECK(take_extension(x, mil::acp127_message_identifier, "acp127-message-identifier",
                            out.acp127_identifier, read_characters));
  return out;
}

}  // namespace x400::content
