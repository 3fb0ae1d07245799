#include "commands.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <iostream>

namespace x400::mstorectl {
namespace {

namespace json = boost::json;

int print(const json::value& value) {
  std::cout << json::serialize(value) << "\n" << std::flush;
  return std::cout ? done : fail(Error(ErrorKind::io, "cannot write to standard output"));
}

std::string text(const json::object& object, const char* key) {
  const auto* value = object.if_contains(key);
  if (!value) return "-";
  return value->is_string() ? std::string(value->get_string().c_str()) : json::serialize(*value);
}

const json::object& object_in(const json::object& object, const char* key) {
  static const json::object none;
  const auto* value = object.if_contains(key);
  return value && value->is_object() ? value->get_object() : none;
}

void print_mailbox(const json::object& mailbox) {
  const json::object& delivery = object_in(mailbox, "delivery");
  const auto* addresses = mailbox.if_contains("or_addresses");
  const bool named = addresses && addresses->is_array() && !addresses->get_array().empty();
  fmt::print("{:<16} {:>10} {:>10} {:>14} {:>10}  {}{}\n", text(mailbox, "id"), text(delivery, "entries"),
             text(delivery, "new"), text(delivery, "octets"),
             text(object_in(mailbox, "submission"), "entries"),
             named ? addresses->get_array().front().as_string().c_str() : "-",
             text(mailbox, "configured") == "false" ? "  (not configured: nobody can bind)" : "");
}

}  // namespace

int fail(const Error& error) {
  std::cerr << "mstorectl: " << error.text() << "\n";
  return error.kind() == ErrorKind::unavailable ? no_service : failed;
}

int status(const Service& service, bool as_json) {
  const auto answer = service.get("/v1/status");
  if (!answer.ok()) return fail(answer.error());
  if (as_json) return print(*answer);
  if (!answer->is_object()) return fail(Error(ErrorKind::malformed, "the answer is not that of mstored"));
  const json::object& s = answer->get_object();
  const json::object& store = object_in(s, "store");
  fmt::print(
      "mstored {}, since {}\nconfiguration  {}\nstore          {}\nassociations   {}\nmailboxes      {}\n",
      text(s, "version"), text(s, "started"), text(s, "config"), text(store, "path"), text(s, "associations"),
      text(s, "mailboxes"));
  if (text(store, "writable") != "true") fmt::print("CANNOT WRITE   {}\n", text(store, "why"));
  if (const auto* findings = store.if_contains("findings"); findings && findings->is_array())
    for (const json::value& finding : findings->get_array())
      fmt::print("finding        {}\n", finding.is_string() ? finding.get_string().c_str() : "");
  return text(store, "writable") == "true" ? done : failed;
}

int mailboxes(const Service& service, bool as_json) {
  const auto answer = service.get("/v1/mailboxes");
  if (!answer.ok()) return fail(answer.error());
  if (as_json) return print(*answer);
  if (!answer->is_array()) return fail(Error(ErrorKind::malformed, "the answer is not that of mstored"));
  fmt::print("{:<16} {:>10} {:>10} {:>14} {:>10}  {}\n", "mailbox", "in box", "new", "octets", "out box",
             "address");
  for (const json::value& mailbox : answer->get_array())
    if (mailbox.is_object()) print_mailbox(mailbox.get_object());
  return done;
}

}  // namespace x400::mstorectl
