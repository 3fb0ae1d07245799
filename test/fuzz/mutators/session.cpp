#include "mutators/session.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "mutators/ber.hpp"

namespace x400::fuzz {
namespace {

// Of a parameter or an SPDU: a code, a length, and what it holds.
struct Field {
  std::uint8_t code = 0;
  Octets value;
  std::vector<Field> inner;  // instead of value: of an SPDU, and of a parameter group
};

struct Tsdu {
  std::vector<Field> spdus;
  Octets information;  // behind the last
};

// X.225: SPDUs that have user information behind them; groups; parameters with data of the user.
constexpr std::uint8_t data_transfer = 1, user_data = 193, extended_user_data = 194;
bool is_group(std::uint8_t code) { return code == 1 || code == 5 || code == 33; }

std::optional<View> take_length(View& in) {
  if (in.empty()) return {};
  std::size_t length = in[0], used = 1;
  if (length == 0xff) {
    if (in.size() < 3) return {};
    length = std::size_t{in[1]} << 8 | in[2];
    used = 3;
  }
  if (in.size() - used < length) return {};
  const View out = in.subspan(used, length);
  in = in.subspan(used + length);
  return out;
}

std::optional<std::vector<Field>> read_fields(View in, bool in_group) {
  std::vector<Field> all;
  while (!in.empty()) {
    Field f{in[0], {}, {}};
    in = in.subspan(1);
    const auto value = take_length(in);
    if (!value) return {};
    std::optional<std::vector<Field>> inner;
    if (!in_group && is_group(f.code)) inner = read_fields(*value, true);
    if (inner)
      f.inner = std::move(*inner);
    else
      f.value = to_octets(*value);
    all.push_back(std::move(f));
  }
  return all;
}

std::optional<Tsdu> read(View in) {
  Tsdu out;
  while (!in.empty()) {
    Field spdu{in[0], {}, {}};
    in = in.subspan(1);
    const auto parameters = take_length(in);
    if (!parameters) return {};
    auto fields = read_fields(*parameters, false);
    if (!fields) return {};
    spdu.inner = std::move(*fields);
    // DT and GT have the same code: the second of them is DT.
    const bool last = spdu.code == data_transfer && !out.spdus.empty();
    out.spdus.push_back(std::move(spdu));
    if (last) {
      out.information = to_octets(in);
      break;
    }
  }
  return out;
}

void write(const std::vector<Field>& fields, Octets& out) {
  for (const Field& f : fields) {
    Octets value = f.value;
    write(f.inner, value);
    out.push_back(f.code);
    if (value.size() < 0xff) {
      out.push_back(static_cast<std::uint8_t>(value.size()));
    } else {
      out.push_back(0xff);
      out.push_back(static_cast<std::uint8_t>(value.size() >> 8));
      out.push_back(static_cast<std::uint8_t>(value.size()));
    }
    append(out, value);
  }
}

// What of it is data of the layer above.
std::vector<Octets*> values(Tsdu& tsdu) {
  std::vector<Octets*> all;
  if (!tsdu.information.empty()) all.push_back(&tsdu.information);
  for (Field& spdu : tsdu.spdus)
    for (Field& f : spdu.inner)
      if ((f.code == user_data || f.code == extended_user_data) && !f.value.empty()) all.push_back(&f.value);
  return all;
}

void change(Field& f, std::mt19937& random) {
  if (random() % 4 == 0 || !f.inner.empty()) {
    f.code = static_cast<std::uint8_t>(f.code ^ 1u << random() % 8);
  } else if (random() % 4 == 0 || f.value.empty()) {
    f.value.resize(random() % 8, static_cast<std::uint8_t>(random()));
  } else {
    f.value[random() % f.value.size()] ^= static_cast<std::uint8_t>(1u << random() % 8);
  }
}

void mutate_fields(std::vector<Field>& list, std::mt19937& random) {
  const auto some = [&] { return list.begin() + static_cast<std::ptrdiff_t>(random() % list.size()); };
  switch (random() % 5) {
    case 0: list.erase(some()); break;
    case 1: {
      const Field copy = *some();
      list.insert(some(), copy);
      break;
    }
    case 2: std::iter_swap(some(), some()); break;
    default: change(*some(), random);
  }
}

void mutate(Tsdu& tsdu, std::mt19937& random) {
  std::vector<std::vector<Field>*> lists{&tsdu.spdus};
  for (Field& spdu : tsdu.spdus) {
    if (!spdu.inner.empty()) lists.push_back(&spdu.inner);
    for (Field& f : spdu.inner)
      if (!f.inner.empty()) lists.push_back(&f.inner);
  }
  mutate_fields(*lists[random() % lists.size()], random);
}

}  // namespace

Octets mutate_tsdu(View octets, std::mt19937& random) {
  auto tsdu = read(octets);
  if (!tsdu || tsdu->spdus.empty()) return mutate_values(octets, random);
  const auto inside = values(*tsdu);
  if (!inside.empty() && random() % 3 != 0) {
    Octets& value = *inside[random() % inside.size()];
    value = mutate_values(value, random);
  } else {
    mutate(*tsdu, random);
  }
  Octets out;
  write(tsdu->spdus, out);
  append(out, tsdu->information);
  return out;
}

}  // namespace x400::fuzz
