// corpus: makes the messages of test/corpus, for tests, demonstrations and measurements.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "files.hpp"
#include "maker.hpp"
#include "x400/asn1/or_text.hpp"
#include "x400/content/readable.hpp"

namespace {

using namespace x400;
using namespace x400::corpus;

struct Options {
  std::string source = X400_CORPUS_SOURCE;
  std::string folder;
  std::vector<std::string> users, only;
  bool skip_missing = false;
};

int fail(const Error& e) {
  std::fprintf(stderr, "corpus: %s\n", e.text().c_str());
  return 1;
}

Result<Users> users_of(const Options& o) {
  Users users = default_users();
  for (const std::string& one : o.users) {
    const auto equals = one.find('=');
    if (equals == std::string::npos) return Error(ErrorKind::invalid, "--user wants NAME=ADDRESS: " + one);
    X400_TRY(address, asn1::parse_or_address(one.substr(equals + 1)));
    users[one.substr(0, equals)] = std::move(address);
  }
  return users;
}

Status write(const std::filesystem::path& folder, const Made& made) {
  const std::string envelope = write_envelope(made.envelope);
  X400_CHECK(write_file(folder / (made.envelope.name + ".toml"), view(envelope)));
  if (made.envelope.content_file.empty()) return Ok{};
  return write_file(folder / made.envelope.content_file, made.content);
}

// One message: its error, unless an attachment's package is missing and that was allowed for.
Status build_one(Maker& maker, const Options& o, const std::string& name) {
  const auto made = maker.make(name);
  if (!made.ok() && made.error().kind() == ErrorKind::not_found && o.skip_missing) {
    std::printf("%-28s left out: %s\n", name.c_str(), made.error().text().c_str());
    return Ok{};
  }
  if (!made.ok()) return made.error();
  X400_CHECK(write(o.folder, **made));
  const Envelope& e = (*made)->envelope;
  std::printf("%-28s %-7s type %-22s %9zu octets  %s\n", name.c_str(),
              e.kind == Envelope::Kind::report ? "report" : "message", e.content_type.c_str(), e.content_size,
              e.about.c_str());
  return Ok{};
}

Result<std::vector<std::string>> chosen(const Maker& maker, const Options& o) {
  if (!o.only.empty()) return o.only;
  return maker.names();
}

Status build(const Options& o) {
  X400_TRY(users, users_of(o));
  Maker maker(o.source, std::move(users));
  X400_TRY(names, chosen(maker, o));
  std::error_code failed;
  std::filesystem::create_directories(o.folder, failed);
  if (failed) return Error(ErrorKind::io, o.folder + ": " + failed.message());
  for (const std::string& name : names) X400_CHECK(build_one(maker, o, name));
  return Ok{};
}

Status print_manifest(const Options& o) {
  X400_TRY(users, users_of(o));
  Maker maker(o.source, std::move(users));
  X400_TRY(text, manifest(maker));
  std::fputs(text.c_str(), stdout);
  return Ok{};
}

content::Format format_of(const std::string& content_type) {
  const auto oid = ber::Oid::parse(content_type);
  return oid.ok() ? content::format_of(*oid) : content::format_of(std::atoi(content_type.c_str()));
}

Status show(const Options& o, const std::string& name) {
  X400_TRY(envelope, read_envelope(std::filesystem::path(o.folder) / (name + ".toml")));
  X400_TRY(octets, read_content(o.folder, envelope));
  const std::string text =
      octets.empty() ? write_envelope(envelope) : content::readable(octets, format_of(envelope.content_type));
  std::fwrite(text.data(), 1, text.size(), stdout);
  return Ok{};
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Makes the messages of the corpus: contents and what an MTA needs to deliver them."};
  app.require_subcommand(1);
  Options o;
  std::string name;
  app.add_option("--source", o.source, "folder of the descriptions");
  app.add_option("--user", o.users, "NAME=ADDRESS: alice, bob, carol or ops under another address");
  auto* build_command = app.add_subcommand("build", "write all messages into a folder");
  build_command->add_option("DIR", o.folder)->required();
  build_command->add_option("--only", o.only, "names of messages");
  build_command->add_flag("--skip-missing", o.skip_missing,
                          "leave out messages whose attachments are not installed");
  auto* manifest_command = app.add_subcommand("manifest", "print SHA-256 of what is the same everywhere");
  auto* show_command = app.add_subcommand("show", "print a built message as text");
  show_command->add_option("DIR", o.folder)->required();
  show_command->add_option("NAME", name)->required();
  CLI11_PARSE(app, argc, argv);
  Status status = Ok{};
  if (build_command->parsed()) status = build(o);
  if (manifest_command->parsed()) status = print_manifest(o);
  if (show_command->parsed()) status = show(o, name);
  return status.ok() ? 0 : fail(status.error());
}
