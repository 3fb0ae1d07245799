#include "register_parts.hpp"
#include "writing.hpp"
#include "x400/asn1/ms/errors.hpp"

namespace x400::asn1::ms {

using namespace ber;

namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

// What the 1988 edition says instead (x413 7). Its submission operations are those of X.411, which have no
// service-error: that the store cannot take a message now is to the user what an MTA out of reach is.
ServiceError in_1988(const ServiceError& error, Port port) {
  return std::visit(Overloaded{
                        [](const AttributeError& e) -> ServiceError {
                          AttributeError out;
                          for (const auto& p : e.problems)
                            if (p.problem <= AttributeProblem::inappropriate_for_operation)
                              out.problems.push_back(p);
                          if (out.problems.empty()) return InvalidParametersError{};
                          return out;
                        },
                        [](const AutoActionRequestError& e) -> ServiceError {
                          for (const auto& p : e.problems)
                            if (p.problem == AutoActionRequestProblem::not_willing_to_perform)
                              return ServiceErrorParameter{ServiceProblem::unwilling_to_perform, {}};
                          return e;
                        },
                        [](DeleteError e) -> ServiceError {
                          for (auto& p : e.problems)
                            if (p.problem > DeleteProblem::delete_restriction_problem)
                              p.problem = DeleteProblem::delete_restriction_problem;
                          e.entries_deleted.clear();
                          return e;
                        },
                        [port](ServiceErrorParameter e) -> ServiceError {
                          if (port == Port::submission) return MtsError{error_code::remote_bind_error, {}};
                          e.supplementary_information.reset();
                          return e;
                        },
                        [](const MessageGroupError&) -> ServiceError { return InvalidParametersError{}; },
                        [](const MsExtensionError&) -> ServiceError { return InvalidParametersError{}; },
                        [](const RegisterMsError&) -> ServiceError { return InvalidParametersError{}; },
                        [](const ModifyError&) -> ServiceError { return InvalidParametersError{}; },
                        [](const EntryClassError&) -> ServiceError { return InvalidParametersError{}; },
                        [](const auto& e) -> ServiceError { return e; },
                    },
                    error);
}

ServiceError in_1994(const ServiceError& error) {
  if (std::holds_alternative<RangeError>(error)) return InvalidParametersError{};
  return error;
}

// SET { problems [n] SET OF SET { problem [p], ... }, ... }
template <class Problems, class One>
void write_problems(Writer& w, std::uint32_t n, const Problems& problems, One&& one) {
  tagged(w, n, [&] {
    w.constructed(tags::set, [&] {
      for (const auto& p : problems) w.constructed(tags::set, [&] { one(p); });
    });
  });
}

template <class E>
void write_number(Writer& w, std::uint32_t n, E value) {
  write_integer(w, n, static_cast<std::int64_t>(value));
}

class Encoder {
 public:
  explicit Encoder(Port port) : port_(port) {}

  EncodedError operator()(const AttributeError& e) {
    return set(error_code::attribute_error, [&] {
      write_problems(w_, 0, e.problems, [&](const auto& p) {
        write_number(w_, 0, p.problem);
        tagged(w_, 1, [&] { w_.oid(p.type); });
        if (p.value) write_tlv(w_, 2, *p.value);
      });
    });
  }

  EncodedError operator()(const AutoActionRequestError& e) {
    return set(error_code::auto_action_request_error, [&] {
      write_problems(w_, 0, e.problems, [&](const auto& p) {
        write_number(w_, 0, p.problem);
        tagged(w_, 1, [&] { w_.oid(p.type); });
      });
    });
  }

  EncodedError operator()(const DeleteError& e) {
    return set(error_code::delete_error, [&] {
      write_problems(w_, 0, e.problems, [&](const auto& p) {
        write_number(w_, 0, p.problem);
        write_integer(w_, 1, p.sequence_number);
      });
      if (!e.entries_deleted.empty()) write_numbers(w_, 1, tags::set, e.entries_deleted);
    });
  }

  EncodedError operator()(const FetchRestrictionError& e) {
    return set(error_code::fetch_restriction_error, [&] {
      write_problems(w_, 0, e.problems, [&](const auto& p) {
        std::visit(
            Overloaded{
                [&](const FetchRestrictionError::ContentType& c) { tagged(w_, 0, [&] { w_.oid(c.type); }); },
                [&](const FetchRestrictionError::Eits& c) { write_oids(w_, 1, tags::set, c.eits); },
                [&](const FetchRestrictionError::Length& c) { write_integer(w_, 2, c.octets); },
            },
            p);
        write_integer(w_, 3, static_cast<std::int64_t>(p.index()) + 1);
      });
    });
  }

  EncodedError operator()(const RangeError&) {
    return set(error_code::range_error, [&] { write_integer(w_, 0, 0); });
  }

  EncodedError operator()(const SecurityError& e) {
    w_.integer(tags::integer, e.problem);
    return done(port_ == Port::retrieval ? error_code::security_error : error_code::mts_security_error);
  }

  EncodedError operator()(const ServiceErrorParameter& e) {
    return set(error_code::service_error, [&] {
      write_number(w_, 0, e.problem);
      if (e.supplementary_information)
        write_string(w_, 1, tags::general_string, *e.supplementary_information);
    });
  }

  EncodedError operator()(const SequenceNumberError& e) {
    return set(error_code::sequence_number_error, [&] {
      write_problems(w_, 1, e.sequence_numbers, [&](SequenceNumber n) {
        write_integer(w_, 0, 0);
        write_integer(w_, 1, n);
      });
    });
  }

  EncodedError operator()(const MessageGroupError& e) {
    return set(error_code::message_group_error, [&] {
      write_number(w_, 0, e.problem);
      tagged(w_, 1, [&] { write(w_, e.name); });
    });
  }

  EncodedError operator()(const MsExtensionError& e) {
    if (const auto* item = std::get_if<Extension>(&e.problem))
      tagged(w_, 0, [&] { write(w_, *item); });
    else
      tagged(w_, 1, [&] { w_.oid(std::get<Oid>(e.problem)); });
    return done(error_code::ms_extension_error);
  }

  EncodedError operator()(const RegisterMsError& e) {
    return set(error_code::register_ms_error, [&] {
      tagged(w_, 0, [&] { w_.integer(tags::enumerated, static_cast<std::int64_t>(e.problem)); });
      tagged(w_, 1, [&] { write(w_, e.types); });
    });
  }

  EncodedError operator()(const ModifyError& e) {
    return set(error_code::modify_error, [&] {
      if (!e.entries_modified.empty()) write_numbers(w_, 0, tags::sequence, e.entries_modified);
      write_integer(w_, 1, e.failing_entry);
      write_integer(w_, 2, e.modification_number);
      write_number(w_, 3, e.problem);
    });
  }

  EncodedError operator()(const EntryClassError& e) {
    return set(error_code::entry_class_error, [&] {
      write_number(w_, 0, e.entry_class);
      const auto octet = static_cast<std::uint8_t>(
          (e.unsupported ? 0x80 : 0) | (e.not_subscribed ? 0x40 : 0) | (e.inappropriate ? 0x20 : 0));
      tagged(w_, 1, [&] {
        if (octet == 0)
          w_.bits(tags::bit_string, Bits{});
        else
          w_.bits(tags::bit_string, Bits{{octet}, e.inappropriate ? 5U : e.not_subscribed ? 6U : 7U});
      });
    });
  }

  EncodedError operator()(const InvalidParametersError&) {
    return null(error_code::invalid_parameters_error);
  }
  EncodedError operator()(const OldCredentialsIncorrectlySpecified&) {
    return null(error_code::old_credentials_incorrectly_specified);
  }
  EncodedError operator()(const NewCredentialsUnacceptable&) {
    return null(error_code::new_credentials_unacceptable);
  }

  EncodedError operator()(const MtsError& e) {
    if (!e.parameter) return null(e.code);
    w_.raw(*e.parameter);
    return done(e.code);
  }

 private:
  template <class F>
  EncodedError set(std::int32_t code, F&& contents) {
    w_.constructed(tags::set, std::forward<F>(contents));
    return done(code);
  }
  EncodedError null(std::int32_t code) {
    w_.null();
    return done(code);
  }
  EncodedError done(std::int32_t code) { return {code, std::move(w_).take()}; }

  Port port_;
  Writer w_;
};

}  // namespace

EncodedError encode(const ServiceError& error, Edition edition, Port port) {
  return std::visit(Encoder(port), edition == Edition::e1988 ? in_1988(error, port) : in_1994(error));
}

}  // namespace x400::asn1::ms
