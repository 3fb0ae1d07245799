#include "archive.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <boost/json/serialize.hpp>
#include <cerrno>
#include <iostream>
#include <system_error>

#include "archive_source.hpp"
#include "commands.hpp"
#include "x400/asn1/or_text.hpp"
#include "x400/ber/reader.hpp"
#include "x400/content/content_type.hpp"
#include "x400/content/readable.hpp"

namespace x400::mstorectl {
namespace {

namespace json = boost::json;

Result<std::unique_ptr<ArchiveSource>> source(const Service& service, const ArchiveArguments& arguments) {
  if (!arguments.store.empty()) return archive_of(arguments.store, arguments.mailbox);
  return archive_of(service, arguments.mailbox);
}

int written(int status) {
  return (std::cout << std::flush) ? status : fail(Error(ErrorKind::io, "cannot write to standard output"));
}

std::string text(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (!value) return "-";
  return value->is_string() ? std::string(value->get_string().c_str()) : json::serialize(*value);
}

std::uint32_t number_of(const json::object& entry) {
  const auto* value = entry.if_contains("number");
  return value && value->is_int64() ? static_cast<std::uint32_t>(value->get_int64()) : 0;
}

// Each entry of the archive, in order of numbers.
Status for_each(ArchiveSource& source, const std::function<Status(const json::object&)>& call) {
  for (std::uint32_t after = 0;;) {
    X400_TRY(list, source.list(after));
    if (list.empty()) return Ok{};
    for (const json::value& entry : list) {
      const std::uint32_t number = entry.is_object() ? number_of(entry.get_object()) : 0;
      if (number <= after) return Error(ErrorKind::malformed, "the answer is not that of mstored");
      X400_CHECK(call(entry.get_object()));
      after = number;
    }
  }
}

Result<Octets> whole_content(ArchiveSource& source, std::uint32_t number) {
  Octets out;
  while (true) {
    X400_TRY(piece, source.content(number, out.size()));
    append(out, piece.octets);
    if (out.size() >= piece.size) return out;
    if (piece.octets.empty()) return Error(ErrorKind::malformed, "the content ends before its end");
  }
}

// ---- show

// The first value of the attribute; empty: the entry has none.
Octets value_of(const json::object& entry, std::string_view name) {
  const auto* attributes = entry.if_contains("attributes");
  if (!attributes || !attributes->is_array()) return {};
  for (const json::value& item : attributes->get_array()) {
    const json::object* attribute = item.if_object();
    if (!attribute || text(*attribute, "name") != name) continue;
    const auto* values = attribute->if_contains("values");
    if (!values || !values->is_array() || values->get_array().empty()) return {};
    const json::value& first = values->get_array().front();
    auto octets = from_hex(first.is_string() ? first.get_string().c_str() : "");
    return octets.ok() ? std::move(*octets) : Octets();
  }
  return {};
}

content::Format format_of(const json::object& entry) {
  const Octets type = value_of(entry, "mt-content-type");
  const auto element = ber::read_one(type);
  const auto oid = element.ok() ? ber::read_oid(*element) : Result<ber::Oid>(element.error());
  return oid.ok() ? content::format_of(*oid) : content::Format::unidentified;
}

void line(std::string_view name, std::string_view value) {
  fmt::print("{:<12}{}\n", std::string(name) + ":", content::printable_text(value));
}

void print_entry(const json::object& entry) {
  line("Entry", fmt::format("{}, {}, {}", text(entry, "number"), text(entry, "type"), text(entry, "status")));
  line("Created", text(entry, "created"));
  line("Archived", fmt::format("{}, removed by {}", text(entry, "archived"), text(entry, "by")));
  line("Until", text(entry, "until"));
  const Octets originator = value_of(entry, "mt-originator-name");
  if (const auto name = asn1::EncodedORName::decode(originator); name.ok())
    line("Originator", asn1::print_f401(name->address()));
}

// ---- export

Error system_error(const std::filesystem::path& path) {
  return Error(errno == EEXIST ? ErrorKind::exists : ErrorKind::io,
               path.string() + ": " + std::generic_category().message(errno));
}

// A new file that only its owner reads, whole or not there.
Status write_file(const std::filesystem::path& path, View octets) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return system_error(path);
  Status done = Ok{};
  while (done.ok() && !octets.empty()) {
    const ssize_t wrote = ::write(file, octets.data(), octets.size());
    if (wrote < 0 && errno != EINTR) done = system_error(path);
    if (wrote > 0) octets = octets.subspan(static_cast<std::size_t>(wrote));
  }
  if (done.ok() && ::fsync(file) != 0) done = system_error(path);
  ::close(file);
  if (!done.ok()) ::unlink(path.c_str());
  return done;
}

Status export_entry(ArchiveSource& source, std::uint32_t number, const std::filesystem::path& to) {
  X400_TRY(entry, source.entry(number));
  const auto content = whole_content(source, number);
  if (!content.ok() && content.error().kind() != ErrorKind::not_found) return content.error();
  if (content.ok()) X400_CHECK(write_file(to / (std::to_string(number) + ".content"), *content));
  return write_file(to / (std::to_string(number) + ".json"), view(json::serialize(entry) + "\n"));
}

Status export_all(ArchiveSource& source, const ArchiveArguments& arguments) {
  if (arguments.numbers.empty())
    return for_each(source, [&](const json::object& entry) {
      return export_entry(source, number_of(entry), arguments.to);
    });
  for (const std::uint32_t number : arguments.numbers) X400_CHECK(export_entry(source, number, arguments.to));
  return Ok{};
}

}  // namespace

int archive_list(const Service& service, const ArchiveArguments& arguments) {
  auto from = source(service, arguments);
  if (!from.ok()) return fail(from.error());
  if (!arguments.json)
    fmt::print("{:>10}  {:<18} {:<20}  {:<20}  {:<20}  {:<9} {:>12}\n", "number", "type", "created",
               "archived", "until", "by", "octets");
  const Status done = for_each(**from, [&](const json::object& entry) -> Status {
    if (arguments.json)
      fmt::print("{}\n", json::serialize(entry));
    else
      fmt::print("{:>10}  {:<18} {:<20}  {:<20}  {:<20}  {:<9} {:>12}\n", text(entry, "number"),
                 text(entry, "type"), text(entry, "created"), text(entry, "archived"), text(entry, "until"),
                 text(entry, "by"), text(entry, "octets"));
    return Ok{};
  });
  if (!done.ok()) return fail(done.error());
  return written(mstorectl::done);
}

int archive_show(const Service& service, const ArchiveArguments& arguments) {
  const auto from = source(service, arguments);
  if (!from.ok()) return fail(from.error());
  const std::uint32_t number = arguments.numbers.front();
  const auto entry = (*from)->entry(number);
  if (!entry.ok()) return fail(entry.error());
  if (arguments.json) {
    std::cout << json::serialize(*entry) << "\n";
    return written(done);
  }
  const auto content = whole_content(**from, number);
  if (!content.ok() && content.error().kind() != ErrorKind::not_found) return fail(content.error());
  print_entry(*entry);
  std::fflush(stdout);
  std::cout << (content.ok() ? content::readable(*content, format_of(*entry)) : "(no content)\n");
  return written(done);
}

int archive_export(const Service& service, const ArchiveArguments& arguments) {
  const auto from = source(service, arguments);
  if (!from.ok()) return fail(from.error());
  const Status exported = export_all(**from, arguments);
  return exported.ok() ? done : fail(exported.error());
}

}  // namespace x400::mstorectl
