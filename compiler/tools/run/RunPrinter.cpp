// Records as they come. A table's columns start as wide as their headings and
// grow with what is in them: a stream's widest value is not known before.
#include "RunPrinter.h"

#include "../TextTable.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/StringExtras.h>

namespace whistler::tools {

namespace {

using Leaves = std::vector<std::pair<std::string, const Decoded *>>;

constexpr unsigned kNarrowest = 6;

bool isLeft(const Decoded &value) { return !value.isNumber(); }

std::string pad(const std::string &text, unsigned width, bool left) {
  unsigned used = displayWidth(text);
  std::string gap(width > used ? width - used : 0, ' ');
  return left ? text + gap : gap + text;
}

} // namespace

Decoded RunPrinter::decodeAs(btf::TypeId type,
                             llvm::ArrayRef<uint8_t> bytes) const {
  return types_ && type ? decode(*types_, type, bytes) : decodeUntyped(bytes);
}

/// By the struct that the map's BTF names; of several, the one of that size.
/// A perf record may be up to 7 bytes longer than what was sent.
Decoded RunPrinter::decodeRecord(const backend::RunningMap &map,
                                 llvm::ArrayRef<uint8_t> bytes,
                                 std::string &kind) const {
  if (!types_ || !map.recordType)
    return decodeUntyped(bytes);
  auto all = types_->aggregate(map.recordType);
  if (!all) {
    llvm::consumeError(all.takeError());
    return decodeUntyped(bytes);
  }
  bool isChoice = all->kind == btf::AggregateKind::Union && all->name.empty();
  if (!isChoice)
    return bytes.size() >= all->bytes ? decode(*types_, map.recordType, bytes)
                                      : decodeUntyped(bytes);
  const btf::Field *best = nullptr;
  uint64_t bestBytes = 0;
  for (const btf::Field &field : all->fields)
    if (auto type = types_->type(field.type)) {
      bool fits = type->bytes <= bytes.size() && bytes.size() < type->bytes + 8;
      if (fits && type->bytes > bestBytes) {
        best = &field;
        bestBytes = type->bytes;
      }
    } else {
      llvm::consumeError(type.takeError());
    }
  if (!best)
    return decodeUntyped(bytes);
  kind = best->name;
  return decode(*types_, best->type, bytes);
}

void RunPrinter::tableRow(const std::string &title, const Leaves &leaves) {
  std::vector<unsigned> &widths = widths_[title];
  if (widths.empty())
    for (const auto &[name, leaf] : leaves)
      widths.push_back(
          std::max({kNarrowest, displayWidth(name),
                    leaf->kind == Decoded::Kind::Text ? 16u : kNarrowest}));
  std::string line, heading;
  for (size_t i = 0; i < leaves.size() && i < widths.size(); ++i) {
    std::string text = toText(*leaves[i].second);
    bool left = isLeft(*leaves[i].second);
    widths[i] = std::max(widths[i], displayWidth(text));
    line += (i ? "  " : "") + pad(text, widths[i], left);
    heading += (i ? "  " : "") + pad(leaves[i].first, widths[i], left);
  }
  auto print = [&](llvm::StringRef text) {
    TextTable one;
    one.columns = {Align::Left};
    one.rows = {{text.str()}};
    one.print(os_, options_.width);
  };
  if (title_ != title) {
    os_ << (title_.empty() ? "" : "\n") << "-- " << title << '\n';
    print(heading);
  }
  title_ = title;
  print(line);
}

void RunPrinter::record(const backend::RunningMap &map,
                        llvm::ArrayRef<uint8_t> bytes) {
  std::string kind;
  Decoded value = decodeRecord(map, bytes, kind);
  if (options_.json) {
    llvm::json::OStream json(os_);
    json.object([&] {
      json.attribute("map", map.name);
      if (!kind.empty())
        json.attribute("type", kind);
      json.attributeBegin("record");
      writeJson(value, json);
      json.attributeEnd();
    });
    os_ << '\n';
    return;
  }
  Leaves leaves = value.kind == Decoded::Kind::Record
                      ? leavesOf(value)
                      : Leaves{{"record", &value}};
  tableRow(map.name + (kind.empty() ? "" : " " + kind), leaves);
}

void RunPrinter::lost(const backend::RunningMap &map, uint64_t count) {
  if (options_.json) {
    llvm::json::OStream json(os_);
    json.object([&] {
      json.attribute("map", map.name);
      json.attribute("lost", count);
    });
    os_ << '\n';
    return;
  }
  os_ << "-- " << map.name << ": " << count << " records lost\n";
  title_.clear();
}

void RunPrinter::trace(const backend::TraceLine &line) {
  if (options_.json) {
    llvm::json::OStream json(os_);
    json.object([&] {
      json.attribute("trace", llvm::json::fixUTF8(line.text));
      json.attribute("task", llvm::json::fixUTF8(line.task));
      json.attribute("pid", line.pid);
      json.attribute("cpu", line.cpu);
      json.attribute("time", line.time);
    });
    os_ << '\n';
    return;
  }
  if (title_ != "trace")
    os_ << (title_.empty() ? "" : "\n") << "-- trace\n";
  title_ = "trace";
  os_ << line.time << "  " << line.task << '-' << line.pid << "  " << line.text
      << '\n';
}

} // namespace whistler::tools
