#include "output.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "x400/asn1/or_text.hpp"
#include "x400/asn1/text.hpp"
#include "x400/content/content_type.hpp"

namespace p7 {
namespace {

using namespace x400;
using p7client::Entry;
using p7client::Failure;

std::string originator(const Entry& e) {
  const auto name = e.originator();
  return name ? asn1::print_f401(name->address) : std::string();
}

std::string time_text(const std::optional<asn1::Time>& time) { return time ? asn1::iso_time(*time) : ""; }

// Cut to columns, never inside a character; a terminal must not be spoken to by a subject.
std::string cut(const std::string& text, std::size_t columns) {
  std::string out;
  std::size_t used = 0;
  for (const char32_t c : asn1::text::code_points(text)) {
    if (used == columns) break;
    asn1::text::append_utf8(out, c < 0x20 || (c >= 0x7f && c < 0xa0) ? U' ' : c);
    ++used;
  }
  return out + std::string(columns - used, ' ');
}

std::string format_name(const Entry& e) {
  const auto type = e.content_type();
  return type ? std::string(content::name(content::format_of(*type))) : std::string();
}

}  // namespace

int exit_status(const Failure& failure) {
  switch (failure.kind()) {
    case Failure::Kind::invalid: return usage;
    case Failure::Kind::unreachable:
    case Failure::Kind::lost:
    case Failure::Kind::not_done: return unreachable;
    case Failure::Kind::bind_refused: return refused;
    case Failure::Kind::service_error:
    case Failure::Kind::rejected:
    case Failure::Kind::bad_answer: break;
  }
  return failed;
}

int report(const char* what, const Failure& failure) {
  fmt::print(stderr, "p7: {}: {} ({})\n", what, failure.text(), p7client::name(failure.kind()));
  return exit_status(failure);
}

int report(const char* what, const Error& error) {
  fmt::print(stderr, "p7: {}: {}\n", what, error.text());
  return usage;
}

boost::json::object to_json(const Entry& e) {
  boost::json::object o;
  o["number"] = e.sequence_number();
  if (const auto type = e.type()) o["type"] = asn1::ms::name(*type);
  if (const auto status = e.status()) o["status"] = asn1::ms::name(*status);
  o["priority"] = asn1::ms::name(e.priority());
  if (const auto size = e.content_length()) o["content_length"] = *size;
  if (const auto time = e.creation_time()) o["created"] = asn1::iso_time(*time);
  if (const auto time = e.delivery_time()) o["delivered"] = asn1::iso_time(*time);
  if (const auto time = e.submission_time()) o["submitted"] = asn1::iso_time(*time);
  if (const auto type = e.content_type()) o["content_type"] = type->to_string();
  if (const auto name = e.originator()) o["originator"] = asn1::print_f401(name->address);
  if (const auto subject = e.subject()) o["subject"] = *subject;
  if (const auto precedence = e.precedence()) o["precedence"] = *precedence;
  if (const auto parent = e.parent()) o["parent"] = *parent;
  return o;
}

void print_heading() {
  fmt::print("{:>6}  {:<9}  {:<10}  {:>10}  {:<20}  {:<8}  {:<40}  {}\n", "number", "status", "priority",
             "octets", "created", "content", "subject", "originator");
}

void print(const Entry& e) {
  const auto status = e.status();
  const auto type = e.type();
  const bool is_report = type == asn1::ms::EntryType::delivered_report;
  fmt::print("{:>6}  {:<9}  {:<10}  {:>10}  {:<20}  {:<8}  {}  {}\n", e.sequence_number(),
             status ? asn1::ms::name(*status) : "", asn1::ms::name(e.priority()),
             e.content_length() ? std::to_string(*e.content_length()) : "", time_text(e.creation_time()),
             is_report ? "report" : format_name(e), cut(e.subject().value_or(""), 40), originator(e));
}

}  // namespace p7
