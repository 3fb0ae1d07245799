#include "mutators/packets.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <vector>

#include "mutators/session.hpp"
#include "source_folder.hpp"
#include "target.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace x400::fuzz {
namespace {

using Packets = std::vector<Octets>;

constexpr std::size_t tpkt_header = 4, data_header = 3;
constexpr std::uint8_t data_tpdu[] = {2, 0xf0};

// TPKTs by their lengths; what is no TPKT is the last piece.
Packets split(View octets) {
  Packets packets;
  while (!octets.empty()) {
    std::size_t length = octets.size();
    if (length >= tpkt_header && octets[0] == 3) {
      const std::size_t said = octets[2] << 8 | octets[3];
      if (said >= tpkt_header) length = std::min(length, said);
    }
    packets.push_back(to_octets(octets.first(length)));
    octets = octets.subspan(length);
  }
  return packets;
}

Packets load(char side) {
  Packets all;
  const auto folder = x400::test::source_folder() / "vectors" / "osi";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(entry.path());
    for (std::string line; std::getline(in, line);)
      if (line.size() > 2 && line[0] == side && line[1] == ' ')
        if (auto octets = from_hex(line.substr(2)); octets.ok()) all.push_back(std::move(*octets));
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  require(!all.empty(), "no recorded packets");
  return all;
}

const Packets& recorded(char side) {
  static const Packets initiators = load('A'), responders = load('B');
  return side == 'A' ? initiators : responders;
}

Octets packet(View tpdu) {
  const std::size_t length = tpdu.size() + tpkt_header;
  Octets out{3, 0, static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length)};
  append(out, tpdu);
  return out;
}

bool is_data(View whole) {
  return whole.size() > tpkt_header + data_header && whole[0] == 3 &&
         equal(whole.subspan(tpkt_header, sizeof data_tpdu), View(data_tpdu));
}

// The packet's own octets changed, its TPKT length right again.
void change_octets(Octets& whole) {
  Octets body(whole.begin() + static_cast<std::ptrdiff_t>(std::min(tpkt_header, whole.size())), whole.end());
  const std::size_t size = body.size();
  body.resize(std::min<std::size_t>(size + 64, 65'531));
  body.resize(LLVMFuzzerMutate(body.data(), size, body.size()));
  whole = packet(body);
}

void change(Octets& whole, std::mt19937& random) {
  if (!is_data(whole) || random() % 4 == 0) {
    change_octets(whole);
    return;
  }
  const View view(whole);
  Octets tpdu = to_octets(view.subspan(tpkt_header, data_header));
  append(tpdu, mutate_tsdu(view.subspan(tpkt_header + data_header), random));
  tpdu.resize(std::min<std::size_t>(tpdu.size(), 65'531));
  whole = packet(tpdu);
}

// One TSDU in two TPDUs.
void cut(Packets& packets, std::size_t at, std::mt19937& random) {
  const Octets whole = packets[at];
  if (!is_data(whole)) return;
  const std::size_t header = tpkt_header + data_header;
  const std::size_t where = header + random() % (whole.size() - header);
  Octets first(whole.begin() + tpkt_header, whole.begin() + static_cast<std::ptrdiff_t>(where));
  first[2] = 0;  // no end of TSDU
  Octets second(whole.begin() + tpkt_header, whole.begin() + static_cast<std::ptrdiff_t>(header));
  append(second, View(whole).subspan(where));
  packets[at] = packet(first);
  packets.insert(packets.begin() + static_cast<std::ptrdiff_t>(at) + 1, packet(second));
}

}  // namespace

std::size_t mutate_packets(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed, char side) {
  std::mt19937 random(seed);
  std::uint8_t choices = size != 0 ? data[0] : 0;
  const Packets& known = recorded(side);
  Packets packets = split(View(data, size).subspan(std::min<std::size_t>(size, 1)));
  const auto some = [&] { return packets.begin() + static_cast<std::ptrdiff_t>(random() % packets.size()); };
  switch (packets.empty() ? 3 : random() % 10) {
    case 0: packets.erase(some()); break;
    case 1: {
      const Octets copy = *some();
      packets.insert(some(), copy);
      break;
    }
    case 2: std::iter_swap(some(), some()); break;
    case 3:
      packets.insert(packets.empty() ? packets.end() : some() + 1, known[random() % known.size()]);
      break;
    case 4: cut(packets, random() % packets.size(), random); break;
    case 5: choices = static_cast<std::uint8_t>(random()); break;
    default: change(*some(), random);
  }
  Octets all{choices};
  for (const Octets& p : packets) append(all, p);
  const std::size_t length = std::min(all.size(), most);
  std::copy_n(all.begin(), length, data);
  return length;
}

}  // namespace x400::fuzz
