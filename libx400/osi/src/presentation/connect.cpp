#include "presentation/connect.hpp"

#include <algorithm>
#include <limits>

#include "x400/ber/reader.hpp"
#include "x400/ber/walk.hpp"

namespace x400::osi::presentation {
namespace {

using ber::context;
using ber::Element;
using ber::Reader;
using ber::tags::sequence;

constexpr ber::Tag fully_encoded = ber::application(1);
constexpr std::int64_t normal_mode = 1;

Error malformed(const char* what) { return Error(ErrorKind::malformed, what); }

CpFault unreadable(const Error& e) { return {RefuseReason::user_data_not_readable, e.text()}; }

// mode-selector [0] { [0] INTEGER }; the SET may have it in either place.
Result<std::int64_t> read_mode(const Element& selector) {
  Reader r(selector.content);
  X400_TRY(mode, r.expect(context(0)));
  return ber::read_integer(mode);
}

// The normal-mode-parameters of CP and CPA.
Result<Element> read_mode_set(View data) {
  X400_TRY(set, Reader(data).expect(ber::tags::set));
  std::optional<Element> parameters;
  std::optional<std::int64_t> mode;
  Reader r(set.content);
  while (!r.at_end()) {
    X400_TRY(e, r.next());
    if (e.tag == context(0)) {
      X400_TRY(value, read_mode(e));
      mode = value;
    } else if (e.tag == context(2)) {
      parameters = e;
    }
  }
  if (!mode) return malformed("PPDU without mode selector");
  if (*mode != normal_mode) return malformed("PPDU not in normal mode");
  if (!parameters) return malformed("PPDU without normal mode parameters");
  return *parameters;
}

Result<ProposedContext> read_context(const Element& item, const Limits& limits) {
  Reader r(item.content);
  X400_TRY(id, r.expect(ber::tags::integer));
  X400_TRY(number, ber::read_integer(id));
  if (number < std::numeric_limits<ContextId>::min() || number > std::numeric_limits<ContextId>::max())
    return malformed("presentation context identifier out of range");
  X400_TRY(syntax, r.expect(ber::tags::oid));
  X400_TRY(abstract, ber::read_oid(syntax));
  X400_TRY(list, r.expect(sequence));
  ProposedContext c{static_cast<ContextId>(number), std::move(abstract)};
  Reader transfers(list.content);
  for (std::size_t i = 0; i < limits.transfer_syntaxes && !transfers.at_end(); ++i) {
    X400_TRY(transfer, transfers.expect(ber::tags::oid));
    if (equal(transfer.content, basic_encoding().contents())) c.basic_encoding = true;
  }
  return c;
}

Result<std::vector<ProposedContext>> read_contexts(const Element& list, const Limits& limits) {
  std::vector<ProposedContext> all;
  Reader r(list.content);
  while (!r.at_end()) {
    X400_TRY(item, r.expect(sequence));
    if (all.size() == limits.contexts_most) return Error(ErrorKind::limit, "too many presentation contexts");
    X400_TRY(c, read_context(item, limits));
    if (std::any_of(all.begin(), all.end(), [&](const ProposedContext& o) { return o.id == c.id; }))
      return malformed("presentation context defined twice");
    all.push_back(std::move(c));
  }
  return all;
}

CpFault context_fault(const Error& e) {
  if (e.kind() == ErrorKind::limit) return {RefuseReason::local_limit, e.text()};
  return unreadable(e);
}

bool version_1(const Element& e) {
  auto bits = ber::read_bits(e);
  return bits.ok() && bits->test(0);
}

Result<Cp, CpFault> read_cp(const Slice& data, View parameters, const Limits& limits) {
  Cp cp;
  bool contexts_seen = false;
  Reader r(parameters);
  while (!r.at_end()) {
    auto e = r.next();
    if (!e.ok()) return unreadable(e.error());
    if (e->tag == fully_encoded || e->tag == ber::application(0)) {
      cp.user_data = data.part(e->whole);
    } else if (e->tag == context(0)) {
      if (!version_1(*e))
        return CpFault{RefuseReason::protocol_version, "presentation version 1 is not offered"};
    } else if (e->tag == context(1) || e->tag == context(2)) {
      auto selector = ber::read_octets(*e);
      if (!selector.ok()) return unreadable(selector.error());
      if (selector->size() > limits.selector)
        return CpFault{RefuseReason::address_unknown, "presentation selector too long"};
      (e->tag == context(1) ? cp.calling : cp.called) = std::move(*selector);
    } else if (e->tag == context(4)) {
      auto contexts = read_contexts(*e, limits);
      if (!contexts.ok()) return context_fault(contexts.error());
      cp.contexts = std::move(*contexts);
      contexts_seen = true;
    } else if (e->tag == context(6)) {
      cp.default_context = true;
    }
  }
  if (!contexts_seen || cp.contexts.empty())
    return CpFault{RefuseReason::user_data_not_readable, "CP without presentation contexts"};
  return cp;
}

void put_mode(ber::Writer& w) {
  w.constructed(context(0), [&] { w.integer(context(0), normal_mode); });
}

void put_result(ber::Writer& w, ContextResult result) {
  switch (result) {
    case ContextResult::acceptance:
      w.integer(context(0), 0);
      w.oid(context(1), basic_encoding());
      return;
    case ContextResult::user_rejection: w.integer(context(0), 1); return;
    default: break;
  }
  w.integer(context(0), 2);
  w.integer(context(2), static_cast<int>(result) - static_cast<int>(ContextResult::not_specified));
}

void put_results(ber::Writer& w, const std::vector<ProposedContext>& contexts) {
  w.constructed(context(5), [&] {
    for (const ProposedContext& c : contexts) w.constructed(sequence, [&] { put_result(w, c.result); });
  });
}

Result<std::vector<bool>> read_results(const Element& list) {
  std::vector<bool> all;
  Reader r(list.content);
  while (!r.at_end()) {
    X400_TRY(item, r.expect(sequence));
    Reader in(item.content);
    X400_TRY(result, in.expect(context(0)));
    X400_TRY(value, ber::read_integer(result));
    all.push_back(value == 0);
  }
  return all;
}

}  // namespace

Result<Cp, CpFault> parse_cp(const Slice& data, const Limits& limits) {
  if (data.empty() || data.view()[0] != 0x31) return CpFault{std::nullopt, "connect data are no CP"};
  auto extent = ber::walk_one(data.view(), limits.bind_ber);
  if (!extent.ok()) return unreadable(extent.error());
  auto parameters = read_mode_set(data.view());
  if (!parameters.ok()) return unreadable(parameters.error());
  return read_cp(data, parameters->content, limits);
}

Result<Cpa> parse_cpa(const Slice& data, const Limits& limits) {
  X400_CHECK(ber::walk_one(data.view(), limits.bind_ber));
  X400_TRY(parameters, read_mode_set(data.view()));
  Cpa cpa;
  Reader r(parameters.content);
  while (!r.at_end()) {
    X400_TRY(e, r.next());
    if (e.tag == context(3)) {
      X400_TRY(selector, ber::read_octets(e));
      cpa.responding = std::move(selector);
    } else if (e.tag == context(5)) {
      X400_TRY(results, read_results(e));
      cpa.accepted = std::move(results);
    } else if (e.tag == fully_encoded) {
      cpa.user_data = data.part(e.whole);
    }
  }
  return cpa;
}

Result<Cpr> parse_cpr(const Slice& data, const Limits& limits) {
  X400_CHECK(ber::walk_one(data.view(), limits.bind_ber));
  X400_TRY(parameters, Reader(data.view()).expect(sequence));
  Cpr cpr;
  Reader r(parameters.content);
  while (!r.at_end()) {
    X400_TRY(e, r.next());
    if (e.tag == context(10)) {
      X400_TRY(reason, ber::read_integer(e));
      cpr.provider_reason = reason;
    } else if (e.tag == fully_encoded) {
      cpr.user_data = data.part(e.whole);
    }
  }
  return cpr;
}

Octets encode_cp(const Selectors& calling, const Selectors& called,
                 const std::vector<ProposedContext>& contexts, ContextId acse, View apdu) {
  ber::Writer w;
  w.constructed(ber::tags::set, [&] {
    put_mode(w);
    w.constructed(context(2), [&] {
      if (!calling.presentation.empty()) w.primitive(context(1), View(calling.presentation));
      if (!called.presentation.empty()) w.primitive(context(2), View(called.presentation));
      w.constructed(context(4), [&] {
        for (const ProposedContext& c : contexts)
          w.constructed(sequence, [&] {
            w.integer(ber::tags::integer, c.id);
            w.oid(c.abstract_syntax);
            w.constructed(sequence, [&] { w.oid(basic_encoding()); });
          });
      });
      put_user_data(w, acse, apdu);
    });
  });
  return std::move(w).take();
}

Octets encode_cpa(View responding, const std::vector<ProposedContext>& contexts, ContextId acse, View apdu) {
  ber::Writer w;
  w.constructed(ber::tags::set, [&] {
    put_mode(w);
    w.constructed(context(2), [&] {
      if (!responding.empty()) w.primitive(context(3), responding);
      put_results(w, contexts);
      put_user_data(w, acse, apdu);
    });
  });
  return std::move(w).take();
}

Octets encode_cpr(const Cp* cp, std::optional<RefuseReason> reason, ContextId acse, View apdu) {
  ber::Writer w;
  w.constructed(sequence, [&] {
    if (cp != nullptr) {
      if (!cp->called.empty()) w.primitive(context(3), View(cp->called));
      put_results(w, cp->contexts);
      if (cp->default_context) w.integer(context(7), 0);
    }
    if (reason) w.integer(context(10), static_cast<int>(*reason));
    if (!apdu.empty()) put_user_data(w, acse, apdu);
  });
  return std::move(w).take();
}

}  // namespace x400::osi::presentation
