// The real program when a sync fails: from then on nothing is acknowledged, by nobody, until it is started
// again.
#include <sys/prctl.h>

#include "mstored_process.hpp"
#include "user.hpp"

using namespace x400;
using namespace x400::test;

namespace {

// Lets every fdatasync of a process fail, from outside, while it lives.
class FailingSyncs {
 public:
  explicit FailingSyncs(pid_t of) {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    const std::string target = std::to_string(of);
    pid_ = ::fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::dup2(ends[1], 2);
      ::execlp("strace", "strace", "-f", "-p", target.c_str(), "-o", "/dev/null", "-e", "trace=fdatasync",
               "-e", "inject=fdatasync:error=EIO", nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    std::FILE* from = ::fdopen(ends[0], "r");
    char line[512];
    if (std::fgets(line, sizeof line, from) != nullptr) said_ = line;
    ::fclose(from);
  }
  ~FailingSyncs() {
    ::kill(pid_, SIGTERM);  // lets go of the process
    (void)::waitpid(pid_, nullptr, 0);
  }
  bool attached() const { return said_.find("attached") != std::string::npos; }
  const std::string& said() const { return said_; }

 private:
  pid_t pid_ = -1;
  std::string said_;
};

bool busy(std::uint16_t port) {
  access::Runtime runtime(1);
  const auto made = connect_mta(runtime, port, "MTA1", "mta-pw");
  if (made.ok()) return false;
  INFO(made.error().text);
  REQUIRE(made.error().kind == access::ConnectFailure::Kind::bind_error);
  return mts::decode_bind_error(made.error().bind_error.view()).value() == mts::MtsBindError::busy;
}

}  // namespace

TEST_CASE("mstored: after a failed sync nothing is acknowledged until it is started again") {
  Mstored store;
  store.start();
  access::Runtime runtime(1);
  const Octets first = message("first", "kept"), second = message("second", "in doubt");
  {
    DeliveringMta mta(runtime, store.p3);
    REQUIRE(mta.deliver("m1", alice_name, first).is_result());
    {
      const FailingSyncs failing(store.run->pid());
      if (!failing.attached()) {
        WARN("no strace: " << failing.said() << "; nothing was tested");
        return;
      }
      CHECK(mta.deliver("m2", alice_name, second).kind() == access::Outcome::Kind::lost);
    }
  }
  // The disk works again, but what it holds nobody knows.
  CHECK_FALSE(store.run->line_with(" S132 ").empty());
  CHECK(busy(store.p3));
  {
    User alice(runtime, store.p7, alice_name, "pw-a");
    CHECK(alice.list() == std::map<ms::SequenceNumber, int>{{1, 0}});
    CHECK(alice.fetch_content(1) == first);
    CHECK_FALSE(alice.remove({1}).is_result());
    CHECK(alice.fetch_content(1) == first);
  }
  CHECK(store.stop() != 0);
  store.start();
  DeliveringMta mta(runtime, store.p3);
  REQUIRE(mta.deliver("m2", alice_name, second).is_result());
  User alice(runtime, store.p7, alice_name, "pw-a");
  CHECK(alice.fetch_content(1) == first);
  const auto listed = alice.list();
  REQUIRE(listed.size() == 2);  // once, whether or not it was there before
  CHECK(alice.fetch_content(listed.rbegin()->first) == second);
  CHECK(store.stop() == 0);
}
