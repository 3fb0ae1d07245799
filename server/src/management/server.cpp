#include "management/server.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <future>
#include <thread>

#include "management/session.hpp"

namespace x400::server {
namespace {

namespace asio = boost::asio;
using asio::local::stream_protocol;
using Code = boost::system::error_code;

constexpr auto last_words = std::chrono::seconds(2);  // for a peer to take what it is told at the end

Error system_error(const std::filesystem::path& path, const Code& code) {
  return Error(ErrorKind::io, path.string() + ": " + code.message());
}

// A socket that nobody answers at is what a killed service left.
Status clear(asio::io_context& io, const std::filesystem::path& path) {
  struct stat there {};
  if (::lstat(path.c_str(), &there) != 0) return Ok{};
  if (!S_ISSOCK(there.st_mode)) return Error(ErrorKind::exists, path.string() + " is there and is no socket");
  stream_protocol::socket probe(io);
  Code code;
  probe.connect(stream_protocol::endpoint(path.string()), code);
  if (!code) return Error(ErrorKind::exists, "another service listens at " + path.string());
  if (::unlink(path.c_str()) != 0) return system_error(path, Code(errno, boost::system::system_category()));
  return Ok{};
}

class Server final : public ManagementServer {
 public:
  explicit Server(std::vector<ManagementRoute> routes) { shared_->routes = std::move(routes); }

  ~Server() override {
    shared_->stopping = true;
    shared_->moved();
    // Handlers see it and end; what they said last still goes out.
    shared_->pool.stop();
    asio::post(io_, [this] {
      Code ignored;
      acceptor_.close(ignored);
    });
    work_.reset();
    if (thread_.joinable()) {
      if (ended_.get_future().wait_for(last_words) != std::future_status::ready) io_.stop();
      thread_.join();
    }
    if (bound_) ::unlink(path_.c_str());
  }

  Status open(const std::filesystem::path& path) {
    path_ = path.string();
    if (path_.size() > sizeof(sockaddr_un::sun_path) - 1)
      return Error(ErrorKind::invalid, path_ + ": a socket's path has at most 107 octets");
    X400_CHECK(clear(io_, path));
    Code code;
    acceptor_.open(stream_protocol(), code);
    if (!code) acceptor_.bind(stream_protocol::endpoint(path_), code);
    if (code) return system_error(path, code);
    bound_ = true;
    // Before listen: until then nobody can connect.
    if (::chmod(path_.c_str(), 0660) != 0)
      return system_error(path, Code(errno, boost::system::system_category()));
    acceptor_.listen(16, code);
    if (code) return system_error(path, code);
    accept();
    thread_ = std::thread([this] {
      io_.run();
      ended_.set_value();
    });
    return Ok{};
  }

 private:
  void accept() {
    acceptor_.async_accept([this](Code code, stream_protocol::socket socket) {
      if (code == asio::error::operation_aborted || !acceptor_.is_open()) return;
      if (!code)
        std::make_shared<ManagementSession>(std::move(socket), shared_)->start();
      else
        return retry();
      accept();
    });
  }

  // Too many open files, most likely: a moment later there may be room.
  void retry() {
    timer_.expires_after(std::chrono::milliseconds(200));
    timer_.async_wait([this](Code) {
      if (acceptor_.is_open()) accept();
    });
  }

  std::string path_;
  bool bound_ = false;
  std::shared_ptr<ManagementShared> shared_ = std::make_shared<ManagementShared>();
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
  stream_protocol::acceptor acceptor_{io_};
  asio::steady_timer timer_{io_};
  std::promise<void> ended_;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<ManagementServer>> ManagementServer::open(const std::filesystem::path& socket,
                                                                 std::vector<ManagementRoute> routes) {
  auto server = std::make_unique<Server>(std::move(routes));
  X400_CHECK(server->open(socket));
  return std::unique_ptr<ManagementServer>(std::move(server));
}

}  // namespace x400::server
