// mstorectl: what an administrator does beside the running service. See mstorectl(1).
#include <CLI/CLI.hpp>
#include <iostream>

#include "archive.hpp"
#include "commands.hpp"
#include "password.hpp"
#include "store.hpp"
#include "x400/settings/password_hash.hpp"
#include "x400/settings/sealed_secret.hpp"

namespace {

using namespace x400;

int password_hash(bool from_stdin, const settings::PasswordHash::Cost& cost) {
  auto password = from_stdin ? mstorectl::read_password(std::cin) : mstorectl::ask_password();
  if (!password.ok()) return mstorectl::fail(password.error());
  const auto hash = settings::PasswordHash::make(password->octets(), cost);
  if (!hash.ok()) return mstorectl::fail(hash.error());
  std::cout << hash->text() << "\n" << std::flush;
  return std::cout ? mstorectl::done : mstorectl::fail(Error(ErrorKind::io, "cannot write the hash"));
}

int print_line(const Result<std::string>& line) {
  if (!line.ok()) return mstorectl::fail(line.error());
  std::cout << *line << "\n" << std::flush;
  return std::cout ? mstorectl::done : mstorectl::fail(Error(ErrorKind::io, "cannot write the line"));
}

Result<std::string> sealed(bool from_stdin, const std::string& key_file, const std::string& owner) {
  X400_TRY(key, settings::SealKey::read(key_file));
  X400_TRY(password, from_stdin ? mstorectl::read_password(std::cin) : mstorectl::ask_password());
  return key.seal(password, owner);
}

using ArchiveCall = int (*)(const mstorectl::Service&, const mstorectl::ArchiveArguments&);

CLI::App* add_archive_command(CLI::App& archive, mstorectl::ArchiveArguments& arguments, ArchiveCall& chosen,
                              const char* name, const char* text, ArchiveCall call) {
  auto* sub = archive.add_subcommand(name, text);
  sub->add_option("MAILBOX", arguments.mailbox, "id of the mailbox")->required();
  sub->add_option("--store", arguments.store, "folder of a store that is closed")
      ->check(CLI::ExistingDirectory);
  sub->callback([&chosen, call] { chosen = call; });
  return sub;
}

void add_archive(CLI::App& app, mstorectl::ArchiveArguments& arguments, ArchiveCall& chosen) {
  auto* archive = app.add_subcommand(
      "archive",
      "What was deleted from a mailbox and a hold keeps. That of the running service, or with --store of a "
      "store that is closed.");
  archive->require_subcommand(1);
  const CLI::Range numbers(1, 2'147'483'647);
  auto* list =
      add_archive_command(*archive, arguments, chosen, "list", "Its entries.", mstorectl::archive_list);
  list->add_flag("--json", arguments.json, "an object a line");
  auto* show = add_archive_command(*archive, arguments, chosen, "show", "One of them, for people to read.",
                                   mstorectl::archive_show);
  show->add_option("NUMBER", arguments.numbers, "its number")->required()->expected(1)->check(numbers);
  show->add_flag("--json", arguments.json, "its attributes as a JSON object");
  auto* out = add_archive_command(*archive, arguments, chosen, "export",
                                  "Write entries into files, NUMBER.json and NUMBER.content.",
                                  mstorectl::archive_export);
  out->add_option("NUMBER", arguments.numbers, "their numbers; none: all")->check(numbers);
  out->add_option("--to", arguments.to, "folder for the files, which must be there")
      ->required()
      ->check(CLI::ExistingDirectory);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Administers a Message Store.\n"
      "Exit status: 0 done, 1 failed, 2 wrong use, 3 the service does not answer, 4 problems were found.",
      "mstorectl");
  app.set_version_flag("--version", "mstorectl " X400_VERSION);
  app.require_subcommand(1);
  std::string socket = "/run/mstored/mstored.sock";
  bool json = false;
  app.add_option("--socket", socket, "management socket of the service")
      ->envname("MSTORED_SOCKET")
      ->capture_default_str();
  app.add_flag("--json", json, "print JSON");

  auto* hash =
      app.add_subcommand("password-hash",
                         "Make the hash of a P7 password, for p7_hash in mstored.toml. The password is "
                         "asked for on the terminal, never taken from the command line.");
  bool from_stdin = false;
  settings::PasswordHash::Cost cost;
  hash->add_flag("--stdin", from_stdin, "read the password from standard input, one line");
  hash->add_option("--cost", cost.n, "scrypt N, a power of two; memory of a check is 1 KiB times N")
      ->capture_default_str();
  auto* seal = app.add_subcommand(
      "password-seal",
      "Seal a P7 password, for p7_sealed in mstored.toml, so that its user can bind with protected "
      "credentials. The password is asked for on the terminal.");
  std::string key_file, owner;
  seal->add_flag("--stdin", from_stdin, "read the password from standard input, one line");
  seal->add_option("--key-file", key_file, "seal_key_file of mstored.toml")->required();
  seal->add_option("--mailbox", owner, "id of the mailbox: a sealed password is worth nothing for another")
      ->required();
  const auto* seal_key =
      app.add_subcommand("seal-key", "Print a new key for seal_key_file; put it in a file closed to others.");
  const auto* status = app.add_subcommand("status", "Is the service well? Fails if its store cannot write.");
  const auto* mailboxes = app.add_subcommand("mailboxes", "All mailboxes, with what lies in them.");

  auto* store = app.add_subcommand(
      "store",
      "A store: check it, mend its index, print it. With its FOLDER when it is closed; without, "
      "that of the running service.");
  store->require_subcommand(1);
  mstorectl::StoreArguments arguments;
  using StoreCall = int (*)(const mstorectl::Service&, const mstorectl::StoreArguments&);
  StoreCall store_call = nullptr;
  const auto add = [&](const char* name, const char* text, StoreCall call) {
    auto* sub = store->add_subcommand(name, text);
    sub->add_option("FOLDER", arguments.folder, "folder of a store that is closed")
        ->check(CLI::ExistingDirectory);
    sub->add_flag("--json", arguments.json, "the report as a JSON object");
    sub->add_flag("--progress", arguments.progress,
                  "progress on standard error, also where that is no terminal");
    sub->callback([&store_call, call] { store_call = call; });
  };
  add("check", "Read everything, hold it against its checksums and the index against the log.",
      mstorectl::store_check);
  add("sync", "Make the index be what the log says, and say how it differed.", mstorectl::store_sync);
  add("rebuild", "Make the index anew.", mstorectl::store_rebuild);
  add("dump", "Print what lies on the disk, as mstore-dump(1) does.", mstorectl::store_dump);

  mstorectl::ArchiveArguments archive;
  ArchiveCall archive_call = nullptr;
  add_archive(app, archive, archive_call);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? mstorectl::done : mstorectl::wrong_use;
  }
  const mstorectl::Service service(socket);
  if (store_call != nullptr) {
    arguments.json = arguments.json || json;
    return store_call(service, arguments);
  }
  if (archive_call != nullptr) {
    archive.json = archive.json || json;
    return archive_call(service, archive);
  }
  if (*status) return mstorectl::status(service, json);
  if (*mailboxes) return mstorectl::mailboxes(service, json);
  if (*seal_key) return print_line(settings::SealKey::make_line());
  if (*seal) return print_line(sealed(from_stdin, key_file, owner));
  return password_hash(from_stdin, cost);
}
