// mstorectl archive: what was deleted and a hold keeps: list it, show an entry, export entries; of the
// running service, or of a closed store by its folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "service.hpp"

namespace x400::mstorectl {

struct ArchiveArguments {
  std::string mailbox;                 ///< its id
  std::vector<std::uint32_t> numbers;  ///< of entries; show: one; export: none means all
  std::filesystem::path store;         ///< folder of a closed store; empty: the running service is asked
  std::filesystem::path to;            ///< export: folder for the files
  bool json = false;
};

// Each gives the exit status: 0, 1 failed.
int archive_list(const Service& service, const ArchiveArguments& arguments);
/// Who sent what when, and the message as text; JSON: all attributes.
int archive_show(const Service& service, const ArchiveArguments& arguments);
/// NUMBER.json and, of an entry with a content, NUMBER.content, its octets as they came. Files that are there
/// are not written over.
int archive_export(const Service& service, const ArchiveArguments& arguments);

}  // namespace x400::mstorectl
