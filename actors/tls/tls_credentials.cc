#include "actors/tls/tls_credentials.h"

#include <openssl/err.h>
#include <openssl/x509.h>

#include <algorithm>
#include <ctime>
#include <utility>

namespace quorate {
namespace {

namespace fs = std::filesystem;

/// The oldest reason that the library has, and forgets all.
std::string library_reason() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "no reason is known" : reason;
}

Error wrong(const std::string& file, const std::string& what) {
  return {ErrorCode::bad_arguments, file + ": " + what + " (" + library_reason() + ")"};
}

bool set_rules(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
  // Ten thousand idle connections keep no buffers.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_id_context(context, reinterpret_cast<const unsigned char*>("quorate"), 7);
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1;
}

Status ask_clients(SSL_CTX* context, const TlsSettings& settings) {
  const std::string& file = settings.client_ca_file;
  if (file.empty() || settings.client_auth == TlsClientAuth::none) return {};
  if (SSL_CTX_load_verify_file(context, file.c_str()) != 1) {
    return wrong(file, "certificates in PEM were expected");
  }
  STACK_OF(X509_NAME)* names = SSL_load_client_CA_file(file.c_str());
  if (names == nullptr) return wrong(file, "has no certificate");
  SSL_CTX_set_client_CA_list(context, names);
  const bool needed = settings.client_auth == TlsClientAuth::need;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (needed ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                     nullptr);
  return {};
}

std::int64_t end_s(const X509* certificate) {
  std::tm end{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) != 1) return 0;
  return ::timegm(&end);
}

}  // namespace

std::int64_t end_of_certificates_s(const TlsContext& context) {
  std::int64_t first = end_s(SSL_CTX_get0_certificate(context.get()));
  STACK_OF(X509)* others = nullptr;
  if (SSL_CTX_get0_chain_certs(context.get(), &others) != 1) return first;
  for (int i = 0; i < sk_X509_num(others); ++i)
    first = std::min(first, end_s(sk_X509_value(others, i)));
  return first;
}

Result<TlsContext> load_tls(const TlsSettings& settings) {
  ERR_clear_error();
  TlsContext context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (context == nullptr || !set_rules(context.get())) {
    return Error{ErrorCode::system_error, "TLS cannot be had: " + library_reason()};
  }
  const std::string& certificate = settings.certificate_file;
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate.c_str()) != 1) {
    return wrong(certificate, "a certificate in PEM was expected");
  }
  // Without a password: nobody is there to be asked.
  SSL_CTX_set_default_passwd_cb(context.get(), [](char*, int, int, void*) { return -1; });
  if (SSL_CTX_use_PrivateKey_file(context.get(), settings.key_file.c_str(), SSL_FILETYPE_PEM) !=
      1) {
    return wrong(settings.key_file, "a key in PEM, without a password, of the certificate in " +
                                        certificate + " was expected");
  }
  if (Status status = ask_clients(context.get(), settings); !status) return status.error();
  return context;
}

std::string peer_subject(const SSL* ssl) {
  const X509* certificate = SSL_get0_peer_certificate(ssl);
  if (certificate == nullptr) return {};
  const std::unique_ptr<BIO, decltype(&BIO_free)> text(BIO_new(BIO_s_mem()), BIO_free);
  X509_NAME_print_ex(text.get(), X509_get_subject_name(certificate), 0,
                     XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(text.get(), &bytes);
  return size <= 0 ? std::string() : std::string(bytes, static_cast<std::size_t>(size));
}

TlsCredentials::TlsCredentials(TlsSettings settings, TlsContext context, Times times)
    : settings_(std::move(settings)),
      context_(std::move(context)),
      times_(std::move(times)),
      ends_s_(end_of_certificates_s(context_)) {}

Result<std::unique_ptr<TlsCredentials>> TlsCredentials::load(const TlsSettings& settings) {
  // Before the files are read: a change in between is seen later.
  Times times = times_of(settings);
  Result<TlsContext> context = load_tls(settings);
  if (!context) return context.error();
  return std::unique_ptr<TlsCredentials>(
      new TlsCredentials(settings, *std::move(context), std::move(times)));
}

TlsCredentials::Times TlsCredentials::times_of(const TlsSettings& settings) {
  Times times;
  for (const std::string& file :
       {settings.certificate_file, settings.key_file, settings.client_ca_file}) {
    std::error_code missing;
    times.push_back(file.empty() ? fs::file_time_type{} : fs::last_write_time(file, missing));
  }
  return times;
}

Result<TlsCredentials::Reload> TlsCredentials::reload() {
  Times times = times_of(settings_);
  if (times == times_) return Reload::unchanged;
  times_ = std::move(times);
  Result<TlsContext> context = load_tls(settings_);
  if (!context) return context.error();
  context_ = *std::move(context);
  ends_s_.store(end_of_certificates_s(context_), std::memory_order_relaxed);
  return Reload::done;
}

}  // namespace quorate
