// mstorectl: what an administrator does beside the running service. See mstorectl(1).
#include <CLI/CLI.hpp>
#include <iostream>

#include "commands.hpp"
#include "password.hpp"
#include "x400/settings/password_hash.hpp"

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

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Administers a Message Store.\n"
      "Exit status: 0 done, 1 failed, 2 wrong use, 3 the service does not answer.",
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
  const auto* status = app.add_subcommand("status", "Is the service well? Fails if its store cannot write.");
  const auto* mailboxes = app.add_subcommand("mailboxes", "All mailboxes, with what lies in them.");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? mstorectl::done : mstorectl::wrong_use;
  }
  const mstorectl::Service service(socket);
  if (*status) return mstorectl::status(service, json);
  if (*mailboxes) return mstorectl::mailboxes(service, json);
  return password_hash(from_stdin, cost);
}
