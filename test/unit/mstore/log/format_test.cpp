#include "log/format.hpp"

#include <catch2/catch.hpp>

#include "log/bodies.hpp"
#include "log/crc32c.hpp"

using namespace x400;
using namespace x400::mstore::storage;

TEST_CASE("CRC-32C gives the value of its definition, by instruction and by table") {
  CHECK(crc32c(view("123456789")) == 0xe3069283);
  CHECK(crc32c_portable(view("123456789")) == 0xe3069283);
  CHECK(crc32c(Octets(32, 0x00)) == 0x8a9136aa);  // RFC 3720 B.4
  CHECK(crc32c(Octets(32, 0xff)) == 0x62a8ab43);
  Octets octets;
  for (int i = 0; i < 100; ++i) {
    CHECK(crc32c(octets) == crc32c_portable(octets));
    const View all(octets);
    const std::size_t half = octets.size() / 3;
    CHECK(crc32c(all.subspan(half), crc32c(all.first(half))) == crc32c(all));
    octets.push_back(static_cast<std::uint8_t>(i * 37));
  }
}

TEST_CASE("CRC-32C of octets that are summed in several places at once") {
  std::uint32_t dice = 1;
  Octets octets;
  // Around the lengths at which one more round of it begins, with and without what came before.
  for (const std::size_t size : {4072u, 4079u, 4080u, 4081u, 4088u, 4096u, 8159u, 8160u, 8161u, 65536u}) {
    while (octets.size() < size) octets.push_back(static_cast<std::uint8_t>((dice = dice * 69069 + 1) >> 24));
    const View all = View(octets).first(size);
    CHECK(crc32c(all) == crc32c_portable(all));
    CHECK(crc32c(all, 0x12345678) == crc32c_portable(all, 0x12345678));
    CHECK(crc32c(all.subspan(7), crc32c(all.first(7))) == crc32c(all));  // not aligned
  }
}

TEST_CASE("a segment header comes back, any flipped octet is noticed") {
  SegmentHeader h;
  h.store[3] = 9;
  h.shards = 4;
  h.shard = 2;
  h.segment = 7;
  h.generation = 3;
  h.epoch = 12;
  h.flags = segment_cleaned;
  h.salt = 0x1122334455667788;
  h.created = 1234567890123;
  h.previous = {6, 4096 + 64, make_lsn(11, 99)};
  const Octets octets = encode(h);
  REQUIRE(octets.size() == segment_header_size);
  auto back = decode_segment_header(octets);
  REQUIRE(back.ok());
  CHECK(back->store == h.store);
  CHECK(back->shard == 2);
  CHECK(back->shards == 4);
  CHECK(back->segment == 7);
  CHECK(back->generation == 3);
  CHECK(back->epoch == 12);
  CHECK(back->flags == segment_cleaned);
  CHECK(back->salt == h.salt);
  CHECK(back->created == h.created);
  CHECK(back->previous == h.previous);
  for (std::size_t i = 0; i < 132; ++i) {
    Octets bad = octets;
    bad[i] ^= 0x10;
    CHECK_FALSE(decode_segment_header(bad).ok());
  }
  CHECK_FALSE(decode_segment_header(View(octets).first(4095)).ok());
}

TEST_CASE("a later major version is refused as unsupported") {
  Octets octets = encode(SegmentHeader{});
  octets[8] = static_cast<std::uint8_t>(format_major + 1);
  const std::uint32_t crc = crc32c(View(octets).first(128));
  for (int i = 0; i < 4; ++i)
    octets[128 + static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(crc >> (8 * i));
  CHECK(decode_segment_header(octets).error().kind() == ErrorKind::unsupported);
}

TEST_CASE("a batch header is known only at its place, in its segment, with its salt") {
  BatchHeader h;
  h.count = 3;
  h.length = 640;
  h.first_lsn = make_lsn(2, 17);
  h.offset = 8192;
  h.segment = 5;
  h.time = 42;
  h.records_crc = 0xabcdef01;
  Octets octets(batch_header_size);
  encode(h, 77, octets.data());
  auto back = decode_batch_header(octets, 77, 5, 8192);
  REQUIRE(back);
  CHECK(back->count == 3);
  CHECK(back->length == 640);
  CHECK(back->first_lsn == h.first_lsn);
  CHECK(back->records_crc == h.records_crc);
  CHECK(back->time == 42);
  CHECK_FALSE(decode_batch_header(octets, 78, 5, 8192));
  CHECK_FALSE(decode_batch_header(octets, 77, 6, 8192));
  CHECK_FALSE(decode_batch_header(octets, 77, 5, 8200));
  for (std::size_t i = 0; i < octets.size(); ++i) {
    Octets bad = octets;
    bad[i] ^= 1;
    CHECK_FALSE(decode_batch_header(bad, 77, 5, 8192));
  }
}

TEST_CASE("a record header comes back with its block checksums, and only with the salt") {
  for (const std::size_t size : {0u, 1u, 65'536u, 65'537u, 300'000u}) {
    RecordHeader h;
    h.type = RecordType::entry;
    h.flags = record_last_of_set;
    h.mailbox = 3;
    h.lsn = make_lsn(1, 5);
    h.time = 99;
    h.number = 12;
    h.body_size = 55;
    h.body_crc = 7;
    describe_content(h, Octets(size, 0x5a));
    CHECK(h.block_crcs.size() == (size + 65'535) / 65'536);
    Octets octets(h.header_size());
    encode(h, 1, octets.data());
    auto back = decode_record_header(octets, 1);
    REQUIRE(back);
    CHECK(back->lsn == h.lsn);
    CHECK(back->number == 12);
    CHECK(back->content_size == size);
    CHECK(back->block_crcs == h.block_crcs);
    CHECK(back->record_size() == round_up8(h.header_size() + 55 + size));
    CHECK_FALSE(decode_record_header(octets, 2));
    CHECK_FALSE(decode_record_header(View(octets).first(octets.size() - 1), 1));
    for (std::size_t i = 0; i < octets.size(); ++i) {
      octets[i] ^= 0x80;
      CHECK_FALSE(decode_record_header(octets, 1));
      octets[i] ^= 0x80;
    }
  }
}

TEST_CASE("segment names") {
  CHECK(segment_name(42, 1) == "0000002a.0001");
  CHECK(parse_segment_name("0000002a.0001") == std::pair(42u, 1u));
  for (const char* name :
       {"", "0000002a", "0000002a.000", "0000002a.00011", "0000002g.0001", "0000002a-0001"})
    CHECK_FALSE(parse_segment_name(name));
}

TEST_CASE("bodies come back, cut anywhere they are corrupt, never anything else") {
  const Octets key = to_octets("key"), list = to_octets("list"), variable = to_octets("v"),
               attributes(300, 4);
  EntryBody entry;
  entry.entry_class = EntryClass::submission;
  entry.entry_type = 3;
  entry.status = RetrievalStatus::processed;
  entry.priority = 2;
  entry.precedence = -5;
  entry.size = 1u << 30;
  entry.parent_distance = 2;
  entry.main_distance = 4;
  entry.descendants = 9;
  entry.slice = x400::mstore::backend::ContentSlice{10, 20};
  entry.duplicate_key = key;
  entry.list_attributes = list;
  entry.variable = variable;
  entry.attributes = attributes;
  const Octets octets = encode(entry);
  auto back = decode_entry(octets);
  REQUIRE(back.ok());
  CHECK(back->entry_class == EntryClass::submission);
  CHECK(back->precedence == -5);
  CHECK(back->slice->size == 20);
  CHECK(equal(back->duplicate_key, key));
  CHECK(equal(back->attributes, attributes));
  for (std::size_t n = 0; n < octets.size(); ++n) CHECK_FALSE(decode_entry(View(octets).first(n)).ok());
  Octets longer = octets;
  longer.push_back(1);  // a field of a later version
  CHECK(decode_entry(longer).ok());

  const Octets status = encode(StatusBody{EntryBase::log, RetrievalStatus::listed, true, {{1, 2}, {5, 9}}});
  CHECK(decode_status(status)->ranges[1] == NumberRange{5, 9});
  CHECK(decode_status(status)->backwards);
  for (std::size_t n = 0; n < status.size(); ++n) CHECK_FALSE(decode_status(View(status).first(n)).ok());
  Octets many = status;
  many[3] = many[4] = many[5] = 0xff;  // a count beyond the octets there are
  CHECK_FALSE(decode_status(many).ok());

  const Octets remove = encode(RemoveBody{EntryBase::stored, {{7, 2, 1000, key}, {9, 0, 1001, {}}}});
  CHECK(decode_remove(remove)->entries[0].duplicate_key == key);
  CHECK(decode_remove(remove)->entries[1].number == 9);
  for (std::size_t n = 0; n < remove.size(); ++n) CHECK_FALSE(decode_remove(View(remove).first(n)).ok());

  ItemBody item;
  item.kind = 9;
  item.key = key;
  item.due = 77;
  CHECK_FALSE(decode_item(encode(item))->value.has_value());
  item.value = View{};
  CHECK(decode_item(encode(item))->value.has_value());
  CHECK(decode_item(encode(item))->due == 77);
}
