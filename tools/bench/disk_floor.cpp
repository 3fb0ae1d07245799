#include <mutex>
#include <thread>

#include "bare_file.hpp"
#include "floor.hpp"

namespace bench {

using namespace x400;

namespace {

double per_second(std::uint64_t count, std::chrono::milliseconds time) {
  return static_cast<double>(count) / std::chrono::duration<double>(time).count();
}

}  // namespace

Result<FloorResult> append_alone(const std::filesystem::path& folder, std::size_t size, unsigned together,
                                 bool filled, std::chrono::milliseconds time) {
  X400_TRY(file, BareFile::make(folder, filled));
  const std::vector<std::uint8_t> octets(size * together, 0x5a);
  FloorResult result;
  std::uint64_t count = 0;
  const auto end = Clock::now() + time;
  for (auto begin = Clock::now(); begin < end; begin = Clock::now()) {
    if (!file.append(octets)) return failed("append");
    result.latencies.add(begin, Clock::now());
    count += together;
  }
  result.per_second = per_second(count, time);
  return result;
}

Result<FloorResult> append_together(const std::filesystem::path& folder, std::size_t size, unsigned threads,
                                    std::chrono::milliseconds time) {
  X400_TRY(file, BareFile::make(folder, true));
  GroupFile group(std::move(file));
  const std::vector<std::uint8_t> octets(size, 0x5a);
  std::mutex mutex;
  FloorResult result;
  bool ok = true;
  std::vector<std::thread> all;
  const auto end = Clock::now() + time;
  for (unsigned i = 0; i < threads; ++i)
    all.emplace_back([&] {
      Latencies own;
      bool good = true;
      for (auto begin = Clock::now(); good && begin < end; begin = Clock::now()) {
        good = group.append(octets);
        own.add(begin, Clock::now());
      }
      const std::lock_guard lock(mutex);
      ok = ok && good;
      result.latencies.add(own);
    });
  for (auto& t : all) t.join();
  if (!ok) return failed("append");
  result.per_second = per_second(result.latencies.size(), time);
  return result;
}

}  // namespace bench
