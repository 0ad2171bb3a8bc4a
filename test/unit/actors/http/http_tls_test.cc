#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <fstream>

#include "test/unit/actors/http/served.h"
#include "test/unit/actors/tls/made_certificates.h"
#include "test/unit/storage/temporary_directory.h"

using namespace quorate;
using namespace quorate::test;
using namespace std::chrono_literals;

namespace {

struct Files {
  Files() {
    server.write(folder / "server.pem", folder / "server.key");
    authority.write(folder / "ca.pem", "");
  }

  [[nodiscard]] HttpTls tls(bool asks = false) const {
    return {folder / "server.pem", folder / "server.key", asks ? folder / "ca.pem" : "", {}};
  }

  TemporaryDirectory folder;
  MadeCertificate server{"server"};
  MadeCertificate authority{"authority"};
};

/// A client that believes any server.
class TlsClient {
 public:
  explicit TlsClient(std::uint16_t port, const MadeCertificate* own = nullptr,
                     int version_max = TLS1_3_VERSION)
      : socket_(port), context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free) {
    std::signal(SIGPIPE, SIG_IGN);  // The library writes to sockets that the server has closed.
    const timeval bounded{10, 0};
    ::setsockopt(socket_.fd(), SOL_SOCKET, SO_RCVTIMEO, &bounded, sizeof bounded);
    SSL_CTX_set_max_proto_version(context_.get(), version_max);
    SSL_CTX_set_security_level(context_.get(), 0);
    if (own != nullptr) {
      SSL_CTX_use_certificate(context_.get(), own->certificate.get());
      SSL_CTX_use_PrivateKey(context_.get(), own->key.get());
    }
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), socket_.fd());
    connected = SSL_connect(ssl_.get()) == 1;
    ERR_clear_error();
  }

  bool send(const std::string& bytes) {
    return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) > 0;
  }
  std::string receive(std::size_t size) {
    std::string all;
    std::array<char, 4096> some{};
    while (all.size() < size) {
      const std::size_t most = std::min(some.size(), size - all.size());
      const int got = SSL_read(ssl_.get(), some.data(), static_cast<int>(most));
      ERR_clear_error();
      if (got <= 0) break;
      all.append(some.data(), static_cast<std::size_t>(got));
    }
    return all;
  }
  /// Whether the server said that it is over.
  [[nodiscard]] bool ended_in_order() const {
    return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
  }
  [[nodiscard]] std::string server_name() const {
    std::array<char, 256> name{};
    X509* certificate = SSL_get0_peer_certificate(ssl_.get());
    X509_NAME_oneline(X509_get_subject_name(certificate), name.data(), name.size());
    return name.data();
  }

  bool connected = false;

 private:
  Client socket_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{nullptr, SSL_free};
};

void say_who(const std::shared_ptr<const HttpRequest>& request,
             const std::shared_ptr<HttpAnswer>& answer) {
  const std::string who = request->certificate.value_or("nobody");
  answer->send({200, "text/plain", bytes_of((request->is_tls ? "tls " : "plain ") + who), {}});
}

Read ask_tls(std::uint16_t port, const MadeCertificate* own = nullptr) {
  TlsClient client(port, own);
  if (!client.connected || !client.send(get("/"))) return {};
  return read_answer(client);
}

}  // namespace

TEST_CASE("requests and answers of any size go over TLS") {
  const Files files;
  const HttpTls tls = files.tls();
  const Served served(echo, {}, &tls);
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(served.port, nullptr, version);
    REQUIRE(client.connected);
    const std::string body(1 << 20, 'x');
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1048576\r\n\r\n");
    client.send(body);
    CHECK(read_answer(client).body == "POST / [" + body + "]");
    client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    CHECK(read_answer(client).status == 200);
    CHECK(client.receive(1).empty());
    CHECK(client.ended_in_order());
  }
}

TEST_CASE("refusals go over TLS") {
  const Files files;
  const HttpTls tls = files.tls();
  HttpLimits limits;
  limits.head_max = 300ms;
  const Served served(echo, limits, &tls);
  TlsClient wrong(served.port);
  wrong.send("GET /..  HTTP/1.1\r\n\r\n");
  CHECK(read_answer(wrong).status == 400);
  // The deadline passes while a read is under way; the answer is sent all the same.
  TlsClient slow(served.port);
  REQUIRE(slow.connected);
  slow.send("GET / HT");
  CHECK(read_answer(slow).status == 408);
}

TEST_CASE("old TLS, plain requests and nonsense are closed without a word, and counted") {
  const Files files;
  const HttpTls tls = files.tls();
  HttpLimits limits;
  limits.head_max = 300ms;
  const Served served(echo, limits, &tls);
  Client plain(served.port);
  plain.send(get("/"));
  CHECK(plain.receive_all().empty());
  CHECK_FALSE(TlsClient(served.port, nullptr, TLS1_1_VERSION).connected);
  Client nonsense(served.port);
  nonsense.send("\x16nonsense nonsense nonsense");
  (void)nonsense.receive_all();  // Perhaps an alert.
  Client slow(served.port);
  slow.send("\x16\x03");
  CHECK(slow.receive_all().empty());
  CHECK(eventually([&] { return served.server->counters().handshakes_failed.get() == 4; }));
  Client silent(served.port);
  CHECK(silent.receive_all().empty());
  CHECK(ask_tls(served.port).status == 200);
  CHECK(served.server->counters().requests.get() == 1);
}

TEST_CASE("a client may prove a subject, and need not") {
  const Files files;
  const HttpTls tls = files.tls(true);
  const Served served(say_who, {}, &tls);
  const MadeCertificate known("alice", &files.authority);
  const MadeCertificate stranger("mallory");
  CHECK(ask_tls(served.port).body == "tls nobody");
  CHECK(ask_tls(served.port, &known).body == "tls CN=alice,O=Quorate");
  CHECK(ask_tls(served.port, &stranger).status == 0);
  CHECK(eventually([&] { return served.server->counters().handshakes_failed.get() == 1; }));
}

TEST_CASE("who is not asked for a certificate proves nothing with one") {
  const Files files;
  const HttpTls tls = files.tls(false);
  const Served served(say_who, {}, &tls);
  const MadeCertificate known("alice", &files.authority);
  CHECK(ask_tls(served.port, &known).body == "tls nobody");
}

TEST_CASE("a changed certificate is taken up, a broken one is not") {
  const Files files;
  HttpTls tls = files.tls();
  std::atomic<int> good{0};
  std::atomic<int> bad{0};
  tls.on_reload = [&](const Status& status) { ++(status ? good : bad); };
  const Served served(say_who, {}, &tls);
  TlsClient old(served.port);
  CHECK(old.server_name() == "/O=Quorate/CN=server");
  CHECK(served.server->certificates_end_s().value_or(0) > 0);

  const MadeCertificate renewed("renewed");
  renewed.write(files.folder / "server.pem", files.folder / "server.key");
  CHECK(eventually([&] { return good == 1; }));
  CHECK(TlsClient(served.port).server_name() == "/O=Quorate/CN=renewed");
  old.send(get("/"));
  CHECK(read_answer(old).status == 200);

  std::ofstream(files.folder / "server.pem") << "no certificate";
  CHECK(eventually([&] { return bad == 1; }));
  CHECK(TlsClient(served.port).server_name() == "/O=Quorate/CN=renewed");
}

TEST_CASE("files that cannot be used are named") {
  const Files files;
  HttpTls tls = files.tls();
  tls.key_file = files.folder / "none.key";
  const auto started = HttpServer::start(listening_socket(), {}, &tls, echo);
  REQUIRE_FALSE(started.ok());
  CHECK(started.error().text.find("none.key") != std::string::npos);
}

TEST_CASE("streams go over TLS, and their clients' leaving is noticed") {
  const Files files;
  const HttpTls tls = files.tls();
  Desk desk;
  const Served served(desk.handler(), {}, &tls);
  auto client = std::make_unique<TlsClient>(served.port);
  client->send(get("/events"));
  auto stream = desk.take().second->stream("text/event-stream", {});
  REQUIRE(stream != nullptr);
  CHECK(read_answer(*client).has("chunked"));
  CHECK(stream->send(bytes_of("12345")));
  CHECK(client->receive(10) == "5\r\n12345\r\n");
  SUBCASE("by the client") { client.reset(); }
  SUBCASE("by the server") {
    stream.reset();
    CHECK(client->receive(100) == "0\r\n\r\n");
    CHECK(client->ended_in_order());
    client.reset();
  }
  CHECK(eventually([&] { return served.server->connections() == 0; }));
  if (stream) CHECK_FALSE(stream->send(bytes_of("x")));
}
