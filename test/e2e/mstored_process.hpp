// mstored as its own process in a temporary folder: started, told by signals, killed, started again.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <fstream>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "x400/settings/password_hash.hpp"
#include "x400_peers.hpp"
#include "x400_temp_folder.hpp"

namespace x400::test {

/// What the program was given and did in one run.
class MstoredRun {
 public:
  /// Starts it; `arguments` after the program's name.
  explicit MstoredRun(const std::vector<std::string>& arguments) {
    int pipe_ends[2];
    REQUIRE(::pipe2(pipe_ends, O_CLOEXEC) == 0);
    std::vector<char*> argv{const_cast<char*>(X400_MSTORED)};
    for (const auto& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
    argv.push_back(nullptr);
    pid_ = ::fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      ::dup2(pipe_ends[1], 2);
      ::execv(X400_MSTORED, argv.data());
      ::_exit(127);
    }
    ::close(pipe_ends[1]);
    // Read all the time, or a full pipe would stop the program.
    reader_ = std::thread([this, file = ::fdopen(pipe_ends[0], "r")] {
      std::string text;
      for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) {
        if (c != '\n') {
          text += static_cast<char>(c);
          continue;
        }
        {
          const std::lock_guard lock(printed_mutex_);
          printed_ += text + '\n';
        }
        lines_.put(std::move(text));
        text.clear();
      }
      ::fclose(file);
      lines_.put(std::nullopt);
    });
  }
  MstoredRun(const MstoredRun&) = delete;
  MstoredRun& operator=(const MstoredRun&) = delete;
  ~MstoredRun() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      (void)wait();
    }
    if (reader_.joinable()) reader_.join();
  }

  /// Waits for a line of standard error that contains `what`; empty when there is none to the end. What came
  /// before it is gone.
  std::string line_with(const std::string& what) {
    while (!ended_) {
      const auto text = lines_.take();
      ended_ = !text;
      if (text && text->find(what) != std::string::npos) return *text;
    }
    return {};
  }
  /// All it has printed so far; after wait() all it ever did.
  std::string printed() const {
    const std::lock_guard lock(printed_mutex_);
    return printed_;
  }
  void signal(int number) const { ::kill(pid_, number); }
  pid_t pid() const { return pid_; }
  /// Waits for the end: the exit status, or minus the signal.
  int wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    reader_.join();
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

 private:
  pid_t pid_ = -1;
  mutable std::mutex printed_mutex_;
  std::string printed_;
  Inbox<std::optional<std::string>> lines_;
  bool ended_ = false;
  std::thread reader_;
};

/// A configured store whose program can be started again and again.
class Mstored {
 public:
  /// `more` stands at the end of the configuration, `of_store` in its table [store], `of_mta` in [[mta]].
  explicit Mstored(std::uint16_t mta_port = 0, const std::string& more = {}, const std::string& of_store = {},
                   const std::string& of_mta = {}) {
    folder.write("secrets/store", "store-pw\n");
    folder.write("secrets/mta1-in", "mta-pw\n");
    std::string text =
        "[store]\nor_address = \"C=XX;ADMD=TEST;O=Store\"\npassword_file = \"secrets/store\"\npath = "
        "\"data\"\n" +
        of_store +
        "[[listen]]\nprotocol = \"p7\"\naddress = \"127.0.0.1:0\"\n"
        "[[listen]]\nprotocol = \"p3\"\naddress = \"127.0.0.1:0\"\n"
        "[[mta]]\nname = \"MTA1\"\npassword_in_file = \"secrets/mta1-in\"\nretry_first = \"1 "
        "ms\"\nretry_most = \"1 ms\"\n";
    if (mta_port != 0) text += "address = \"127.0.0.1:" + std::to_string(mta_port) + "\"\n";
    text += of_mta;
    text += mailbox("alice", "Alice", "pw-a") + mailbox("bob", "Bob", "pw-b") + more;
    config = folder.write("mstored.toml", text);
  }

  /// Starts it and waits until it serves.
  void start() {
    run = std::make_unique<MstoredRun>(std::vector<std::string>{"-c", config.string()});
    p7 = port_of(run->line_with(" S109 "));
    p3 = port_of(run->line_with(" S109 "));
    REQUIRE_FALSE(run->line_with(" S102 ").empty());
  }
  int stop() {
    run->signal(SIGTERM);
    return run->wait();
  }
  void kill() {
    run->signal(SIGKILL);
    (void)run->wait();
  }
  /// Files without a name of the store's folder that the program has mapped: long PDUs.
  int spooled() const {
    std::ifstream maps("/proc/" + std::to_string(run->pid()) + "/maps");
    const std::string of_the_store = (folder.path() / "data/#").string();
    int n = 0;
    for (std::string line; std::getline(maps, line);)
      n += line.find(of_the_store) != std::string::npos && line.ends_with("(deleted)") ? 1 : 0;
    return n;
  }

  TempFolder folder;
  std::filesystem::path config;
  std::unique_ptr<MstoredRun> run;
  std::uint16_t p7 = 0, p3 = 0;

 private:
  std::string mailbox(const std::string& id, const std::string& surname, const std::string& password) {
    folder.write("secrets/" + id + "-mts", id + "-mts\n");
    // A cheap hash: what scrypt costs is no matter of these tests.
    const auto hash = settings::PasswordHash::make(view(password), {16, 1, 1}).value().text();
    return "[[mailbox]]\nid = \"" + id + "\"\nor_addresses = [\"C=XX;ADMD=TEST;O=Org;S=" + surname +
           "\"]\np7_hash = \"" + hash + "\"\nmts_password_file = \"secrets/" + id +
           "-mts\"\nmta = \"MTA1\"\n";
  }
  static std::uint16_t port_of(const std::string& line) {
    const auto at = line.find("port=");
    REQUIRE(at != std::string::npos);
    return static_cast<std::uint16_t>(std::stoi(line.substr(at + 5)));
  }
};

}  // namespace x400::test
