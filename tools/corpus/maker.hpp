// Maker: descriptions to messages, the same octets on every machine and run.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "description.hpp"
#include "envelope.hpp"

namespace x400::corpus {

struct Made {
  Envelope envelope;
  Octets content;
};

class Maker {
 public:
  /// `folder` holds the descriptions.
  Maker(std::filesystem::path folder, Users users);

  /// Names of all descriptions, sorted.
  Result<std::vector<std::string>> names() const;
  /// Makes the message of this name, and before it those it forwards, answers or reports on.
  /// Errors: not_found with the package to install if an attachment is missing; malformed, invalid.
  Result<const Made*> make(const std::string& name);

 private:
  Result<Made> make_new(const Description& d);
  Status make_content(const Description& d, Made& made);
  Status fill_envelope(const Description& d, Made& made);

  Result<std::vector<Octets>> parts(const Description& d, Made& made);
  Result<Octets> part(const PartDescription& p, Made& made);
  Result<Octets> file_part(const PartDescription& p, Made& made);
  Result<Octets> forwarded_part(const PartDescription& p, Made& made);
  Result<Octets> ipm(const Description& d, Made& made);
  Result<Octets> ats(const Description& d, Made& made);
  Result<Octets> p772(const Description& d, Made& made);
  Result<Octets> edim(const Description& d);
  Result<Octets> receipt(const Description& d);
  Status report(const Description& d, Made& made);

  Result<asn1::ORAddress> user(const std::string& name) const;
  Result<std::vector<asn1::ORAddress>> recipients(const Description& d) const;

  std::filesystem::path folder_;
  Users users_;
  std::map<std::string, Made> made_;
  std::vector<std::string> underway_;  // against messages that forward each other in a circle
};

/// SHA-256 of every file that is the same everywhere, in the form of sha256sum. Messages that hold files of
/// Debian packages are left out: package versions change.
Result<std::string> manifest(Maker& maker);

}  // namespace x400::corpus
