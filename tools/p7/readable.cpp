#include "readable.hpp"

#include <fmt/format.h>

#include "x400/asn1/or_text.hpp"
#include "x400/content/readable.hpp"

namespace p7 {
namespace {

using namespace x400;

void line(std::string& out, std::string_view name, std::string_view value) {
  if (!value.empty())
    out += fmt::format("{:<12}{}\n", std::string(name) + ":", content::printable_text(value));
}

content::Format format_of(const p7client::Entry& e) {
  const auto type = e.content_type();
  return type ? content::format_of(*type) : content::Format::unidentified;
}

}  // namespace

std::string readable_text(const p7client::Entry& e) {
  std::string out;
  line(out, "Entry",
       fmt::format("{}, {}, priority {}", e.sequence_number(), e.type() ? asn1::ms::name(*e.type()) : "",
                   asn1::ms::name(e.priority())));
  if (const auto time = e.delivery_time()) line(out, "Delivered", asn1::iso_time(*time));
  if (const auto name = e.originator()) line(out, "Originator", asn1::print_f401(name->address));
  const auto octets = e.content();
  if (!octets) return out + "(no content)\n";
  return out + content::readable(octets->view(), format_of(e));
}

}  // namespace p7
