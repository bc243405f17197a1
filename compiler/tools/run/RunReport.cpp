// What the maps hold at the end. Per-CPU values are shown summed and by CPU. A
// map whose name, or whose key's last field, says that its keys are powers of
// two is drawn; with other fields in the key, once for each of them.
#include "Histogram.h"
#include "RunPrinter.h"

#include "../TextTable.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/StringExtras.h>

#include <linux/bpf.h>

namespace whistler::tools {

namespace {

using backend::MapEntry;
using backend::RunningMap;

/// One entry, decoded.
struct Row {
  Decoded key, total;
  std::vector<Decoded> cpus; ///< of per-CPU maps
};

constexpr const char *kBucketWords[] = {"hist", "slot", "bucket",
                                        "dist", "log2", "latenc"};
constexpr size_t kMostCpuColumns = 16;

bool saysBuckets(llvm::StringRef name) {
  return llvm::any_of(kBucketWords, [&](const char *word) {
    return name.contains_insensitive(word);
  });
}

bool isArray(const RunningMap &map) {
  return map.kind == BPF_MAP_TYPE_ARRAY ||
         map.kind == BPF_MAP_TYPE_PERCPU_ARRAY;
}

/// The part of a key that is the bucket: the key, or its last field.
const Decoded *bucketOf(const Decoded &key) {
  if (key.kind != Decoded::Kind::Record)
    return key.isNumber() ? &key : nullptr;
  return key.items.empty() || !key.items.back().isNumber() ? nullptr
                                                           : &key.items.back();
}

bool isHistogram(const RunningMap &map, llvm::ArrayRef<Row> rows) {
  bool isNamed = saysBuckets(map.name);
  for (const Row &row : rows) {
    const Decoded *bucket = bucketOf(row.key);
    if (!bucket || bucket->number >= kMostBuckets || !row.total.isNumber())
      return false;
    if (row.key.kind == Decoded::Kind::Record &&
        !saysBuckets(row.key.names.back()))
      return false;
    isNamed |= row.key.kind == Decoded::Kind::Record;
  }
  return isNamed && !rows.empty();
}

/// The key without its bucket, "" when there is nothing else.
std::string groupOf(const Decoded &key) {
  std::vector<std::string> parts;
  for (size_t i = 0; i + 1 < key.items.size(); ++i)
    parts.push_back(key.names[i] + " " + toText(key.items[i]));
  return llvm::join(parts, ", ");
}

void printHistograms(llvm::ArrayRef<Row> rows, unsigned width,
                     llvm::raw_ostream &os) {
  std::map<std::string, std::map<uint64_t, uint64_t>> groups;
  for (const Row &row : rows)
    groups[groupOf(row.key)][bucketOf(row.key)->number] += row.total.number;
  for (const auto &[group, counts] : groups) {
    if (!group.empty())
      os << "  " << group << '\n';
    printLog2Histogram(counts, width, os);
  }
}

/// Columns of a value: one, or one for each leaf of a struct.
void addCells(const Decoded &value, const std::string &name,
              std::vector<std::string> *names, std::vector<Align> *columns,
              std::vector<std::string> &cells) {
  auto add = [&](const std::string &heading, const Decoded &leaf) {
    if (names) {
      names->push_back(heading);
      columns->push_back(leaf.isNumber() ? Align::Right : Align::Left);
    }
    cells.push_back(toText(leaf));
  };
  if (value.kind != Decoded::Kind::Record)
    return add(name, value);
  for (const auto &[leafName, leaf] : leavesOf(value))
    add(leafName, *leaf);
}

TextTable tableOf(llvm::ArrayRef<Row> rows) {
  TextTable table;
  table.indent = "  ";
  table.rows.emplace_back();
  for (const Row &row : rows) {
    std::vector<std::string> cells, *names = nullptr;
    std::vector<Align> *columns = nullptr;
    if (table.rows.size() == 1) {
      names = &table.rows.front();
      columns = &table.columns;
    }
    addCells(row.key, "key", names, columns, cells);
    addCells(row.total, row.cpus.empty() ? "value" : "total", names, columns,
             cells);
    if (row.cpus.size() <= kMostCpuColumns)
      for (size_t cpu = 0; cpu < row.cpus.size(); ++cpu) {
        if (names) {
          names->push_back("cpu" + std::to_string(cpu));
          columns->push_back(Align::Right);
        }
        cells.push_back(toText(row.cpus[cpu]));
      }
    table.rows.push_back(std::move(cells));
  }
  return table;
}

void writeEntries(const RunningMap &map, llvm::ArrayRef<Row> rows,
                  llvm::raw_ostream &os) {
  llvm::json::OStream json(os);
  auto member = [&](const char *name, const Decoded &value) {
    json.attributeBegin(name);
    writeJson(value, json);
    json.attributeEnd();
  };
  json.object([&] {
    json.attribute("map", map.name);
    json.attributeArray("entries", [&] {
      for (const Row &row : rows)
        json.object([&] {
          if (map.keyBytes)
            member("key", row.key);
          member("value", row.total);
          if (!row.cpus.empty())
            json.attributeArray("cpus", [&] {
              for (const Decoded &cpu : row.cpus)
                writeJson(cpu, json);
            });
        });
    });
  });
  os << '\n';
}

} // namespace

void RunPrinter::contents(const RunningMap &map,
                          llvm::ArrayRef<MapEntry> entries) {
  std::vector<Row> rows;
  for (const MapEntry &entry : entries) {
    Row row;
    row.key = decodeAs(map.keyType, entry.key);
    row.total = decodeAs(map.valueType, entry.values.front());
    for (size_t i = 0; map.isPerCpu && i < entry.values.size(); ++i) {
      row.cpus.push_back(decodeAs(map.valueType, entry.values[i]));
      if (i)
        addTo(row.total, row.cpus.back());
    }
    if (!isArray(map) || !row.total.isZero())
      rows.push_back(std::move(row));
  }
  if (options_.json)
    return writeEntries(map, rows, os_);
  if (rows.empty())
    return;
  os_ << "\n-- map " << map.name << ", " << rows.size()
      << (isArray(map) ? " entries that are not 0\n" : " entries\n");
  if (isHistogram(map, rows))
    return printHistograms(rows, options_.width, os_);
  if (!isArray(map) && map.keyBytes) // a queue has an order
    llvm::stable_sort(rows, [](const Row &a, const Row &b) {
      return a.total.isNumber() && b.total.isNumber() &&
             a.total.number > b.total.number;
    });
  size_t shown = std::min(rows.size(), options_.top);
  TextTable table = tableOf(llvm::ArrayRef(rows).take_front(shown));
  if (!map.keyBytes) // a queue
    for (std::vector<std::string> &row : table.rows)
      row.front().clear();
  table.print(os_, options_.width);
  if (shown < rows.size())
    os_ << "  ... and " << rows.size() - shown << " more (--top N)\n";
}

void RunPrinter::variables(const RunningMap &map,
                           llvm::ArrayRef<uint8_t> section) {
  Decoded all;
  all.kind = Decoded::Kind::Record;
  for (const backend::SectionVariable &variable : map.variables) {
    if (variable.offset + variable.bytes > section.size())
      continue;
    all.names.push_back(variable.name);
    all.items.push_back(decodeAs(
        variable.type, section.slice(variable.offset, variable.bytes)));
  }
  if (all.items.empty())
    return;
  if (options_.json) {
    llvm::json::OStream json(os_);
    json.object([&] {
      json.attributeBegin("globals");
      writeJson(all, json);
      json.attributeEnd();
    });
    os_ << '\n';
    return;
  }
  os_ << "\n-- globals\n";
  TextTable table;
  table.indent = "  ";
  table.columns = {Align::Left, Align::Left};
  for (const auto &[name, leaf] : leavesOf(all))
    table.rows.push_back({name, toText(*leaf)});
  table.print(os_, options_.width);
}

} // namespace whistler::tools
