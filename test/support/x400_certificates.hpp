// Certificates for a test, made by the openssl program: an authority of its own, and what it issues.
#pragma once

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "x400_temp_folder.hpp"

namespace x400::test {

class Authority {
 public:
  struct Pair {
    std::filesystem::path certificate, key;
  };

  explicit Authority(const std::string& name = "Test CA") {
    const std::string at = folder_.path().string();
    folder_.write("index.txt", "");
    folder_.write("ca.cnf", "[ca]\ndefault_ca = d\n[d]\ndatabase = " + at +
                                "/index.txt\nnew_certs_dir = " + at +
                                "\nrand_serial = yes\ndefault_md = sha256\npolicy = p\nunique_subject = no\n"
                                "certificate = " +
                                at + "/ca.pem\nprivate_key = " + at +
                                "/ca.key\n[p]\ncommonName = supplied\norganizationName = "
                                "optional\ncountryName = optional\n");
    run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj '/CN=" + name +
        "' -keyout ca.key -out ca.pem");
  }

  std::filesystem::path ca() const { return folder_.path() / "ca.pem"; }

  /// `subject` as "/C=XX/O=Org/CN=Alice", `names` as "DNS:localhost,IP:127.0.0.1"; valid from and to as
  /// "20200101000000Z".
  Pair issue(const std::string& name, const std::string& subject, const std::string& names,
             const std::string& from = "20200101000000Z", const std::string& to = "20491231000000Z") {
    folder_.write(name + ".ext",
                  names.empty() ? "basicConstraints = CA:FALSE\n" : "subjectAltName = " + names + "\n");
    run("openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '" + subject + "' -keyout " +
        name + ".key -out " + name + ".csr");
    run("openssl ca -batch -config ca.cnf -notext -preserveDN -startdate " + from + " -enddate " + to +
        " -extfile " + name + ".ext -in " + name + ".csr -out " + name + ".pem");
    return {folder_.path() / (name + ".pem"), folder_.path() / (name + ".key")};
  }
  void revoke(const Pair& pair) {
    run("openssl ca -batch -config ca.cnf -revoke " + pair.certificate.string());
  }
  /// The revocation list as it is now, in date until `to`.
  std::filesystem::path crl(const std::string& to = "20491231000000Z") {
    run("openssl ca -gencrl -config ca.cnf -crl_lastupdate 20200101000000Z -crl_nextupdate " + to +
        " -out ca.crl");
    return folder_.path() / "ca.crl";
  }
  Pair server() { return issue("server", "/CN=server", "DNS:localhost,IP:127.0.0.1"); }

 private:
  void run(const std::string& command) const {
    const std::string whole = "cd '" + folder_.path().string() + "' && " + command + " >>openssl.log 2>&1";
    if (std::system(whole.c_str()) != 0) FAIL(command << "\n" << folder_.read("openssl.log"));
  }

  TempFolder folder_;
};

}  // namespace x400::test
