#include "x400/asn1/ms/filter.hpp"

#include "reading.hpp"
#include "writing.hpp"

namespace x400::asn1::ms {

using namespace ber;

namespace {

Filter item_of(FilterItem item) {
  Filter f;
  f.item = std::move(item);
  return f;
}

Filter assertion(FilterItem::Kind kind, Oid type, Octets value) {
  return item_of({kind, std::move(type), std::move(value), {}, {}});
}

Filter operation_of(Filter::Kind kind, std::vector<Filter> operands) {
  Filter f;
  f.kind = kind;
  f.operands = std::move(operands);
  return f;
}

class FilterReader {
 public:
  FilterReader(Edition edition, const FilterLimits& limits) : edition_(edition), limits_(limits) {}

  Result<Filter> filter(const Element& e, std::size_t depth) {
    if (depth > limits_.depth) return Error(ErrorKind::limit, "filter nested too deep");
    X400_CHECK(count());
    if (e.tag == context(0)) {
      X400_TRY(choice, inside(e));
      X400_TRY(read, item(choice));
      return item_of(std::move(read));
    }
    if (e.tag == context(1)) return operands(Filter::Kind::all, e, depth);
    if (e.tag == context(2)) return operands(Filter::Kind::any, e, depth);
    if (e.tag == context(3)) {
      X400_TRY(choice, inside(e));
      X400_TRY(operand, filter(choice, depth + 1));
      return Filter::negation(std::move(operand));
    }
    return malformed("filter with tag " + to_string(e.tag));
  }

 private:
  Status count() {
    if (++items_ > limits_.items) return Error(ErrorKind::limit, "filter with too many items");
    return Ok{};
  }

  Result<Filter> operands(Filter::Kind kind, const Element& e, std::size_t depth) {
    X400_TRY(set, inside(e, tags::set));
    X400_TRY(in, members(set, tags::set));
    Filter f;
    f.kind = kind;
    while (!in.at_end()) {
      X400_TRY(member, in.next());
      X400_TRY(operand, filter(member, depth + 1));
      f.operands.push_back(std::move(operand));
    }
    return f;
  }

  Result<FilterItem> item(const Element& e) {
    const std::uint32_t last = edition_ == Edition::e1988 ? 5 : 6;
    if (e.tag.cls != Class::context || e.tag.number > last)
      return malformed("filter item with tag " + to_string(e.tag));
    X400_TRY(value, inside(e));
    FilterItem i;
    i.kind = static_cast<FilterItem::Kind>(e.tag.number);
    switch (i.kind) {
      case FilterItem::Kind::present: {
        X400_TRY(type, read_tagged_oid(value));
        i.type = std::move(type);
        return i;
      }
      case FilterItem::Kind::substrings: return substrings(std::move(i), value);
      case FilterItem::Kind::other_match: return other_match(std::move(i), value);
      default: return value_assertion(std::move(i), value);
    }
  }

  Result<FilterItem> value_assertion(FilterItem i, const Element& e) {
    X400_TRY(in, members(e, tags::sequence));
    X400_TRY(type, in.expect(tags::oid));
    X400_TRY(oid, read_oid(type));
    X400_TRY(value, in.next());
    X400_CHECK(in.finish());
    i.type = std::move(oid);
    i.value = to_octets(value.whole);
    return i;
  }

  Result<FilterItem> substrings(FilterItem i, const Element& e) {
    X400_TRY(in, members(e, tags::sequence));
    X400_TRY(type, in.expect(tags::oid));
    X400_TRY(oid, read_oid(type));
    X400_TRY(list, in.expect(tags::sequence));
    X400_CHECK(in.finish());
    i.type = std::move(oid);
    X400_TRY(pieces, members(list, tags::sequence));
    while (!pieces.at_end()) {
      X400_TRY(piece, pieces.next());
      X400_CHECK(count());
      if (piece.tag.cls != Class::context || piece.tag.number > 2)
        return malformed("piece of a substring with tag " + to_string(piece.tag));
      X400_TRY(value, inside(piece));
      i.pieces.push_back({static_cast<SubstringPiece::Where>(piece.tag.number), to_octets(value.whole)});
    }
    return i;
  }

  Result<FilterItem> other_match(FilterItem i, const Element& e) {
    X400_TRY(in, members(e, tags::sequence));
    X400_TRY(rule, in.expect(context(0)));
    X400_TRY(type, in.expect(context(1)));
    X400_TRY(match, in.expect(context(2)));
    X400_CHECK(in.finish());
    X400_TRY(rule_value, inside(rule));
    X400_TRY(rule_oid, read_tagged_oid(rule_value));
    X400_TRY(type_value, inside(type));
    X400_TRY(type_oid, read_tagged_oid(type_value));
    X400_TRY(value, inside(match));
    i.rule = std::move(rule_oid);
    i.type = std::move(type_oid);
    i.value = to_octets(value.whole);
    return i;
  }

  Edition edition_;
  FilterLimits limits_;
  std::size_t items_ = 0;
};

void write_item(Writer& w, const FilterItem& i) {
  tagged(w, static_cast<std::uint32_t>(i.kind), [&] {
    if (i.kind == FilterItem::Kind::present) {
      w.oid(i.type);
      return;
    }
    w.constructed(tags::sequence, [&] {
      if (i.kind == FilterItem::Kind::other_match) {
        tagged(w, 0, [&] { w.oid(i.rule); });
        tagged(w, 1, [&] { w.oid(i.type); });
        write_tlv(w, 2, i.value);
        return;
      }
      w.oid(i.type);
      if (i.kind != FilterItem::Kind::substrings) {
        w.raw(i.value);
        return;
      }
      w.constructed(tags::sequence, [&] {
        for (const SubstringPiece& piece : i.pieces)
          write_tlv(w, static_cast<std::uint32_t>(piece.where), piece.value);
      });
    });
  });
}

}  // namespace

Filter Filter::present(Oid type) { return assertion(FilterItem::Kind::present, std::move(type), {}); }
Filter Filter::equality(Oid type, Octets value) {
  return assertion(FilterItem::Kind::equality, std::move(type), std::move(value));
}
Filter Filter::greater_or_equal(Oid type, Octets value) {
  return assertion(FilterItem::Kind::greater_or_equal, std::move(type), std::move(value));
}
Filter Filter::less_or_equal(Oid type, Octets value) {
  return assertion(FilterItem::Kind::less_or_equal, std::move(type), std::move(value));
}
Filter Filter::approximate(Oid type, Octets value) {
  return assertion(FilterItem::Kind::approximate_match, std::move(type), std::move(value));
}
Filter Filter::substrings(Oid type, std::vector<SubstringPiece> pieces) {
  return item_of({FilterItem::Kind::substrings, std::move(type), {}, std::move(pieces), {}});
}
Filter Filter::other_match(Oid rule, Oid type, Octets value) {
  return item_of({FilterItem::Kind::other_match, std::move(type), std::move(value), {}, std::move(rule)});
}
Filter Filter::all(std::vector<Filter> operands) { return operation_of(Kind::all, std::move(operands)); }
Filter Filter::any(std::vector<Filter> operands) { return operation_of(Kind::any, std::move(operands)); }
Filter Filter::negation(Filter operand) {
  std::vector<Filter> operands;
  operands.push_back(std::move(operand));
  return operation_of(Kind::negation, std::move(operands));
}

void write(Writer& w, const Filter& filter) {
  tagged(w, static_cast<std::uint32_t>(filter.kind), [&] {
    switch (filter.kind) {
      case Filter::Kind::item: write_item(w, filter.item); break;
      case Filter::Kind::negation:
        for (const Filter& operand : filter.operands) write(w, operand);
        break;
      case Filter::Kind::all:
      case Filter::Kind::any:
        w.constructed(tags::set, [&] {
          for (const Filter& operand : filter.operands) write(w, operand);
        });
        break;
    }
  });
}

Result<Filter> read_filter(View encoded, Edition edition, const FilterLimits& limits) {
  return read_whole(encoded, {}, "filter",
                    [&](const Element& e) { return FilterReader(edition, limits).filter(e, 0); });
}

}  // namespace x400::asn1::ms
