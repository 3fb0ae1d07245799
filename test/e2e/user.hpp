// What a user does at the store, in words of a test.
#pragma once

#include <map>

#include "x400/asn1/ms/errors.hpp"
#include "x400/asn1/ms/retrieval.hpp"
#include "x400/asn1/oids.hpp"
#include "x400/content/compose.hpp"
#include "x400_peers.hpp"

namespace x400::test {

inline constexpr std::string_view alice_name = "C=XX;ADMD=TEST;O=Org;S=Alice",
                                  bob_name = "C=XX;ADMD=TEST;O=Org;S=Bob";

/// An interpersonal message with a subject and a text.
inline Octets message(std::string_view subject, std::string_view text) {
  content::NewHeading heading;
  heading.this_ipm.local = "ipm-" + std::string(subject);
  heading.subject = subject;
  std::vector<Octets> parts{content::ia5_text_part(text).value()};
  return content::compose_ipm(heading, parts).value();
}

/// A bound user.
class User {
 public:
  User(access::Runtime& runtime, std::uint16_t port, std::string_view name, std::string_view password,
       Edition spoken = Edition::e1994, std::shared_ptr<access::Handler> handler = nullptr,
       bool reliable = false)
      : edition(spoken) {
    auto made = connect_user(runtime, port, user_bind(name, password), edition, std::move(handler), reliable);
    if (!made.ok()) FAIL(made.error().text);
    association = made->association;
    bind_result = ms::MsBindResult::decode(made->bind_result.view()).value();
  }

  access::Outcome ask(access::Operation operation, Octets argument) {
    return association->invoke(operation, std::move(argument)).get();
  }

  /// Sequence numbers with their status before the operation.
  std::map<ms::SequenceNumber, int> list(const ms::ListArgument& argument = status_list()) {
    const auto outcome = ask(operations::list, argument.encode(edition));
    INFO(access::to_string(outcome));
    REQUIRE(outcome.is_result());
    std::map<ms::SequenceNumber, int> found;
    const auto result = ms::ListResult::decode(outcome.value().view()).value();
    for (const auto& entry : result.requested) {
      const auto status = entry.find(asn1::oids::attribute::retrieval_status);
      int value = -1;
      if (status)
        value = static_cast<int>(ber::read_integer(ber::read_one(status->values.at(0)).value()).value());
      found[entry.sequence_number] = value;
    }
    return found;
  }
  static ms::ListArgument status_list() {
    ms::ListArgument argument;
    argument.requested_attributes = {{asn1::oids::attribute::retrieval_status, {}, {}}};
    return argument;
  }

  /// The content of an entry, octet for octet.
  Octets fetch_content(ms::SequenceNumber number, ms::EntryClass of = ms::EntryClass::delivery) {
    ms::FetchArgument argument;
    argument.entry_class = of;
    argument.item = number;
    argument.requested_attributes = ms::EntryInformationSelection{{asn1::oids::attribute::content, {}, {}}};
    const auto outcome = ask(operations::fetch, argument.encode(edition));
    INFO(access::to_string(outcome));
    REQUIRE(outcome.is_result());
    const auto result = ms::FetchResult::decode(outcome.value().view()).value();
    REQUIRE(result.entry_information);
    const auto content = result.entry_information->find(asn1::oids::attribute::content);
    REQUIRE(content);
    return ber::read_octets(ber::read_one(content->values.at(0)).value()).value();
  }

  access::Outcome remove(std::vector<ms::SequenceNumber> numbers) {
    ms::DeleteArgument argument;
    argument.items = std::move(numbers);
    return ask(operations::delete_entries, argument.encode(edition));
  }

  Edition edition;
  access::AssociationPtr association;
  ms::MsBindResult bind_result;
};

/// A bound MTA that delivers.
class DeliveringMta {
 public:
  DeliveringMta(access::Runtime& runtime, std::uint16_t port, Edition edition = Edition::e1994,
                bool reliable = false) {
    auto made = connect_mta(runtime, port, "MTA1", "mta-pw", edition, nullptr, reliable);
    if (!made.ok()) FAIL(made.error().text);
    association = made->association;
  }
  access::Outcome deliver(const std::string& local, std::string_view recipient, View content) {
    return association
        ->invoke(operations::message_delivery,
                 delivery_argument(delivery_envelope(local, recipient), content))
        .get();
  }

  access::AssociationPtr association;
};

}  // namespace x400::test
