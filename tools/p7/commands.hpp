// The commands of p7. Each binds, does its work, prints, and returns an exit status (output.hpp).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "x400/asn1/time.hpp"
#include "x400/p7client/client.hpp"

namespace p7 {

/// Options of which entries are meant, shared by list, wait, summarize and fetch --all.
struct Selection {
  bool is_new = false, outbox = false, children = false;
  std::string since, before, priority, subject, originator;
  std::int64_t at_least = -1, at_most = -1;
  std::vector<int> precedences;
  std::size_t limit = 0;
};
x400::Result<x400::p7client::Query> query(const Selection& selection);

/// A time as users write it: 2026-11-24 or 2026-11-24T15:30:00, UTC.
x400::Result<x400::asn1::Time> time_of(const std::string& text);

struct Common {
  x400::p7client::ConnectParameters connect;
  bool json = false;
};

struct Fetch {
  std::vector<std::uint32_t> numbers;
  bool all = false;
  bool outbox = false;
  std::string to;       ///< file or folder for contents; empty: text on standard output
  Selection selection;  ///< with all
};

struct Submit {
  std::vector<std::string> to, copy, blind_copy;
  std::string subject, text, text_file, content_file, content_type, priority = "normal",
                                                                    importance = "normal";
  std::vector<std::string> attachments;
  bool report = false, receipt = false;
  std::string deferred;
};

struct Wait {
  Selection selection;
  std::chrono::milliseconds timeout{0};  ///< 0: for ever
};

int list(const Common& common, const Selection& selection);
int fetch(const Common& common, const Fetch& fetch);
int remove(const Common& common, const std::vector<std::uint32_t>& numbers, bool outbox);
int summarize(const Common& common, const Selection& selection);
int submit(const Common& common, const Submit& submit);
int wait(const Common& common, const Wait& wait);
int status(const Common& common);

}  // namespace p7
