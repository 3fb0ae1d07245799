// p7: a user agent on the command line.
#include <CLI/CLI.hpp>
#include <iostream>
#include <map>

#include "commands.hpp"
#include "output.hpp"
#include "profile.hpp"
#include "x400/settings/units.hpp"

namespace {

using namespace p7;

void add_selection(CLI::App* app, Selection& s) {
  app->add_flag("--new", s.is_new, "only entries neither listed nor fetched yet");
  app->add_option("--since", s.since, "in the store since then (UTC): 2026-11-24 or 2026-11-24T15:30:00");
  app->add_option("--before", s.before, "in the store before then (UTC)");
  app->add_option("--priority", s.priority, "urgent, normal or non-urgent");
  app->add_option("--precedence", s.precedences, "military precedence, 0 deferred to 5 override");
  app->add_option("--subject", s.subject, "subject contains this");
  app->add_option("--from", s.originator, "originator, an O/R address");
  app->add_option("--at-least", s.at_least, "content of at least so many octets");
  app->add_option("--at-most", s.at_most, "content of at most so many octets");
  app->add_flag("--children", s.children, "also messages forwarded inside messages");
  app->add_option("--limit", s.limit, "at most so many entries");
}

void add_outbox(CLI::App* app, bool& outbox) {
  app->add_flag("--outbox", outbox, "the Out Box, what was submitted, instead of the In Box");
}

struct Arguments {
  Access access;
  Common common;
  Selection selection;
  Fetch fetch;
  Submit submit;
  Wait wait;
  std::string wait_time;
  std::vector<std::uint32_t> numbers;
  bool outbox = false;
};

void add_access(CLI::App& app, Arguments& a) {
  app.add_option("--profile", a.access.profile, "TOML file with store, user, password_file, and more: p7(1)")
      ->envname("P7_PROFILE");
  app.add_option("--store", a.access.store, "the store's address: host:port, or tsel=...;host:port");
  app.add_option("--user", a.access.user, "the user's O/R address: 'C=XX;A=TEST;P=DEMO;O=Org;S=Alice;G=A'");
  app.add_option("--password-file", a.access.password_file, "file with the password");
  app.add_flag("--password-stdin", a.access.password_stdin, "password from the first line of standard input");
  app.add_flag("--reliable", a.access.reliable, "over RTSE, the reliable application context");
  app.add_flag("--reliable-bare", a.access.reliable_bare,
               "with --reliable: the first operations bare, not in EXTERNAL");
  app.add_flag("--protected", a.access.protected_password,
               "protected credentials: the password is proved, not sent");
  app.add_flag("--tls", a.access.tls, "TLS; the store's certificate is always verified");
  app.add_option("--tls-ca", a.access.tls_ca, "file of CAs the store's certificate may come from");
  app.add_option("--tls-crl", a.access.tls_crl, "file of their revocation lists");
  app.add_option("--tls-name", a.access.tls_name,
                 "what the store's certificate must be for, if not the host of --store");
  app.add_option("--tls-certificate", a.access.tls_certificate, "own certificate, shown when asked");
  app.add_option("--tls-key", a.access.tls_key, "its key");
  app.add_option("--edition", a.access.edition, "edition of X.413 to speak: 94 (default) or 88")
      ->check(CLI::IsMember({"88", "94"}));
  app.add_flag("--json", a.common.json, "JSON, one object a line");
}

void add_retrieval(CLI::App& app, Arguments& a) {
  CLI::App* list = app.add_subcommand("list", "list entries; listing makes new entries listed");
  add_selection(list, a.selection);
  add_outbox(list, a.selection.outbox);

  CLI::App* fetch = app.add_subcommand("fetch", "fetch entries whole; fetching makes them processed");
  fetch->add_option("number", a.fetch.numbers, "sequence numbers");
  fetch->add_flag("--all", a.fetch.all, "every selected entry in order (systematic fetch)");
  fetch->add_option("--to", a.fetch.to, "write contents, octet for octet, to this file or folder");
  add_selection(fetch, a.fetch.selection);
  add_outbox(fetch, a.fetch.outbox);

  CLI::App* remove = app.add_subcommand("delete", "delete entries: all of them or, with an error, none");
  remove->add_option("number", a.numbers, "sequence numbers")->required();
  add_outbox(remove, a.outbox);

  CLI::App* summarize = app.add_subcommand("summarize", "count entries by status, priority and type");
  add_selection(summarize, a.selection);
  add_outbox(summarize, a.selection.outbox);

  CLI::App* wait =
      app.add_subcommand("wait", "wait until an entry is there (default: a new one), then list it");
  add_selection(wait, a.wait.selection);
  wait->add_option("--timeout", a.wait_time, "give up after this time, as 30 s or 5 min (status 5)");

  app.add_subcommand("status", "bind, and show what the store says it can do");
}

void add_submission(CLI::App& app, Arguments& a) {
  CLI::App* s = app.add_subcommand("submit", "submit a message");
  s->add_option("--to", a.submit.to, "recipient, an O/R address; may be given several times");
  s->add_option("--cc", a.submit.copy, "copy recipient");
  s->add_option("--bcc", a.submit.blind_copy, "blind copy recipient");
  s->add_option("--subject", a.submit.subject, "subject");
  auto* text = s->add_option("--text", a.submit.text, "text of the message");
  s->add_option("--text-file", a.submit.text_file, "text from a file, - for standard input")->excludes(text);
  s->add_option("--attach", a.submit.attachments, "file to attach; may be given several times");
  s->add_option("--content-file", a.submit.content_file, "an encoded content, sent as it is");
  s->add_option("--content-type", a.submit.content_type, "of --content-file: 2, 22 (default), 35 or an OID");
  s->add_option("--priority", a.submit.priority, "urgent, normal (default) or non-urgent");
  s->add_option("--importance", a.submit.importance, "high, normal (default) or low");
  s->add_option("--deferred", a.submit.deferred,
                "not to be delivered before this time (UTC), as --since of list");
  s->add_flag("--report", a.submit.report, "ask for delivery reports, not only non-delivery reports");
  s->add_flag("--receipt", a.submit.receipt, "ask the recipients for receipt notifications");
}

int run(const CLI::App& app, Arguments& a) {
  auto connect = connect_parameters(a.access);
  if (!connect.ok()) return report("who and where", connect.error());
  a.common.connect = std::move(*connect);
  if (app.got_subcommand("list")) return list(a.common, a.selection);
  if (app.got_subcommand("fetch")) {
    if (a.fetch.all == a.fetch.numbers.empty()) return fetch(a.common, a.fetch);
    return report("fetch", x400::Error(x400::ErrorKind::invalid, "give either numbers or --all"));
  }
  if (app.got_subcommand("delete")) return remove(a.common, a.numbers, a.outbox);
  if (app.got_subcommand("summarize")) return summarize(a.common, a.selection);
  if (app.got_subcommand("submit")) return submit(a.common, a.submit);
  if (app.got_subcommand("status")) return status(a.common);
  if (!a.wait_time.empty()) {
    auto time = x400::settings::parse_duration(a.wait_time);
    if (!time.ok()) return report("--timeout", time.error());
    a.wait.timeout = *time;
  }
  const bool any = a.wait.selection.since.empty() && a.wait.selection.before.empty();
  if (any) a.wait.selection.is_new = true;
  return wait(a.common, a.wait);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("p7: list, fetch, delete and submit X.400 messages through a message store (P7)");
  app.require_subcommand(1);
  app.fallthrough();
  app.set_version_flag("--version", X400_VERSION);
  app.footer(
      "Exit status: 0 done, 1 the store answered with an error, 2 wrong use, 3 no connection,\n"
      "4 bind refused, 5 nothing there. See p7(1).");
  Arguments arguments;
  add_access(app, arguments);
  add_retrieval(app, arguments);
  add_submission(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? done : usage;
  }
  return run(app, arguments);
}
