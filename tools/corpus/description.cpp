#include "description.hpp"

#include <set>
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include "files.hpp"
#include "x400/asn1/or_text.hpp"

namespace x400::corpus {
namespace {

// A table that knows which of its keys were asked for: what is left over is a mistake.
class Section {
 public:
  Section(const toml::table& t, std::string name) : t_(t), name_(std::move(name)) {}

  std::string text(const char* key) { return value(key, std::string()); }
  std::int64_t number(const char* key, std::int64_t other = 0) { return value(key, other); }
  bool flag(const char* key) { return value(key, false); }
  std::optional<std::int64_t> maybe_number(const char* key) {
    if (!t_.contains(key)) return std::nullopt;
    return number(key);
  }

  std::vector<std::string> texts(const char* key) {
    std::vector<std::string> out;
    asked_.insert(key);
    const toml::node* node = t_.get(key);
    if (node == nullptr) return out;
    const toml::array* all = node->as_array();
    if (all == nullptr || (!all->empty() && !all->is_homogeneous(toml::node_type::string)))
      wrong_.push_back(key);
    if (all != nullptr)
      for (const auto& one : *all) out.push_back(one.value_or(std::string()));
    return out;
  }

  std::vector<Section> sections(const char* key) {
    std::vector<Section> out;
    asked_.insert(key);
    const toml::node* node = t_.get(key);
    if (node == nullptr) return out;
    if (const toml::table* one = node->as_table()) out.emplace_back(*one, key);
    if (const toml::array* all = node->as_array())
      for (const auto& e : *all)
        if (e.as_table() != nullptr) out.emplace_back(*e.as_table(), key);
    if (out.empty()) wrong_.push_back(key);
    return out;
  }

  asn1::Time time(const char* key) {
    asked_.insert(key);
    const toml::node* node = t_.get(key);
    const auto* dt = node != nullptr ? node->as_date_time() : nullptr;
    if (dt == nullptr) {
      wrong_.push_back(key);
      return {};
    }
    const toml::date_time& v = **dt;
    using namespace std::chrono;
    return sys_days{year{v.date.year} / v.date.month / v.date.day} + hours{v.time.hour} +
           minutes{v.time.minute} + seconds{v.time.second};
  }

  Status finish() const {
    if (!wrong_.empty())
      return Error(ErrorKind::malformed, "[" + name_ + "] wrong value for " + wrong_.front());
    for (const auto& [key, node] : t_) {
      if (asked_.count(std::string(key.str())) == 0)
        return Error(ErrorKind::malformed, "line " + std::to_string(node.source().begin.line) +
                                               ": unknown key " + std::string(key.str()) + " in [" + name_ +
                                               "]");
    }
    return Ok{};
  }

 private:
  template <class T>
  T value(const char* key, T other) {
    asked_.insert(key);
    const toml::node* node = t_.get(key);
    if (node == nullptr) return other;
    const auto v = node->value_exact<T>();
    if (!v) wrong_.push_back(key);
    return v.value_or(other);
  }

  const toml::table& t_;
  std::string name_;
  std::set<std::string> asked_;
  std::vector<std::string> wrong_;
};

Result<PartDescription> read_part(Section& s) {
  PartDescription p;
  p.type = s.text("type");
  p.text = s.text("text");
  p.pages = s.texts("pages");
  p.path = s.text("path");
  p.package = s.text("package");
  p.generate = static_cast<std::size_t>(s.number("generate"));
  p.name = s.text("name");
  p.about = s.text("about");
  p.message = s.text("message");
  X400_CHECK(s.finish());
  return p;
}

Status read_ats(Section& s, AtsDescription& a) {
  a.priority = s.text("priority");
  a.ohi = s.text("ohi");
  a.text = s.text("text");
  a.extended = s.flag("extended");
  return s.finish();
}

Status read_military(Section& s, MilitaryDescription& m) {
  m.precedence = s.text("precedence");
  m.copy_precedence = s.text("copy_precedence");
  m.message_type = s.maybe_number("message_type");
  m.identifier = s.text("identifier");
  m.plad = s.text("plad");
  m.reference = s.text("reference");
  m.sics = s.texts("sics");
  m.handling = s.texts("handling");
  m.instructions = s.texts("instructions");
  m.serial = s.number("serial", 1);
  return s.finish();
}

Status read_report(Section& s, ReportDescription& r) {
  r.subject = s.text("subject");
  r.return_content = s.flag("return_content");
  for (Section& one : s.sections("recipient")) {
    ReportedDescription d;
    d.to = one.text("to");
    d.delivered = one.flag("delivered");
    d.reason = one.number("reason");
    d.diagnostic = one.maybe_number("diagnostic");
    d.supplementary = one.text("supplementary");
    X400_CHECK(one.finish());
    r.recipients.push_back(std::move(d));
  }
  return s.finish();
}

Status read_special(Section& s, Description& d) {
  for (Section& one : s.sections("ats")) X400_CHECK(read_ats(one, d.ats));
  for (Section& one : s.sections("p772")) X400_CHECK(read_military(one, d.military));
  for (Section& one : s.sections("report")) X400_CHECK(read_report(one, d.report));
  for (Section& one : s.sections("part")) {
    X400_TRY(part, read_part(one));
    d.parts.push_back(std::move(part));
  }
  return Ok{};
}

Status read_all(Section& s, Description& d) {
  d.kind = s.text("kind");
  d.about = s.text("about");
  d.from = s.text("from");
  d.to = s.texts("to");
  d.copy = s.texts("copy");
  d.more_recipients = static_cast<std::size_t>(s.number("more_recipients"));
  d.subject = s.text("subject");
  d.importance = s.text("importance");
  d.priority = s.text("priority");
  d.receipt_asked = s.flag("receipt_asked");
  d.time = s.time("time");
  d.interchange = s.text("interchange");
  d.answers = s.text("answers");
  X400_CHECK(read_special(s, d));
  return s.finish();
}

}  // namespace

Users default_users() {
  Users users;
  const auto add = [&](const char* id, const char* name) {
    users[id] = *asn1::parse_or_address(std::string("C=XX;ADMD=TEST;PRMD=DEMO;O=Org;") + name);
  };
  add("alice", "S=Alice;G=A");
  add("bob", "S=Bob;G=B");
  add("carol", "S=Carol;G=C");
  add("ops", "S=Ops");
  return users;
}

Result<Description> read_description(const std::filesystem::path& file) {
  X400_TRY(octets, read_file(file));
  const auto parsed = toml::parse(chars(octets), file.string());
  if (!parsed) {
    return Error(ErrorKind::malformed, file.string() + ":" +
                                           std::to_string(parsed.error().source().begin.line) + ": " +
                                           std::string(parsed.error().description()));
  }
  Description d;
  d.name = file.stem().string();
  Section s(parsed.table(), d.name);
  const Status status = read_all(s, d);
  if (!status.ok()) return status.error().in(file.string());
  return d;
}

}  // namespace x400::corpus
