#include "index/compare.hpp"

#include <algorithm>

namespace x400::mstore::storage {
namespace {

constexpr std::size_t most_examples = 10;
constexpr std::size_t most_wrong_counters = 100;

// Keys stand first in a row and order it; the last of them may be octets.
struct Table {
  const char* name;
  const char* select;
  int keys;
  bool octets_last;
  int columns;
};

constexpr Table tables[] = {
    {"mailboxes", "SELECT number,id,properties,next,last_time FROM mailboxes ORDER BY number", 1, false, 5},
    {"entries",
     "SELECT id,box,class,type,status,priority,precedence,size,created,parent,descendants,segment,offset,"
     "head,inline,file,complete,list,variable FROM entries ORDER BY id",
     1, false, 19},
    {"counters",
     "SELECT box,class,status,type,priority,child,count,octets FROM counters WHERE count<>0 OR octets<>0 "
     "ORDER BY box,class,status,type,priority,child",
     6, false, 8},
    {"items", "SELECT mailbox,kind,key,value,due FROM items ORDER BY mailbox,kind,key", 3, true, 5},
    {"duplicates", "SELECT mailbox,key,number,created FROM duplicates WHERE created>=?1 ORDER BY mailbox,key",
     2, true, 4},
};

class Rows {
 public:
  Rows(Query query, const Table& table) : query_(std::move(query)), table_(table) {}

  Status next() {
    X400_TRY(found, query_.step());
    there_ = found;
    return Ok{};
  }
  bool there() const { return there_; }

  // Less, equal or greater by the keys.
  int compare(const Rows& other) const {
    for (int i = 0; i < table_.keys; ++i) {
      if (table_.octets_last && i == table_.keys - 1) {
        const View a = query_.blob(i);
        const View b = other.query_.blob(i);
        if (std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end())) return -1;
        if (std::lexicographical_compare(b.begin(), b.end(), a.begin(), a.end())) return 1;
        continue;
      }
      if (query_.integer(i) != other.query_.integer(i))
        return query_.integer(i) < other.query_.integer(i) ? -1 : 1;
    }
    return 0;
  }

  bool same(const Rows& other) const {
    for (int i = table_.keys; i < table_.columns; ++i)
      if (query_.null(i) != other.query_.null(i) || !equal(query_.blob(i), other.query_.blob(i)))
        return false;
    return true;
  }

  std::string name() const {
    if (std::string_view(table_.name) == "entries") {
      const std::int64_t id = query_.integer(0);
      return "mailbox " + std::to_string(id >> 33) + ", base " + std::to_string(id >> 31 & 3) + ", entry " +
             std::to_string(number_of(id));
    }
    std::string text = std::string(table_.name);
    for (int i = 0; i < table_.keys; ++i)
      text += " " + (table_.octets_last && i == table_.keys - 1 ? to_hex(query_.blob(i), 32)
                                                                : std::to_string(query_.integer(i)));
    return text;
  }

 private:
  Query query_;
  const Table& table_;
  bool there_ = false;
};

Result<Rows> rows_of(Database& db, const Table& table, Time horizon) {
  X400_TRY(query, db.prepare(table.select));
  if (std::string_view(table.name) == "duplicates") query.bind(1, horizon);
  Rows rows(std::move(query), table);
  X400_CHECK(rows.next());
  return rows;
}

void example(TableDifference& to, const Rows& row, const char* what) {
  if (to.examples.size() < most_examples) to.examples.push_back(row.name() + ": " + what);
}

Result<TableDifference> compare(Database& first, Database& second, const Table& table, Time horizon) {
  TableDifference out;
  out.table = table.name;
  X400_TRY(a, rows_of(first, table, horizon));
  X400_TRY(b, rows_of(second, table, horizon));
  while (a.there() || b.there()) {
    const int order = !a.there() ? 1 : !b.there() ? -1 : a.compare(b);
    if (order < 0) {
      ++out.removed;
      example(out, a, "removed");
    } else if (order > 0) {
      ++out.added;
      example(out, b, "added");
    } else if (!a.same(b)) {
      ++out.changed;
      example(out, a, "changed");
    }
    if (order <= 0) X400_CHECK(a.next());
    if (order >= 0) X400_CHECK(b.next());
  }
  return out;
}

}  // namespace

Result<std::vector<TableDifference>> compare_indices(Database& first, Database& second, Time horizon) {
  std::vector<TableDifference> out;
  for (const Table& table : tables) {
    X400_TRY(difference, compare(first, second, table, horizon));
    out.push_back(std::move(difference));
  }
  return out;
}

Result<std::vector<std::string>> wrong_counters(Database& db) {
  X400_TRY(rows,
           db.prepare("SELECT box,class,status,type,priority,child,sum(count),sum(octets) FROM ("
                      "SELECT box,class,status,type,priority,child,count,octets FROM counters UNION ALL "
                      "SELECT box,class,status,type,priority,parent<>0,-count(*),-sum(size) FROM entries "
                      "GROUP BY box,class,status,type,priority,parent<>0) "
                      "GROUP BY box,class,status,type,priority,child HAVING sum(count)<>0 OR sum(octets)<>0 "
                      "LIMIT ?1"));
  rows.bind(1, static_cast<std::int64_t>(most_wrong_counters));
  std::vector<std::string> out;
  while (true) {
    X400_TRY(row, rows.step());
    if (!row) return out;
    const std::int64_t box = rows.integer(0);
    std::string text = "mailbox " + std::to_string(box >> 2) + ", base " + std::to_string(box & 3) +
                       ", class " + std::to_string(rows.integer(1)) + ", status " +
                       std::to_string(rows.integer(2));
    text += ": counted " + std::to_string(rows.integer(6)) + " entries and " +
            std::to_string(rows.integer(7)) + " octets too many";
    out.push_back(std::move(text));
  }
}

}  // namespace x400::mstore::storage
