// What became of a program's kernel reads, line by line: the fates that the
// passes told, by the cost model, beside the instructions that the finished
// object has for each line. Where an object holds a version for each kind of
// kernel, only the instructions that such a kernel leaves are counted, with the
// build host's layout.
#include "ReadTable.h"

#include "whistler/backend/LiveCode.h"

#include <llvm/ADT/STLExtras.h>

#include <map>

namespace whistler::tools {

namespace {

using compiler::Remark;
using passes::ReadFate;

constexpr llvm::StringLiteral kVersions[] = {"direct", "task", "helper"};

std::vector<const ReadFate *> fatesOf(const compiler::Compilation &result,
                                      llvm::StringRef function) {
  std::vector<const ReadFate *> fates;
  for (const Remark &remark : result.remarks)
    if (remark.read && remark.read->function == function)
      fates.push_back(&*remark.read);
  llvm::stable_sort(fates, [](const ReadFate *a, const ReadFate *b) {
    return std::tie(a->line, a->column, a->number) <
           std::tie(b->line, b->column, b->number);
  });
  return fates;
}

class Builder {
public:
  Builder(const compiler::Compilation &result,
          const backend::ProgramInfo &program, const passes::CostModel &costs,
          llvm::StringRef mode)
      : program_(program), costs_(costs),
        fates_(fatesOf(result, program.name)) {
    findVersions(mode);
  }

  ReadTable build() {
    for (const ReadFate *fate : fates_)
      add(*fate);
    for (auto &[number, read] : reads_)
      finish(read);
    for (size_t kind = 0; kind != versions_.size(); ++kind)
      count(kind);
    llvm::sort(table_.lines, [](const ReadLine &a, const ReadLine &b) {
      return a.line < b.line;
    });
    return std::move(table_);
  }

private:
  /// A read with what was told of it for each kind of kernel.
  struct Read {
    const ReadFate *first = nullptr;
    std::vector<std::vector<const ReadFate *>> fates;
  };

  void findVersions(llvm::StringRef mode) {
    for (llvm::StringRef version : kVersions)
      for (const ReadFate *fate : fates_)
        if (fate->version == version) {
          versions_.push_back(version);
          table_.kinds.push_back(fate->kernels);
          break;
        }
    if (versions_.empty()) {
      versions_.push_back("");
      table_.kinds.push_back(mode.str());
    }
    table_.totals.resize(versions_.size());
  }

  void add(const ReadFate &fate) {
    Read &read = reads_[fate.number];
    if (!read.first) {
      read.first = &fate;
      read.fates.resize(versions_.size());
    }
    for (size_t kind = 0; kind != versions_.size(); ++kind)
      if (fate.version.empty() || fate.version == versions_[kind])
        read.fates[kind].push_back(&fate);
  }

  ReadLine &lineOf(const ReadFate &fate) {
    auto found = llvm::find_if(table_.lines, [&](const ReadLine &line) {
      return line.line == fate.line;
    });
    if (found != table_.lines.end())
      return *found;
    ReadLine line;
    line.line = fate.line;
    line.figures.resize(versions_.size());
    table_.lines.push_back(std::move(line));
    return table_.lines.back();
  }

  /// What one kind of kernel does: a read that a pass has copied may have
  /// become several things.
  static ReadOutcome outcome(llvm::ArrayRef<const ReadFate *> fates) {
    ReadOutcome result;
    std::vector<std::string> texts;
    for (const ReadFate *fate : fates) {
      if (llvm::is_contained(texts, fate->text))
        continue;
      texts.push_back(fate->text);
      result.way = fate->way;
      result.text += (result.text.empty() ? "" : "; also ") + fate->text;
    }
    return result;
  }

  void finish(const Read &read) {
    ReadLine &line = lineOf(*read.first);
    ReadRow row;
    row.column = read.first->column;
    row.path = read.first->path;
    row.naivePs = read.first->naive.picoseconds(costs_);
    for (size_t kind = 0; kind != versions_.size(); ++kind) {
      ReadOutcome here = outcome(read.fates[kind]);
      auto same = llvm::find_if(row.outcomes, [&](const ReadOutcome &other) {
        return other.text == here.text;
      });
      if (same == row.outcomes.end())
        same = row.outcomes.insert(same, here);
      same->kinds.push_back(kind);
      addCost(read.fates[kind], line.figures[kind], table_.totals[kind]);
    }
    line.naivePs += row.naivePs;
    table_.naivePs += row.naivePs;
    line.reads.push_back(std::move(row));
  }

  /// Of copies of a read only one is done at a time.
  void addCost(llvm::ArrayRef<const ReadFate *> fates, ReadFigures &line,
               ReadFigures &total) const {
    uint64_t most = 0, stack = 0;
    for (const ReadFate *fate : fates) {
      most = std::max(most, fate->cost.picoseconds(costs_));
      stack = std::max(stack, fate->cost.stackBytes);
    }
    line.picoseconds += most;
    total.picoseconds += most;
    line.stackBytes = std::max(line.stackBytes, stack);
  }

  void count(size_t kind) {
    auto live = backend::liveCode(program_, [&](llvm::StringRef relocation) {
      // "enumval_exists bpf_func_id.BPF_FUNC_get_current_task_btf = 158"
      llvm::StringRef name = relocation.split('.').second.split(" = ").first;
      auto has = passes::versionHas(versions_[kind], name);
      return has ? std::optional<uint64_t>(*has) : std::nullopt;
    });
    std::map<unsigned, unsigned> counts;
    for (auto [inst, slots] : llvm::zip(program_.listing, live.slots))
      if (inst.line >= 0)
        counts[program_.lines[inst.line].line] += slots;
    for (ReadLine &line : table_.lines)
      line.figures[kind].instructions = counts[line.line];
    table_.totals[kind].instructions = live.instructions;
    table_.totals[kind].stackBytes = live.stackBytes;
  }

  const backend::ProgramInfo &program_;
  const passes::CostModel &costs_;
  std::vector<const ReadFate *> fates_;
  std::vector<llvm::StringRef> versions_;
  std::map<unsigned, Read> reads_; ///< by number: in the program's order
  ReadTable table_;
};

} // namespace

ReadTable readTable(const compiler::Compilation &result,
                    const backend::ProgramInfo &program,
                    const passes::CostModel &costs, llvm::StringRef mode) {
  return Builder(result, program, costs, mode).build();
}

} // namespace whistler::tools
