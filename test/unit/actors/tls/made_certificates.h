// Certificates for tests, made when they are needed.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "core/base/check.h"

namespace quorate::test {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

/// A name and who vouches for it: itself, unless `issuer` is given.
class MadeCertificate {
 public:
  explicit MadeCertificate(const std::string& name, const MadeCertificate* issuer = nullptr)
      : key(EVP_EC_gen("P-256"), EVP_PKEY_free), certificate(X509_new(), X509_free) {
    static long serial = 1;
    X509_set_version(certificate.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial++);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    X509_NAME* subject = X509_get_subject_name(certificate.get());
    add(subject, "O", "Quorate");
    add(subject, "CN", name);
    const MadeCertificate& by = issuer == nullptr ? *this : *issuer;
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(by.certificate.get()));
    if (issuer == nullptr) may_vouch();
    check(X509_sign(certificate.get(), by.key.get(), EVP_sha256()) > 0, "a certificate is signed");
  }

  void write(const std::string& certificate_file, const std::string& key_file) const {
    std::FILE* file = std::fopen(certificate_file.c_str(), "w");
    PEM_write_X509(file, certificate.get());
    std::fclose(file);
    if (key_file.empty()) return;
    file = std::fopen(key_file.c_str(), "w");
    PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
  }

  Key key;
  Certificate certificate;

 private:
  void may_vouch() {
    X509_EXTENSION* says =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_basic_constraints, "critical,CA:TRUE");
    X509_add_ext(certificate.get(), says, -1);
    X509_EXTENSION_free(says);
  }

  static void add(X509_NAME* name, const char* field, const std::string& value) {
    X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(value.c_str()), -1, -1, 0);
  }
};

}  // namespace quorate::test
