#include "actors/tls/tls_link.h"

#include <doctest/doctest.h>
#include <openssl/err.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "test/unit/actors/fake_link.h"
#include "test/unit/actors/tls/made_certificates.h"

namespace quorate {
namespace {

namespace fs = std::filesystem;
using test::FakeLink;
using test::MadeCertificate;

std::vector<char> chars(std::string_view text) { return {text.begin(), text.end()}; }

/// A folder with a server's certificate, and one of who vouches for clients.
struct Files {
  Files() : folder(fs::temp_directory_path() / ("quorate-tls-" + std::to_string(::getpid()))) {
    fs::create_directories(folder);
    server.write(settings().certificate_file, settings().key_file);
    authority.write(folder / "ca.pem", "");
  }
  ~Files() { fs::remove_all(folder); }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;

  [[nodiscard]] TlsSettings settings() const {
    return {folder / "server.pem", folder / "server.key", {}, TlsClientAuth::need};
  }
  [[nodiscard]] TlsSettings asking(TlsClientAuth auth) const {
    return {folder / "server.pem", folder / "server.key", folder / "ca.pem", auth};
  }

  fs::path folder;
  MadeCertificate server{"server"};
  MadeCertificate authority{"authority"};
};

TlsContext loaded(const TlsSettings& settings) {
  auto context = load_tls(settings);
  REQUIRE_MESSAGE(context.ok(), context.error().text);
  return *context;
}

/// The other end of a TlsLink.
class Client {
 public:
  explicit Client(const MadeCertificate* certificate = nullptr, int version_max = 0)
      : context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free) {
    SSL_CTX_set_max_proto_version(context_.get(), version_max);
    if (certificate != nullptr) {
      SSL_CTX_use_certificate(context_.get(), certificate->certificate.get());
      SSL_CTX_use_PrivateKey(context_.get(), certificate->key.get());
    }
    ssl_ = SSL_new(context_.get());
    SSL_set_bio(ssl_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(ssl_);
  }
  ~Client() { SSL_free(ssl_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// What it has to send.
  std::vector<char> take() {
    if (!SSL_is_init_finished(ssl_)) SSL_do_handshake(ssl_);
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(SSL_get_wbio(ssl_), &bytes);
    std::vector<char> taken(bytes, bytes + size);
    (void)BIO_reset(SSL_get_wbio(ssl_));
    return taken;
  }
  void give(const std::vector<char>& bytes) {
    if (!bytes.empty()) BIO_write(SSL_get_rbio(ssl_), bytes.data(), static_cast<int>(bytes.size()));
  }
  void say(const std::vector<char>& plain) {
    REQUIRE(SSL_write(ssl_, plain.data(), static_cast<int>(plain.size())) > 0);
  }
  /// What has come, in the clear.
  std::string heard() {
    std::string all;
    char buffer[4096];
    for (int size = 0; (size = SSL_read(ssl_, buffer, sizeof buffer)) > 0;)
      all.append(buffer, static_cast<std::size_t>(size));
    ERR_clear_error();
    return all;
  }

 private:
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  SSL* ssl_ = nullptr;
};

/// Both ends, and what the server's end heard.
struct Ends {
  explicit Ends(TlsContext context) : link(outer, std::move(context)) {}

  bool feed(const std::vector<char>& bytes) {
    return link.on_bytes(
        bytes, [this](std::span<const char> plain) { heard.append(plain.begin(), plain.end()); });
  }
  /// Carries bytes both ways until there are none.
  bool exchange(Client& client) {
    bool goes_on = true;
    for (int turn = 0; turn < 10; ++turn) {
      const std::vector<char> bytes = client.take();
      if (!bytes.empty()) goes_on = feed(bytes) && goes_on;
      client.give(std::exchange(outer.sent, {}));
    }
    return goes_on;
  }

  FakeLink outer;
  TlsLink link;
  std::string heard;
};

}  // namespace

TEST_CASE("what is no TLS passes as it is") {
  const Files files;
  Ends ends(loaded(files.settings()));

  CHECK(ends.feed(chars("hello")));
  ends.link.output() = chars("answer");
  ends.link.flush();

  CHECK(ends.heard == "hello");
  CHECK(ends.outer.sent == chars("answer"));
  CHECK(ends.link.is_plain());
  CHECK(ends.link.subject().empty());
}

TEST_CASE("both directions are encrypted, whatever the sizes") {
  const Files files;
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    CAPTURE(version);
    Ends ends(loaded(files.settings()));
    Client client(nullptr, version);
    REQUIRE(ends.exchange(client));
    REQUIRE(ends.link.is_secure());

    const std::string secret(100'000, 's');
    client.say(chars(secret));
    CHECK(ends.exchange(client));
    CHECK(ends.heard == secret);
    ends.link.output() = chars(secret);
    ends.link.flush();
    const std::vector<char> on_the_wire = ends.outer.sent;
    CHECK(std::string(on_the_wire.begin(), on_the_wire.end()).find("ssss") == std::string::npos);
    client.give(on_the_wire);
    CHECK(client.heard() == secret);
  }
}

TEST_CASE("bytes may come one by one") {
  const Files files;
  Ends ends(loaded(files.settings()));
  Client client;
  for (int turn = 0; turn < 10; ++turn) {
    for (const char byte : client.take()) CHECK(ends.feed({byte}));
    client.give(std::exchange(ends.outer.sent, {}));
  }
  client.say(chars("slowly"));
  for (const char byte : client.take()) CHECK(ends.feed({byte}));

  CHECK(ends.heard == "slowly");
}

TEST_CASE("old versions are refused with an alert") {
  const Files files;
  Ends ends(loaded(files.settings()));
  Client client(nullptr, TLS1_1_VERSION);

  const std::vector<char> hello = client.take();
  if (hello.empty()) return;  // The library would not even ask.
  CHECK_FALSE(ends.feed(hello));
  CHECK(ends.outer.closed == CloseMode::graceful);
  CHECK_FALSE(ends.outer.sent.empty());
}

TEST_CASE("garbage behind the first byte closes, and nothing is taken afterwards") {
  const Files files;
  Ends ends(loaded(files.settings()));
  std::vector<char> garbage(200, 'x');
  garbage[0] = 0x16;
  garbage[1] = 3;

  CHECK_FALSE(ends.feed(garbage));
  CHECK(ends.outer.closed == CloseMode::graceful);
  CHECK_FALSE(ends.feed(chars("more")));
  CHECK(ends.heard.empty());
  ends.link.output() = chars("answer");
  ends.link.flush();
  CHECK(std::string(ends.outer.sent.begin(), ends.outer.sent.end()).find("answer") ==
        std::string::npos);
}

TEST_CASE("a record that was tampered with closes") {
  const Files files;
  Ends ends(loaded(files.settings()));
  Client client;
  REQUIRE(ends.exchange(client));
  client.say(chars("pay me"));
  std::vector<char> record = client.take();
  record[record.size() / 2] ^= 1;

  CHECK_FALSE(ends.feed(record));
  CHECK(ends.heard.empty());
}

TEST_CASE("a client's certificate is its identity, if the right one vouches for it") {
  const Files files;
  const MadeCertificate known("client", &files.authority);
  const MadeCertificate stranger("client");

  Ends ends(loaded(files.asking(TlsClientAuth::need)));
  Client client(&known);
  CHECK(ends.exchange(client));
  CHECK(ends.link.subject() == "CN=client,O=Quorate");

  for (const MadeCertificate* shown : {&stranger, static_cast<const MadeCertificate*>(nullptr)}) {
    Ends refusing(loaded(files.asking(TlsClientAuth::need)));
    Client other(shown);
    CHECK_FALSE(refusing.exchange(other));
    CHECK_FALSE(refusing.link.is_secure());
  }
  Ends wanting(loaded(files.asking(TlsClientAuth::want)));
  Client nobody;
  CHECK(wanting.exchange(nobody));
  CHECK(wanting.link.subject().empty());
  Ends refusing(loaded(files.asking(TlsClientAuth::want)));
  Client other(&stranger);
  CHECK_FALSE(refusing.exchange(other));
}

TEST_CASE("a graceful end is told in TLS's own words") {
  const Files files;
  Ends ends(loaded(files.settings()));
  Client client;
  REQUIRE(ends.exchange(client));
  ends.link.output() = chars("bye");
  ends.link.close(CloseMode::graceful);

  client.give(ends.outer.sent);
  CHECK(client.heard() == "bye");
  CHECK(ends.outer.closed == CloseMode::graceful);
}

TEST_CASE("files that are not what they should be are named") {
  const Files files;
  TlsSettings settings = files.settings();
  settings.certificate_file = files.folder / "none.pem";
  CHECK(load_tls(settings).error().text.find("none.pem: a certificate in PEM was expected") !=
        std::string::npos);

  settings = files.settings();
  files.authority.write(files.folder / "other.pem", files.folder / "other.key");
  settings.key_file = files.folder / "other.key";
  CHECK(load_tls(settings).error().text.find("other.key: a key in PEM") != std::string::npos);

  settings = files.asking(TlsClientAuth::need);
  settings.client_ca_file = files.folder / "server.key";
  CHECK(load_tls(settings).code() == ErrorCode::bad_arguments);
}

TEST_CASE("it is known when the first of the certificates ends, also of those that vouch") {
  const Files files;
  const std::int64_t first = end_of_certificates_s(loaded(files.settings()));
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  CHECK(first > std::chrono::duration_cast<std::chrono::seconds>(now).count());

  const MadeCertificate sooner("between");
  X509_gmtime_adj(X509_getm_notAfter(sooner.certificate.get()), 60);
  X509_sign(sooner.certificate.get(), sooner.key.get(), EVP_sha256());
  sooner.write(files.folder / "between.pem", "");
  std::ofstream(files.settings().certificate_file, std::ios::app)
      << std::ifstream(files.folder / "between.pem").rdbuf();

  CHECK(end_of_certificates_s(loaded(files.settings())) < first);
}

TEST_CASE("changed files are taken up, and broken ones are told once") {
  const Files files;
  auto credentials = TlsCredentials::load(files.settings());
  REQUIRE(credentials.ok());
  TlsCredentials& used = **credentials;
  const TlsContext first = used.context();
  auto touch = [&, age = 0]() mutable {
    const auto later = std::chrono::seconds(++age);
    for (const char* name : {"server.pem", "server.key"})
      fs::last_write_time(files.folder / name, fs::file_time_type::clock::now() + later);
  };
  CHECK(*used.reload() == TlsCredentials::Reload::unchanged);

  const MadeCertificate renewed("server");
  renewed.write(files.settings().certificate_file, files.settings().key_file);
  touch();
  CHECK(*used.reload() == TlsCredentials::Reload::done);
  CHECK(used.context() != first);

  CHECK(used.ends_s() == end_of_certificates_s(used.context()));
  const TlsContext second = used.context();
  std::ofstream(files.settings().certificate_file) << "broken";
  touch();
  CHECK_FALSE(used.reload().ok());
  CHECK(used.context() == second);
  CHECK(*used.reload() == TlsCredentials::Reload::unchanged);
}

}  // namespace quorate
