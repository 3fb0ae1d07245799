// A fuzz target without libFuzzer: runs the inputs in the folders and files it is given, once each.
#include <filesystem>
#include <fstream>
#include <iterator>

#include "target.hpp"

namespace {

std::size_t run(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const x400::Octets octets{std::istreambuf_iterator<char>(file), {}};
  // On the heap and exactly as long, so that a read beyond its end is seen.
  (void)LLVMFuzzerTestOneInput(octets.data(), octets.size());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t count = 0;
  for (int i = 1; i < argc; ++i) {
    if (!std::filesystem::is_directory(argv[i])) {
      count += run(argv[i]);
      continue;
    }
    for (const auto& entry : std::filesystem::directory_iterator(argv[i]))
      if (entry.is_regular_file()) count += run(entry.path());
  }
  std::printf("%zu inputs, nothing found\n", count);
  return count == 0 ? 1 : 0;
}
