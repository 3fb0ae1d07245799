// The people of the compose tests.
#pragma once

#include "x400/asn1/or_text.hpp"
#include "x400/content/compose.hpp"

namespace x400::test {

inline asn1::EncodedORName person(const std::string& surname) {
  return asn1::EncodedORName(*asn1::parse_or_address("C=XX;ADMD=TEST;PRMD=DEMO;O=Org;S=" + surname));
}

inline content::NewHeading heading_to(const std::vector<std::string>& surnames) {
  content::NewHeading h;
  h.this_ipm = {person("Alice"), "1"};
  h.originator = person("Alice");
  h.subject = "hello";
  for (const std::string& s : surnames) {
    content::NewRecipient r;
    r.who = person(s);
    h.primary.push_back(r);
  }
  return h;
}

}  // namespace x400::test
