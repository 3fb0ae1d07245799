// bench-associations: many users bound at once to a real mstored, and one who works meanwhile.
//
// Starts mstored with users of its own in a folder of its own, binds --associations of them (16 a user),
// holds them, and prints: binds a second, with the users' passwords already checked since the start (the
// repeat is verified by the HMAC kept in memory) and without (each user's first bind pays scrypt); the memory
// of mstored for each idle association; list and fetch of a normal user before and while they are held.
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include "latencies.hpp"
#include "x400/access/connect.hpp"
#include "x400/asn1/ms/bind.hpp"
#include "x400/asn1/ms/retrieval.hpp"
#include "x400/asn1/or_text.hpp"
#include "x400/settings/password_hash.hpp"

namespace {

using namespace x400;
namespace fs = std::filesystem;
using bench::Clock;

constexpr std::size_t per_user = 16;

struct Arguments {
  std::string mstored = "build/release/bin/mstored", folder = "/tmp/bench-associations";
  std::size_t associations = 10'000, outstanding = 64, operations = 2'000;
  unsigned threads = 2;
  std::uint64_t cost = 16384;
  bool tls = false;
};

std::string user_name(std::size_t n) { return fmt::format("C=XX;ADMD=TEST;O=Org;S=User{}", n); }

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
  fs::permissions(file, static_cast<fs::perms>(0600));
}

bool make_certificate(const fs::path& folder) {
  const std::string command = "cd '" + folder.string() +
                              "' && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
                              "-days 30 -subj /CN=bench -addext "
                              "subjectAltName=IP:127.0.0.1 -keyout server.key -out server.pem 2>/dev/null";
  return std::system(command.c_str()) == 0;
}

// One hash serves all users: they have one password, and hashing it for each would take longer than the
// measure.
void configure(const Arguments& a, std::size_t users) {
  const fs::path folder = a.folder;
  fs::remove_all(folder);
  write(folder / "secret", "secret\n");
  const auto hash = settings::PasswordHash::make(view("pw"), {a.cost, 8, 1}).value().text();
  std::string text = fmt::format(
      "[store]\nor_address = \"C=XX;ADMD=TEST;O=Store\"\npassword_file = \"secret\"\npath = \"data\"\n"
      "[log]\nlevel = \"warning\"\nfile = \"log\"\n"
      "[limits]\nassociations = {}\nassociations_per_address = {}\n[service]\npassword_queue = 100000\n"
      "[[mta]]\nname = \"MTA1\"\npassword_in_file = \"secret\"\n"
      "[[listen]]\nprotocol = \"p7\"\naddress = \"127.0.0.1:{}\"\n{}",
      a.associations + 1'000, a.associations + 1'000, 18402,
      a.tls ? "[listen.tls]\ncertificate = \"server.pem\"\nkey = \"server.key\"\n" : "");
  for (std::size_t i = 0; i < users; ++i)
    text +=
        fmt::format("[[mailbox]]\nid = \"u{}\"\nor_addresses = [\"{}\"]\np7_hash = \"{}\"\nmta = \"MTA1\"\n",
                    i, user_name(i), hash);
  write(folder / "mstored.toml", text);
}

class Store {
 public:
  explicit Store(const Arguments& a) {
    const std::string config = (fs::path(a.folder) / "mstored.toml").string();
    pid_ = ::fork();
    if (pid_ != 0) return;
    ::execl(a.mstored.c_str(), a.mstored.c_str(), "-c", config.c_str(), nullptr);
    ::_exit(127);
  }
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  ~Store() {
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
  }
  // Resident, in octets: of private pages, without what the files of the index have in the cache.
  double memory() const {
    std::ifstream in(fmt::format("/proc/{}/status", pid_));
    for (std::string line; std::getline(in, line);)
      if (line.starts_with("RssAnon:")) return std::stod(line.substr(8)) * 1024;
    return 0;
  }

 private:
  pid_t pid_ = -1;
};

class Binds {
 public:
  Binds(access::Runtime& runtime, const Arguments& a) : runtime_(runtime), a_(a) {
    if (!a.tls) return;
    access::TlsClient::Options options;
    options.ca = fs::path(a.folder) / "server.pem";
    tls_ = access::TlsClient::open(options).value();
  }

  access::ConnectOptions options(std::size_t user) const {
    access::ConnectOptions o;
    o.address = osi::PresentationAddress{{}, "127.0.0.1", 18402};
    o.context = &access::contexts::ms_access_94();
    o.tls = tls_;
    asn1::ms::MsBindArgument argument;
    argument.initiator_name = asn1::ORName{asn1::parse_or_address(user_name(user)).value(), {}}.encode();
    argument.initiator_credentials = asn1::ia5_password("pw");
    o.bind_argument = argument.encode(asn1::Edition::e1994);
    return o;
  }
  // Until the store listens.
  bool reach() const {
    for (int i = 0; i < 600; ++i) {
      auto made = access::connect(runtime_, options(0)).get();
      if (made.ok()) return true;
      if (made.error().kind != access::ConnectFailure::Kind::unreachable) {
        fmt::print("bind: {}\n", made.error().text);
        return false;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return false;
  }
  // Binds `count`, user by user in turn, and holds them in `held`. Seconds it took.
  double make(std::size_t count, std::size_t users, std::vector<access::AssociationPtr>& held) {
    const auto begin = Clock::now();
    std::unique_lock lock(mutex_);
    for (std::size_t i = 0; i < count; ++i) {
      changed_.wait(lock, [&] { return under_way_ < a_.outstanding; });
      ++under_way_;
      lock.unlock();
      access::connect(runtime_, options(i % users)).then([this, &held](auto made) {
        const std::lock_guard inner(mutex_);
        --under_way_;
        if (made.ok())
          held.push_back(made->association);
        else if (++failed_ == 1)
          fmt::print("a bind failed: {}\n", made.error().text);
        changed_.notify_one();
      });
      lock.lock();
    }
    changed_.wait(lock, [&] { return under_way_ == 0; });
    return std::chrono::duration<double>(Clock::now() - begin).count();
  }
  std::size_t failed() const { return failed_; }

 private:
  access::Runtime& runtime_;
  const Arguments& a_;
  std::shared_ptr<access::TlsClient> tls_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t under_way_ = 0, failed_ = 0;
};

// List after list by one user; milliseconds.
bench::Latencies work(access::Runtime& runtime, const Binds& binds, std::size_t user, std::size_t times) {
  bench::Latencies all;
  auto made = access::connect(runtime, binds.options(user)).get();
  if (!made.ok()) {
    fmt::print("the normal user: {}\n", made.error().text);
    return all;
  }
  const Octets argument = asn1::ms::ListArgument{}.encode(asn1::Edition::e1994);
  for (std::size_t i = 0; i < times; ++i) {
    const auto begin = Clock::now();
    const auto outcome = made->association->invoke(access::operations::list, Octets(argument)).get();
    if (!outcome.is_result()) break;
    all.add(begin, Clock::now());
  }
  return all;
}

void print(const char* what, const bench::Latencies& l) {
  fmt::print("{:<42} {:>6} lists, p50 {:.3f} ms, p99 {:.3f} ms\n", what, l.size(), l.milliseconds(50),
             l.milliseconds(99));
}

// Two sockets an association are here: one in each process.
bool raise_file_limit(std::size_t wanted) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_max < wanted) limit.rlim_max = wanted;  // works for root
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur >= wanted;
}

int run(const Arguments& a) {
  if (!raise_file_limit(a.associations + 2'000)) {
    fmt::print("too few open files are allowed for {} associations\n", a.associations);
    return 1;
  }
  const std::size_t users = (a.associations + per_user - 1) / per_user + 1;  // the last one works
  configure(a, users);
  if (a.tls && !make_certificate(a.folder)) return 1;
  access::Runtime runtime(a.threads);
  const Store store(a);
  Binds binds(runtime, a);
  if (!binds.reach()) return 1;

  std::vector<access::AssociationPtr> held;
  const double first = binds.make(users, users, held);
  fmt::print("{:<42} {:.0f} per second ({} users, scrypt N = {})\n", "first binds since the start",
             static_cast<double>(users) / first, users, a.cost);
  for (auto& association : held) (void)association->close().get();
  held.clear();
  print("before", work(runtime, binds, users - 1, a.operations));
  const double empty = store.memory();
  const double repeated = binds.make(a.associations, users - 1, held);
  fmt::print("{:<42} {:.0f} per second ({} of {} bound{})\n", "repeated binds (password check cached)",
             static_cast<double>(a.associations) / repeated, held.size(), a.associations,
             a.tls ? ", TLS" : "");
  print("while they are held", work(runtime, binds, users - 1, a.operations));
  const auto open = std::count_if(held.begin(), held.end(), [](const auto& h) { return h->is_open(); });
  fmt::print("{:<42} {:.1f} KiB (limit of the design: {})\n", "memory of mstored an idle association",
             (store.memory() - empty) / 1024 / static_cast<double>(held.size()), a.tls ? 64 : 24);
  fmt::print("{:<42} {} of {}\n", "still open at the end", open, a.associations);
  const bool whole = binds.failed() == 0 && static_cast<std::size_t>(open) == a.associations;
  held.clear();
  return whole ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments a;
  CLI::App app("bench-associations: many users bound at once, and one who works meanwhile",
               "bench-associations");
  app.add_option("--mstored", a.mstored, "the program")->capture_default_str();
  app.add_option("--folder", a.folder, "emptied, and left for a look at its log")->capture_default_str();
  app.add_option("--associations", a.associations, "held at once")->capture_default_str();
  app.add_option("--outstanding", a.outstanding, "binds under way at once")->capture_default_str();
  app.add_option("--operations", a.operations, "lists by the normal user")->capture_default_str();
  app.add_option("--threads", a.threads, "of this program")->capture_default_str();
  app.add_option("--cost", a.cost, "scrypt N of the users' hashes")->capture_default_str();
  app.add_flag("--tls", a.tls, "over TLS, with a certificate made for it");
  CLI11_PARSE(app, argc, argv);
  return run(a);
}
