#include "management/archive_routes.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include "x400/mstore/archive_export.hpp"

namespace x400::server {
namespace {

namespace json = boost::json;

constexpr std::uint32_t most_entries = 1000;      // of a list
constexpr std::uint64_t piece_octets = 1u << 20;  // of a content: twice as many characters

Error wrong(std::string_view member, std::string_view what) {
  return Error(ErrorKind::invalid, std::string(member) + ": " + std::string(what));
}

Result<std::uint64_t> number_in(const json::object& argument, std::string_view member, std::uint64_t least,
                                std::uint64_t most, std::optional<std::uint64_t> without = {}) {
  const auto* value = argument.if_contains(member);
  if (!value && without) return *without;
  const std::int64_t* number = value ? value->if_int64() : nullptr;
  if (!number || *number < 0 || static_cast<std::uint64_t>(*number) < least ||
      static_cast<std::uint64_t>(*number) > most)
    return wrong(member,
                 "a number from " + std::to_string(least) + " to " + std::to_string(most) + " is wanted");
  return static_cast<std::uint64_t>(*number);
}

// What is asked for.
struct Asked {
  std::string id;
  mstore::MailboxNumber mailbox = 0;
  mstore::SequenceNumber number = 0;
};

constexpr std::uint64_t last_number = 2'147'483'647;  // of X.413 SequenceNumber here

Result<Asked> mailbox_in(const Parts& parts, const json::object& argument) {
  const auto* id = argument.if_contains("mailbox");
  if (!id || !id->is_string()) return wrong("mailbox", "the id of a mailbox is wanted");
  Asked asked;
  asked.id = id->get_string().c_str();
  X400_TRY(number, parts.store.find_mailbox(asked.id));
  asked.mailbox = number;
  return asked;
}

Result<Asked> entry_in(const Parts& parts, const json::object& argument) {
  X400_TRY(number, number_in(argument, "number", 1, last_number));
  X400_TRY(asked, mailbox_in(parts, argument));
  asked.number = static_cast<mstore::SequenceNumber>(number);
  return asked;
}

void tell(const Parts& parts, const Asked& asked, std::string_view what) {
  parts.log.write(events::archive_read, {{"mailbox", asked.id}, {"number", asked.number}, {"what", what}});
}

Result<json::value> list(const Parts& parts, const json::object& argument) {
  X400_TRY(after, number_in(argument, "after", 0, last_number, 0));
  X400_TRY(limit, number_in(argument, "limit", 1, most_entries, most_entries));
  X400_TRY(asked, mailbox_in(parts, argument));
  X400_TRY(entries, parts.store.archive(asked.mailbox, static_cast<mstore::SequenceNumber>(after),
                                        static_cast<std::uint32_t>(limit)));
  json::array out;
  for (const mstore::ArchivedEntry& entry : entries) out.push_back(json::parse(to_json(entry)));
  return json::value(std::move(out));
}

Result<json::value> entry(const Parts& parts, const json::object& argument) {
  X400_TRY(asked, entry_in(parts, argument));
  X400_TRY(text, mstore::archived_json(parts.store, asked.mailbox, asked.number));
  tell(parts, asked, "attributes");
  return json::parse(text);
}

Result<json::value> content(const Parts& parts, const json::object& argument) {
  X400_TRY(offset, number_in(argument, "offset", 0, std::uint64_t{1} << 62, 0));
  X400_TRY(asked, entry_in(parts, argument));
  X400_TRY(piece, parts.store.archived_content(asked.mailbox, asked.number, offset, piece_octets));
  tell(parts, asked, "content");
  return json::value(json::object{{"size", piece.size}, {"octets", to_hex(piece.octets)}});
}

using Call = Result<json::value> (*)(const Parts&, const json::object&);

ManagementRoute route(const Parts& parts, std::string path, Call call) {
  return {"POST", std::move(path), [&parts, call](const json::object& argument, ManagementAnswer& answer) {
            auto result = call(parts, argument);
            if (!result.ok()) return answer.fail(result.error());
            answer.finish(std::move(*result));
          }};
}

}  // namespace

std::vector<ManagementRoute> archive_routes(const Parts& parts) {
  return {route(parts, "/v1/archive/list", list), route(parts, "/v1/archive/entry", entry),
          route(parts, "/v1/archive/content", content)};
}

}  // namespace x400::server
