#include "password.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <istream>
#include <iterator>

namespace x400::mstorectl {
namespace {

// The terminal with echo off, as it was when this goes. Interrupt keys stay off meanwhile, so that nobody
// is left with a silent terminal.
class QuietTerminal {
 public:
  QuietTerminal() : fd_(::open("/dev/tty", O_RDWR | O_CLOEXEC)) {
    if (fd_ < 0 || ::tcgetattr(fd_, &before_) != 0) return;
    termios quiet = before_;
    quiet.c_lflag &= static_cast<tcflag_t>(~(ECHO | ISIG));
    ok_ = ::tcsetattr(fd_, TCSAFLUSH, &quiet) == 0;
  }
  QuietTerminal(const QuietTerminal&) = delete;
  QuietTerminal& operator=(const QuietTerminal&) = delete;
  ~QuietTerminal() {
    if (ok_) ::tcsetattr(fd_, TCSAFLUSH, &before_);
    if (fd_ >= 0) ::close(fd_);
  }

  bool ok() const { return ok_; }

  Result<Octets> ask(std::string_view prompt) {
    if (::write(fd_, prompt.data(), prompt.size()) < 0) return failed();
    Octets line(1024);
    const ssize_t n = ::read(fd_, line.data(), line.size());
    if (::write(fd_, "\n", 1) < 0 || n < 0) return failed();
    line.resize(static_cast<std::size_t>(n));
    if (!line.empty() && line.back() == '\n') line.pop_back();
    if (!line.empty() && line.back() == 3) return Error(ErrorKind::invalid, "interrupted");
    return line;
  }

 private:
  static Error failed() { return Error(ErrorKind::io, std::string("terminal: ") + std::strerror(errno)); }

  int fd_;
  termios before_{};
  bool ok_ = false;
};

Status check(const settings::Secret& password) {
  if (password.empty()) return Error(ErrorKind::invalid, "the password is empty");
  if (password.octets().size() > settings::longest_password)
    return Error(ErrorKind::invalid, "the password is longer than 62 octets (X.411 ub-password-length)");
  for (const auto octet : password.octets()) {
    if (octet == '\n') return Error(ErrorKind::invalid, "more than one line; a password is one line");
  }
  return Ok{};
}

}  // namespace

Result<settings::Secret> ask_password() {
  QuietTerminal terminal;
  if (!terminal.ok())
    return Error(ErrorKind::io, "no terminal to ask for the password; use --stdin to read it from a pipe");
  X400_TRY(first, terminal.ask("Password: "));
  settings::Secret password(std::move(first));
  X400_CHECK(check(password));
  X400_TRY(second, terminal.ask("Again: "));
  const settings::Secret again(std::move(second));
  if (!password.matches(again.octets())) return Error(ErrorKind::invalid, "the two passwords differ");
  return password;
}

Result<settings::Secret> read_password(std::istream& in) {
  Octets octets{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!octets.empty() && octets.back() == '\n') octets.pop_back();
  if (!octets.empty() && octets.back() == '\r') octets.pop_back();
  settings::Secret password(std::move(octets));
  X400_CHECK(check(password));
  return password;
}

}  // namespace x400::mstorectl
