// A content as text for people: heading lines, then the parts.
//
//   From:       G=A; S=Alice; O=Org; P=DEMO; A=TEST; C=XX
//   Subject:    hello
//
//   --- part 1: ia5-text
//   Hello
//
// UTF-8. Text that came with the message cannot steer a terminal: control characters other than line ends
// and tabs are shown in caret notation (^[). What cannot be read is said in its place, never refused.
#pragma once

#include <cstddef>
#include <string>

#include "x400/content/content_type.hpp"
#include "x400/content/forwarded.hpp"
#include "x400/content/information_object.hpp"

namespace x400::content {

struct ReadableOptions {
  std::size_t depth = default_forwarding_depth;  ///< forwarded messages are shown to this depth
  std::size_t text_octets = 1'000'000;           ///< of one text part; what is longer is cut, and said to be
};

/// Never fails. Formats this library does not read are described in one line.
std::string readable(View content, Format format, const ReadableOptions& options = {});

/// Text without anything that could steer a terminal; CR LF becomes LF.
std::string printable_text(std::string_view utf8);

/// An ORName or ORDescriptor as one line; "?" with the reason if it cannot be read.
std::string readable_or_name(const Field& or_name);
std::string readable_descriptor(const Field& descriptor);

}  // namespace x400::content
