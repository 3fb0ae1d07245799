#include "packets.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>

#include "source_folder.hpp"
#include "target.hpp"

#if X400_LIBFUZZER
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);
#endif

namespace x400::fuzz {

std::vector<Octets> split_packets(View octets) {
  std::vector<Octets> packets;
  while (!octets.empty()) {
    std::size_t length = octets.size();
    if (length >= 4 && octets[0] == 3) {
      const std::size_t said = octets[2] << 8 | octets[3];
      if (said >= 4) length = std::min(length, said);
    }
    packets.push_back(to_octets(octets.first(length)));
    octets = octets.subspan(length);
  }
  return packets;
}

Octets join_packets(std::uint8_t options, const std::vector<Octets>& packets) {
  Octets all{options};
  for (const Octets& packet : packets) append(all, packet);
  return all;
}

namespace {

std::vector<Octets> load(char side) {
  std::vector<Octets> all;
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

}  // namespace

const std::vector<Octets>& recorded_packets(char side) {
  static const std::vector<Octets> initiators = load('A'), responders = load('B');
  return side == 'A' ? initiators : responders;
}

namespace {

// By last arcs (X.419): context, bind, then operations.
osi::ApplicationContext mhs(std::uint32_t context, std::uint32_t bind,
                            const std::vector<std::uint32_t>& operations, bool reliable = false) {
  const auto syntax = [](std::uint32_t arc) { return ber::Oid{2, 6, 0, 2, arc}; };
  osi::ApplicationContext c{{2, 6, 0, 1, context}, syntax(bind), {}};
  for (const std::uint32_t arc : operations) c.syntaxes.push_back(syntax(arc));
  if (!reliable) return c;
  c.carriage = osi::Carriage::rtse;
  c.rtse_syntax = syntax(bind);
  return c;
}

}  // namespace

osi::ResponderConfig responder_config() {
  osi::ResponderConfig config;
  config.application_contexts = {mhs(11, 17, {15, 13, 16}),
                                 mhs(4, 9, {5, 1, 6}),
                                 mhs(12, 10, {15, 13, 16}, true),
                                 mhs(5, 10, {5, 1, 6}, true),
                                 mhs(8, 11, {1, 14, 16}),
                                 mhs(1, 11, {1, 2, 6}),
                                 mhs(10, 8, {1, 14, 16}, true),
                                 mhs(3, 8, {1, 2, 6}, true),
                                 {{1, 17, 1, 1, 2}, {}, {{1, 17, 1, 1, 1}}},
                                 {{1, 17, 0, 1, 1}, {}, {{1, 0, 8824}}}};
  return config;
}

osi::ConnectParameters connect_parameters(bool reliable) {
  osi::ConnectParameters p;
  p.application_context = reliable ? mhs(12, 10, {15, 13, 16}, true) : mhs(11, 17, {15, 13, 16});
  p.bind_argument = osi::Chain(Octets{0x31, 0x03, 0x80, 0x01, 0x01});
  return p;
}

namespace {

// The packet's own octets changed, its TPKT length right again.
void change_inside(Octets& packet, [[maybe_unused]] std::mt19937& random) {
#if X400_LIBFUZZER
  Octets body(packet.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(4, packet.size())),
              packet.end());
  const std::size_t size = body.size();
  body.resize(std::min<std::size_t>(size + 64, 65'531));
  body.resize(LLVMFuzzerMutate(body.data(), size, body.size()));
  const std::size_t length = body.size() + 4;
  packet = {3, 0, static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length)};
  append(packet, body);
#else
  if (packet.size() > 4)
    packet[4 + random() % (packet.size() - 4)] ^= static_cast<std::uint8_t>(1u << random() % 8);
#endif
}

}  // namespace

std::size_t mutate_packets(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed,
                           const std::vector<Octets>& known) {
  std::mt19937 random(seed);
  const std::uint8_t options = size != 0 ? data[0] : 0;
  auto packets = split_packets(View(data, size).subspan(std::min<std::size_t>(size, 1)));
  const auto some = [&] { return packets.begin() + static_cast<std::ptrdiff_t>(random() % packets.size()); };
  const auto what = packets.empty() ? 3 : random() % 6;
  switch (what) {
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
    default: change_inside(*some(), random);
  }
  const Octets all = join_packets(what == 2 ? static_cast<std::uint8_t>(random()) : options, packets);
  const std::size_t length = std::min(all.size(), most);
  std::copy_n(all.begin(), length, data);
  return length;
}

}  // namespace x400::fuzz
