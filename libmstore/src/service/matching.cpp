#include "service/matching.hpp"

#include "service/match_groups.hpp"
#include "service/run.hpp"

namespace x400::mstore::service {

namespace {

using asn1::MatchingRule;

class KeyMatcher final : public Matcher {
 public:
  KeyMatcher(KeyFunction key, std::string wanted) : key_(key), wanted_(std::move(wanted)) {}
  bool matches(View value) const override {
    const auto e = only_value(value);
    if (!e) return false;
    const auto key = key_(*e);
    return key && *key == wanted_;
  }

 private:
  KeyFunction key_;
  std::string wanted_;
};

class OrdinalMatcher final : public Matcher {
 public:
  OrdinalMatcher(MatchingRule rule, Bound bound, std::int64_t limit)
      : rule_(rule), bound_(bound), limit_(limit) {}
  bool matches(View value) const override {
    const auto e = only_value(value);
    if (!e) return false;
    const auto n = ordinal(rule_, *e);
    return n && (bound_ == Bound::at_least ? *n >= limit_ : *n <= limit_);
  }

 private:
  MatchingRule rule_;
  Bound bound_;
  std::int64_t limit_;
};

class TextOrder final : public Matcher {
 public:
  TextOrder(Bound bound, std::string limit) : bound_(bound), limit_(std::move(limit)) {}
  bool matches(View value) const override {
    const auto e = only_value(value);
    if (!e) return false;
    const FoldedText have(*e);
    return have.text() && (bound_ == Bound::at_least ? *have.text() >= limit_ : *have.text() <= limit_);
  }

 private:
  Bound bound_;
  std::string limit_;
};

Error unfit() {
  return Error(ErrorKind::malformed, "assertion value does not fit the syntax of the matching rule");
}

}  // namespace

Result<MatcherPtr> make_match(MatchingRule rule, View assertion) {
  X400_TRY(e, ber::read_one(assertion));
  if (const KeyFunction key = simple_key(rule)) {
    auto wanted = key(e);
    if (!wanted) return unfit();
    return MatcherPtr(std::make_unique<KeyMatcher>(key, std::move(*wanted)));
  }
  X400_TRY(text, make_text_match(rule, e));
  if (text) return text;
  X400_TRY(name, make_name_match(rule, e));
  if (name) return name;
  return Error(ErrorKind::unsupported, "no matching by " + std::string(asn1::info(rule).name));
}

Result<MatcherPtr> make_ordering(MatchingRule rule, Bound bound, View assertion) {
  X400_TRY(e, ber::read_one(assertion));
  if (rule == MatchingRule::ms_string_ordering) {
    auto limit = folded_text(e);
    if (!limit) return unfit();
    return MatcherPtr(std::make_unique<TextOrder>(bound, std::move(*limit)));
  }
  const auto limit = ordinal(rule, e);
  if (!limit) return unfit();
  return MatcherPtr(std::make_unique<OrdinalMatcher>(rule, bound, *limit));
}

std::optional<std::string> value_key(MatchingRule rule, View value) {
  auto e = ber::read_one(value);
  if (!e.ok()) return std::nullopt;
  if (const KeyFunction key = simple_key(rule)) return key(*e);
  if (rule == MatchingRule::ms_string) return folded_text(*e);
  if (rule == MatchingRule::or_name) return name_key(*e);
  return std::string(chars(value));
}

}  // namespace x400::mstore::service
