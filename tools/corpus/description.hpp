// Descriptions of the corpus: what people write (test/corpus/*.toml), read into values.
//
// test/corpus/README.md describes the format.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "x400/asn1/or_name.hpp"
#include "x400/asn1/time.hpp"

namespace x400::corpus {

/// The people of the demonstration by their short names.
using Users = std::map<std::string, asn1::ORAddress>;
/// alice, bob, carol, ops: C=XX;ADMD=TEST;PRMD=DEMO;O=Org;S=Alice;G=A and so on.
Users default_users();

struct PartDescription {
  std::string type;  ///< ia5, teletex, general, file, bilateral, message
  std::string text;
  std::vector<std::string> pages;  ///< teletex
  std::string path, package;       ///< file: a file of a Debian package
  std::size_t generate = 0;        ///< file: this many octets, made up
  std::string name, about;         ///< file
  std::string message;             ///< message: the name of the one to forward
};

struct AtsDescription {
  std::string priority, ohi, text;
  bool extended = false;
};

struct MilitaryDescription {
  std::string precedence, copy_precedence;
  std::optional<std::int64_t> message_type;
  std::string identifier, plad, reference;
  std::vector<std::string> sics, handling, instructions;
  std::int64_t serial = 1;
};

struct ReportedDescription {
  std::string to;
  bool delivered = false;
  std::int64_t reason = 0;
  std::optional<std::int64_t> diagnostic;
  std::string supplementary;
};

struct ReportDescription {
  std::string subject;  ///< name of the message
  bool return_content = false;
  std::vector<ReportedDescription> recipients;
};

struct Description {
  std::string name;  ///< of the file, without extension
  std::string kind;  ///< ipm, ats, p772, edi, receipt, report
  std::string about;
  std::string from;
  std::vector<std::string> to, copy;
  std::size_t more_recipients = 0;  ///< made up, behind `to`
  std::string subject, importance, priority;
  bool receipt_asked = false;
  asn1::Time time{};
  std::vector<PartDescription> parts;
  AtsDescription ats;
  MilitaryDescription military;
  std::string interchange;  ///< edi
  std::string answers;      ///< receipt: the name of the message received
  ReportDescription report;
};

/// Errors: malformed (with file and line; an unknown key is one), io.
Result<Description> read_description(const std::filesystem::path& file);

}  // namespace x400::corpus
