#include "x400/asn1/attribute_table.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "x400/asn1/oids.hpp"

using namespace x400;
using namespace x400::asn1;

namespace {

constexpr Edition e88 = Edition::e1988, e94 = Edition::e1994;

const AttributeInfo& at(const ber::Oid& type) {
  const AttributeInfo* a = find_attribute(type);
  REQUIRE(a != nullptr);
  return *a;
}

}  // namespace

TEST_CASE("the identifiers are those of the standard") {
  CHECK(oids::context::ms_access_94.to_string() == "2.6.0.1.11");
  CHECK(oids::syntax::mrse_94.to_string() == "2.6.0.2.15");
  CHECK(oids::attribute::child_sequence_numbers.to_string() == "2.6.4.3.0");
  CHECK(oids::attribute::recipient_certificate.to_string() == "2.6.4.3.82");
  CHECK(oids::ipm_attribute::subject.to_string() == "2.6.1.7.4");
  CHECK(oids::ipm_attribute::recipient_category.to_string() == "2.6.1.13.18");
  CHECK(oids::military_attribute::primary_precedence.to_string() == "1.3.26.0.4406.0.3.0");
  CHECK(oids::content_type::p22.to_string() == "2.6.1.10.1");
  CHECK(oids::auto_action::auto_alert.to_string() == "2.6.4.4.1");
}

TEST_CASE("the table has every attribute once, with the number of the standard's tables") {
  std::size_t general = 0, ipm = 0, of_1988 = 0;
  std::set<ber::Oid> types;
  for (const AttributeInfo& a : attributes()) {
    CHECK(types.insert(a.oid).second);
    CHECK(find_attribute(a.oid) == &a);
    CHECK(find_attribute(a.name) == &a);
    general += a.group == AttributeGroup::general;
    ipm += a.group == AttributeGroup::ipm;
    of_1988 += a.group == AttributeGroup::general && a.in(e88);
  }
  CHECK(general == 82);
  CHECK(of_1988 == 42);
  CHECK(ipm == 101);
  CHECK(find_attribute(ber::Oid{2, 6, 4, 3, 45}) == nullptr);
  CHECK(find_attribute("no-such-attribute") == nullptr);
}

TEST_CASE("names of 1988 and names without prefix are found, letter case aside") {
  CHECK(find_attribute("entry-status") == &at(oids::attribute::retrieval_status));
  CHECK(find_attribute("MT-Priority") == &at(oids::attribute::priority));
  CHECK(find_attribute("priority") == &at(oids::attribute::priority));
  CHECK(find_attribute("message-delivery-identifier") == &at(oids::attribute::message_identifier));
  CHECK(find_attribute("mm-copy-precedence") == &at(oids::military_attribute::copy_precedence));
}

TEST_CASE("matching rules depend on the edition") {
  const auto& priority = at(oids::attribute::priority);
  CHECK(priority.equality(e88) == MatchingRule::integer);
  CHECK_FALSE(priority.ordering(e88));
  CHECK(priority.ordering(e94) == MatchingRule::integer_ordering);
  const auto& length = at(oids::attribute::content_length);
  CHECK_FALSE(length.equality(e94));
  CHECK(length.ordering(e88) == MatchingRule::integer_ordering);
  const auto& originator = at(oids::attribute::originator_name);
  CHECK(originator.others(e88).empty());
  CHECK(originator.others(e94).size() == 3);
  CHECK(originator.allows(MatchingRule::or_name_elements));
  CHECK_FALSE(originator.allows(MatchingRule::value_count));
  const auto& languages = at(oids::ipm_attribute::languages);
  CHECK_FALSE(languages.substrings(e88));
  CHECK(languages.substrings(e94) == MatchingRule::ms_substrings);
  const auto& content = at(oids::attribute::content);
  CHECK_FALSE(content.equality(e94));
  CHECK_FALSE(content.ordering(e94));
  CHECK(at(oids::attribute::message_identifier).equality(e88) == std::nullopt);
}

TEST_CASE("what List and Summarize may return, and which edition an attribute is of") {
  CHECK_FALSE(at(oids::attribute::content).list);                       // case 35
  CHECK_FALSE(at(oids::attribute::message_delivery_envelope).summary);  // case 67
  CHECK_FALSE(at(oids::ipm_attribute::subject).summary);                // case 67
  CHECK(at(oids::attribute::retrieval_status).summary);                 // case 62
  CHECK(at(oids::attribute::priority).summary);
  CHECK(at(oids::ipm_attribute::subject).list);
  CHECK_FALSE(at(oids::ipm_attribute::body).list);
  CHECK_FALSE(at(oids::attribute::message_notes).in(e88));
  CHECK(at(oids::attribute::message_notes).modifiable);
  CHECK_FALSE(at(oids::attribute::priority).modifiable);
  CHECK(at(oids::attribute::retrieval_status).modifiable_status);
  CHECK(at(oids::ipm_attribute::primary_recipients).multi_valued);
  CHECK_FALSE(at(oids::attribute::priority).multi_valued);
}

TEST_CASE("matching rules by identifier, tags of syntaxes") {
  for (const MatchingRuleInfo& r : matching_rules()) {
    CHECK(find_matching_rule(r.oid) == &r);
    CHECK(&info(r.rule) == &r);
  }
  CHECK(info(MatchingRule::or_name_elements).oid.to_string() == "2.6.4.8.16");
  CHECK(info(MatchingRule::ipm_identifier).name == "iPMIdentifierMatch");
  CHECK(find_matching_rule(ber::Oid{1, 2, 3}) == nullptr);
  CHECK(tag_of(at(oids::attribute::priority).syntax) == ber::application(7));
  CHECK(tag_of(at(oids::attribute::creation_time).syntax) == ber::tags::utc_time);
  CHECK(tag_of(at(oids::attribute::this_recipient_name).syntax) == ber::application(0));
  CHECK_FALSE(tag_of(Syntax::ms_string));
}
