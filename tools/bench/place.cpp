#include "place.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "messages.hpp"
#include "x400/asn1/ms/bind.hpp"
#include "x400/asn1/mts/bind.hpp"
#include "x400/settings/password_hash.hpp"

namespace bench {
namespace {

using namespace x400;
namespace mts = asn1::mts;

constexpr const char* store_address = "C=XX;ADMD=TEST;PRMD=BENCH;O=Store";
constexpr const char* password = "bench-password";

// A port nobody has now. Somebody may take it before the server does: then starting fails and says so.
std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  ::bind(fd, reinterpret_cast<sockaddr*>(&address), length);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
  ::close(fd);
  return ntohs(address.sin_port);
}

Status write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path);
  file << text;
  file.close();
  if (!file) return Error(ErrorKind::io, "cannot write " + path.string());
  std::filesystem::permissions(path,
                               std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  return Ok{};
}

Status make_certificate(const std::filesystem::path& folder) {
  const std::string command = "cd '" + folder.string() +
                              "' && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
                              "-days 30 -subj /CN=bench -addext subjectAltName=IP:127.0.0.1 "
                              "-keyout server.key -out server.pem 2>/dev/null";
  if (std::system(command.c_str()) != 0)
    return Error(ErrorKind::unavailable, "openssl made no certificate in " + folder.string());
  return Ok{};
}

osi::PresentationAddress loopback(std::uint16_t port) {
  osi::PresentationAddress address;
  address.host = "127.0.0.1";
  address.port = port;
  return address;
}

}  // namespace

Result<std::unique_ptr<Place>> Place::make(const PlaceOptions& options) {
  std::unique_ptr<Place> place(new Place);
  std::string pattern = (options.under / "x400-bench-XXXXXX").string();
  if (!::mkdtemp(pattern.data()))
    return Error(ErrorKind::io, "cannot make a folder below " + options.under.string());
  place->folder_ = pattern;
  place->p7_port_ = free_port();
  place->p3_port_ = free_port();
  if (options.tls) {
    X400_CHECK(make_certificate(place->folder_));
    access::TlsClient::Options tls;
    tls.ca = place->folder_ / "server.pem";
    X400_TRY(client, access::TlsClient::open(tls));
    place->tls_ = std::move(client);
  }
  X400_CHECK(place->write_files(options));
  X400_CHECK(place->start(options.mstored));
  return place;
}

// One hash serves all users: they have one password.
Status Place::write_files(const PlaceOptions& options) const {
  X400_TRY(hash, settings::PasswordHash::make(view(password), {options.cost, 8, 1}));
  const std::string store = options.store.empty() ? "store" : options.store.string();
  std::string config = fmt::format(
      "[store]\nor_address = \"{}\"\npassword_file = \"secret\"\npath = \"{}\"\n\n"
      "[log]\nlevel = \"warning\"\nfile = \"log\"\n\n[[mta]]\nname = \"BENCH\"\npassword_in_file = "
      "\"secret\"\n\n",
      store_address, store);
  if (options.associations != 0)
    config += fmt::format(
        "[limits]\nassociations = {0}\nassociations_per_address = {0}\n\n"
        "[service]\npassword_queue = 100000\n\n",
        options.associations);
  config += fmt::format(
      "[[listen]]\nprotocol = \"p3\"\naddress = \"127.0.0.1:{}\"\n\n"
      "[[listen]]\nprotocol = \"p7\"\naddress = \"127.0.0.1:{}\"\n{}",
      p3_port_, p7_port_, tls_ ? "[listen.tls]\ncertificate = \"server.pem\"\nkey = \"server.key\"\n" : "");
  for (unsigned i = 0; i < options.mailboxes; ++i)
    config += fmt::format(
        "\n[[mailbox]]\nid = \"user{}\"\nor_addresses = [\"{}\"]\np7_hash = \"{}\"\n"
        "mta = \"BENCH\"\n",
        i, address_text(i), hash.text());
  X400_CHECK(write_file(folder_ / "secret", std::string(password) + "\n"));
  return write_file(folder_ / "mstored.toml", config);
}

Status Place::start(const std::filesystem::path& mstored) {
  const std::string config = (folder_ / "mstored.toml").string();
  server_ = ::fork();
  if (server_ == 0) {
    ::execl(mstored.c_str(), mstored.c_str(), "--config", config.c_str(), static_cast<char*>(nullptr));
    ::_exit(127);
  }
  access::Runtime runtime;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  for (;;) {
    auto association = mta(runtime);
    if (association.ok()) {
      (*association)->abort("only looked whether the server answers");
      return Ok{};
    }
    if (::waitpid(server_, nullptr, WNOHANG) == server_ || std::chrono::steady_clock::now() > end) {
      server_ = -1;
      return Error(ErrorKind::unavailable, mstored.string() +
                                               " did not start: " + association.error().text() + "; see " +
                                               (folder_ / "log").string());
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

Place::~Place() {
  if (server_ > 0) {
    ::kill(server_, SIGTERM);
    ::waitpid(server_, nullptr, 0);
  }
  std::error_code ec;
  std::filesystem::remove_all(folder_, ec);
}

Result<access::AssociationPtr> Place::mta(access::Runtime& runtime) const {
  mts::MtsBindArgument bind;
  bind.initiator_name = mts::MtaName{"BENCH"};
  bind.initiator_credentials = asn1::ia5_password(password);
  access::ConnectOptions options;
  options.address = loopback(p3_port_);
  options.context = &access::contexts::mts_forced_access_94();
  options.bind_argument = bind.encode();
  auto connected = access::connect(runtime, std::move(options)).get();
  if (!connected.ok()) return Error(ErrorKind::unavailable, connected.error().text);
  return connected->association;
}

access::ConnectOptions Place::user_options(unsigned mailbox) const {
  asn1::ms::MsBindArgument bind;
  bind.initiator_name = asn1::ORName{address_of(mailbox), {}}.encode();
  bind.initiator_credentials = asn1::ia5_password(password);
  access::ConnectOptions options;
  options.address = loopback(p7_port_);
  options.context = &access::contexts::ms_access_94();
  options.tls = tls_;
  options.bind_argument = bind.encode(asn1::Edition::e1994);
  return options;
}

Result<std::unique_ptr<p7client::Client>> Place::user(access::Runtime& runtime, unsigned mailbox) const {
  p7client::ConnectParameters p;
  p.address = fmt::format("127.0.0.1:{}", p7_port_);
  p.tls = tls_;
  p.user = address_of(mailbox);
  p.password = password;
  auto client = p7client::Client::connect(runtime, p);
  if (!client.ok()) return Error(ErrorKind::unavailable, client.error().text());
  return std::move(*client);
}

double Place::memory() const {
  std::ifstream in(fmt::format("/proc/{}/status", server_));
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("RssAnon:")) return std::stod(line.substr(8)) * 1024;
  return 0;
}

}  // namespace bench
