#include "service/forwarding.hpp"

#include <algorithm>

#include "service/envelope.hpp"
#include "x400/asn1/oids.hpp"

namespace x400::mstore::service {

namespace {

namespace a = asn1::oids::attribute;

// Sealed with the content as it is: content-integrity-check, origin authentication.
constexpr std::int64_t seals[] = {18, 19};

Result<std::optional<ber::Element>> field(View set, ber::Tag tag) {
  X400_TRY(whole, ber::read_one(set));
  ber::Reader r(whole.content);
  while (!r.at_end()) {
    X400_TRY(e, r.next());
    if (e.tag == tag) return std::optional(e);
  }
  return std::optional<ber::Element>{};
}

bool sealed(const std::vector<EnvelopeExtension>& extensions) {
  for (const EnvelopeExtension& x : extensions)
    for (const std::int64_t seal : seals)
      if (x.standard == seal) return true;
  return false;
}

bool requests_forwarding(const std::vector<EnvelopeExtension>& extensions) {
  return std::any_of(extensions.begin(), extensions.end(),
                     [](const EnvelopeExtension& x) { return x.standard == extension::forwarding_request; });
}

// Whether the extensions of one of the recipients `are` so.
Result<bool> of_a_recipient(View envelope, bool (*are)(const std::vector<EnvelopeExtension>&)) {
  for (const ber::Tag per_recipient_fields : {ber::context(1), ber::context(3) /* of a probe */}) {
    X400_TRY(list, field(envelope, per_recipient_fields));
    if (!list) continue;
    ber::Reader recipients(list->content);
    while (!recipients.at_end()) {
      X400_TRY(recipient, recipients.next());
      X400_TRY(set, field(recipient.whole, ber::context(2)));
      if (!set) continue;
      X400_TRY(extensions, read_extensions(set->content));
      if (are(extensions)) return true;
    }
  }
  return false;
}

}  // namespace

Result<std::optional<SequenceNumber>> forwarding_request(View envelope) {
  using None = std::optional<SequenceNumber>;
  X400_TRY(misplaced, of_a_recipient(envelope, requests_forwarding));
  if (misplaced) return Error(ErrorKind::malformed, "forwarding-request of a recipient");
  X400_TRY(set, field(envelope, ber::context(2)));
  if (!set) return None{};
  X400_TRY(extensions, read_extensions(set->content));
  for (const EnvelopeExtension& x : extensions) {
    if (x.standard != extension::forwarding_request) continue;
    if (!x.value) return Error(ErrorKind::malformed, "forwarding-request without a number");
    X400_TRY(n, ber::read_integer(*x.value));
    if (n < 0 || n > backend::max_sequence_number)
      return Error(ErrorKind::malformed, "forwarding-request: number");
    return None(static_cast<SequenceNumber>(n));
  }
  return None{};
}

Result<Octets> without_forwarding_request(View envelope) {
  X400_TRY(sealed_for_recipient, of_a_recipient(envelope, sealed));
  if (sealed_for_recipient)
    return Error(ErrorKind::invalid, "forwarding-request with a seal over the content");
  X400_TRY(whole, ber::read_one(envelope));
  ber::Writer w(envelope.size());
  Status status = Ok{};
  w.constructed(ber::tags::set, [&] {
    ber::Reader r(whole.content);
    while (!r.at_end() && status.ok()) {
      auto e = r.next();
      if (!e.ok()) {
        status = e.error();
      } else if (e->tag != ber::context(2)) {
        w.raw(e->whole);
      } else if (auto extensions = read_extensions(e->content); !extensions.ok()) {
        status = extensions.error();
      } else if (sealed(*extensions)) {
        status = Error(ErrorKind::invalid, "forwarding-request with a seal over the content");
      } else if (extensions->size() > 1) {
        w.constructed(ber::context(2), [&] {
          for (const EnvelopeExtension& x : *extensions)
            if (x.standard != extension::forwarding_request) w.raw(x.whole);
        });
      }
    }
  });
  X400_CHECK(std::move(status));
  return std::move(w).take();
}

Result<Octets> with_forwarded(View content, Entry& entry) {
  auto submitted = content::InformationObject::read(content);
  if (!submitted.ok() || !submitted->ipm())
    return Error(ErrorKind::invalid, "forwarding-request: no IPM submitted");
  X400_TRY(stored, entry.object());
  if (!stored || !stored->ipm()) return Error(ErrorKind::invalid, "forwarding-request: the entry is no IPM");
  X400_TRY(times, entry.values(a::message_delivery_time));
  X400_TRY(envelopes, entry.values(a::message_delivery_envelope));
  std::optional<ber::Element> fields;
  if (!envelopes.empty()) {
    X400_TRY(found, field(envelopes.front(), ber::tags::set));
    fields = found;
  }

  const content::Ipm& outer = *submitted->ipm();
  ber::Writer w(content.size() + entry.row().size + 512);
  w.constructed(ber::context(0), [&] {
    w.raw(outer.heading.whole().received());
    w.constructed(ber::tags::sequence, [&] {
      w.raw(outer.body_field.contents());
      w.constructed(ber::context(9), [&] {
        w.constructed(ber::tags::set, [&] {
          if (!times.empty())
            if (auto time = ber::read_one(times.front()); time.ok())
              w.raw(content::Field(*time, ber::context(0)).encoded());
          if (fields) w.raw(content::Field(*fields, ber::context(1)).encoded());
        });
        w.raw(content::Field(stored->ipm()->whole.element(), ber::tags::sequence).encoded());
      });
    });
  });
  return std::move(w).take();
}

}  // namespace x400::mstore::service
