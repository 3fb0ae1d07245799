#include "tls_stream.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstring>

namespace x400::access {
namespace {

constexpr std::size_t record = 16 * 1024;  // of TLS, the most that one write takes
// Taken by one read. Four large ones fill its buffer; a peer that sends one octet in each has its turn too.
constexpr int records_at_once = 64;

// Errors of TLS as ErrorCodes: reasons of OpenSSL, and, marked, results of verifying a certificate.
constexpr int verify_mark = 0x4000'0000;
// Boost's base is never deleted through, its destructor is not virtual; gcc tells of it even where final.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
class TlsCategory final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "tls"; }
  std::string message(int value) const override {
    if (value & verify_mark)
      return std::string("TLS: certificate not accepted: ") +
             X509_verify_cert_error_string(value & ~verify_mark);
    const char* reason = ERR_reason_error_string(static_cast<unsigned long>(value));
    return std::string("TLS: ") + (reason ? reason : "failed");
  }
};
#pragma GCC diagnostic pop
const TlsCategory& tls_category() {
  static const TlsCategory category;
  return category;
}

bool would_block(const ErrorCode& error) {
  return error == asio::error::would_block || error == asio::error::try_again;
}

std::string text(const X509_NAME* name) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
  if (!out || X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) < 0) return {};
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

bool numeric(const std::string& host) {
  ErrorCode error;
  asio::ip::make_address(host, error);
  return !error;
}

}  // namespace

struct TlsStream::Io {
  explicit Io(TcpStream& stream) : tcp(stream) {}

  TcpStream& tcp;
  ErrorCode error;  // the last one that was not would_block
  bool eof = false;

  static Io& of(BIO* bio) { return *static_cast<Io*>(BIO_get_data(bio)); }

  static int read(BIO* bio, char* to, int size) {
    BIO_clear_retry_flags(bio);
    Io& io = of(bio);
    ErrorCode code;
    const std::size_t n =
        io.tcp.read_some({reinterpret_cast<std::uint8_t*>(to), static_cast<std::size_t>(size)}, code);
    if (!code) return static_cast<int>(n);
    if (would_block(code)) {
      BIO_set_retry_read(bio);
      return -1;
    }
    if (code == asio::error::eof) {
      io.eof = true;
      return 0;
    }
    io.error = code;
    return -1;
  }

  static int write(BIO* bio, const char* from, int size) {
    BIO_clear_retry_flags(bio);
    Io& io = of(bio);
    ErrorCode code;
    const std::array<asio::const_buffer, 1> buffer{asio::const_buffer(from, static_cast<std::size_t>(size))};
    const std::size_t n = io.tcp.write_some(buffer, code);
    if (!code) return static_cast<int>(n);
    if (would_block(code))
      BIO_set_retry_write(bio);
    else
      io.error = code;
    return -1;
  }

  static long control(BIO* bio, int what, long, void*) {
    if (what == BIO_CTRL_FLUSH) return 1;
    return what == BIO_CTRL_EOF && of(bio).eof ? 1 : 0;
  }

  static const BIO_METHOD* method() {
    static const std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)> made = [] {
      std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)> m(
          BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "x400 tcp"), BIO_meth_free);
      if (m) {
        BIO_meth_set_read(m.get(), read);
        BIO_meth_set_write(m.get(), write);
        BIO_meth_set_ctrl(m.get(), control);
      }
      return m;
    }();
    return made.get();
  }
};

TlsStream::TlsStream(std::unique_ptr<TcpStream> tcp, std::shared_ptr<SSL_CTX> context)
    : context_(std::move(context)),
      tcp_(std::move(tcp)),
      io_(std::make_unique<Io>(*tcp_)),
      ssl_(SSL_new(context_.get()), SSL_free) {}

TlsStream::~TlsStream() = default;

bool TlsStream::attach() {
  if (!ssl_ || !Io::method()) return false;
  BIO* const bio = BIO_new(Io::method());
  if (!bio) return false;
  BIO_set_data(bio, io_.get());
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);  // which owns it now
  return true;
}

Result<std::unique_ptr<Stream>> TlsStream::accepted(std::unique_ptr<TcpStream> tcp, const TlsServer& server) {
  std::unique_ptr<TlsStream> made(new TlsStream(std::move(tcp), server.context()));
  if (!made->attach()) return Error(ErrorKind::internal, "OpenSSL: no memory for a connection");
  SSL_set_accept_state(made->ssl_.get());
  return std::unique_ptr<Stream>(std::move(made));
}

Result<std::unique_ptr<Stream>> TlsStream::dialled(std::unique_ptr<TcpStream> tcp, const TlsClient& client,
                                                   const std::string& host) {
  std::unique_ptr<TlsStream> made(new TlsStream(std::move(tcp), client.context()));
  if (!made->attach()) return Error(ErrorKind::internal, "OpenSSL: no memory for a connection");
  SSL* const ssl = made->ssl_.get();
  const std::string name = client.options().name.empty() ? host : client.options().name;
  bool set = false;
  if (numeric(name)) {
    set = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name.c_str()) == 1;
  } else {
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    set = SSL_set1_host(ssl, name.c_str()) == 1 && SSL_set_tlsext_host_name(ssl, name.c_str()) == 1;
  }
  if (!set) return Error(ErrorKind::invalid, "not a name a server can have: " + name);
  SSL_set_connect_state(ssl);
  return std::unique_ptr<Stream>(std::move(made));
}

// What a call of OpenSSL that did not succeed means; `wants_other`: it goes on when the socket is ready for
// the other direction.
ErrorCode TlsStream::failed(int result, bool& wants_other, int same) {
  const int why = SSL_get_error(ssl_.get(), result);
  wants_other = (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) && why != same;
  switch (why) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: return asio::error::would_block;
    case SSL_ERROR_ZERO_RETURN: return asio::error::eof;
    case SSL_ERROR_SYSCALL: broken_ = true; return io_->error ? io_->error : ErrorCode(asio::error::eof);
    default: break;
  }
  broken_ = true;
  const unsigned long code = ERR_peek_error();
  const long verified = SSL_get_verify_result(ssl_.get());
  if (ERR_GET_REASON(code) == SSL_R_CERTIFICATE_VERIFY_FAILED && verified != X509_V_OK)
    return {verify_mark | static_cast<int>(verified), tls_category()};
  return {static_cast<int>(code & 0x3FFF'FFFF), tls_category()};
}

// Ends at a message that carries no data too, KeyUpdate for one, as if nothing were there: whole records that
// follow are still in the socket, which tells of them, as OpenSSL reads no further than the record it works
// on. What is left of that record SSL_pending() tells of.
std::size_t TlsStream::read_some(std::span<std::uint8_t> to, ErrorCode& error) {
  std::size_t filled = 0;
  error = {};
  for (int i = 0; i < records_at_once && filled < to.size(); ++i) {
    ERR_clear_error();
    std::size_t n = 0;
    const int result = SSL_read_ex(ssl_.get(), to.data() + filled, to.size() - filled, &n);
    if (result == 1) {
      reading_wants_write_ = false;
      filled += n;
      continue;
    }
    const ErrorCode code = failed(result, reading_wants_write_, SSL_ERROR_WANT_READ);
    // What came before the end is given first; the end is there again at the next call.
    if (filled == 0) error = code;
    break;
  }
  return filled;
}

std::size_t TlsStream::write_some(std::span<const asio::const_buffer> from, ErrorCode& error) {
  // Small pieces go in one record. OpenSSL, asked again, wants the same octets in front, which they are: the
  // queue's front moves only by what was taken.
  thread_local const auto joined = std::make_unique<std::uint8_t[]>(record);
  error = {};
  if (from.empty()) return 0;
  const std::uint8_t* data = static_cast<const std::uint8_t*>(from.front().data());
  std::size_t size = std::min(from.front().size(), record);
  if (size < record && from.size() > 1) {
    size = 0;
    for (const auto& piece : from) {
      const std::size_t part = std::min(piece.size(), record - size);
      std::memcpy(joined.get() + size, piece.data(), part);
      size += part;
      if (size == record) break;
    }
    data = joined.get();
  }
  ERR_clear_error();
  std::size_t n = 0;
  const int result = SSL_write_ex(ssl_.get(), data, size, &n);
  if (result == 1) {
    writing_wants_read_ = false;
    return n;
  }
  error = failed(result, writing_wants_read_, SSL_ERROR_WANT_WRITE);
  return 0;
}

asio::awaitable<void> TlsStream::wait_readable(ErrorCode& error) {
  if (SSL_pending(ssl_.get()) > 0) {
    auto executor = tcp_->socket().get_executor();
    co_await asio::post(executor, asio::use_awaitable);  // others first
    error = {};
    co_return;
  }
  if (reading_wants_write_)
    co_await tcp_->wait_writable(error);
  else
    co_await tcp_->wait_readable(error);
}

asio::awaitable<void> TlsStream::wait_writable(ErrorCode& error) {
  if (writing_wants_read_)
    co_await tcp_->wait_readable(error);
  else
    co_await tcp_->wait_writable(error);
}

void TlsStream::close() {
  ERR_clear_error();
  // Our last word; the peer's is not waited for.
  if (!broken_ && SSL_is_init_finished(ssl_.get())) SSL_shutdown(ssl_.get());
  tcp_->close();
}

std::optional<PeerCertificate> TlsStream::certificate() const {
  const std::unique_ptr<X509, decltype(&X509_free)> shown(SSL_get1_peer_certificate(ssl_.get()), X509_free);
  if (!shown || SSL_get_verify_result(ssl_.get()) != X509_V_OK) return std::nullopt;
  std::uint8_t digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (X509_digest(shown.get(), EVP_sha256(), digest, &size) != 1) return std::nullopt;
  return PeerCertificate{text(X509_get_subject_name(shown.get())), text(X509_get_issuer_name(shown.get())),
                         to_hex(View(digest, size))};
}

std::string TlsStream::security() const {
  return std::string(SSL_get_version(ssl_.get())) + ' ' + SSL_get_cipher_name(ssl_.get());
}

}  // namespace x400::access
