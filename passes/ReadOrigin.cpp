// The identity of a read of the source on its way through the passes, and the
// remark that tells what became of it:
//
//   %pid = call i32 @whistler.kernel.load.task_struct.pid(ptr %t),
//          !whistler.origin !{i64 0, i64 7, i64 12, !"task->pid", i64 4, i64 6}
//
// Read number 0 of its function, at 7:12, of 4 bytes, with 6 instructions when
// it has a helper call of its own. Notes are further
// strings. Only whistler-name-reads makes such nodes, and only when somebody
// listens; without one nothing is told and nothing is done.

#include "ReadOrigin.h"

#include "Versions.h"

#include <llvm/IR/Constants.h>
#include <llvm/IR/DebugInfoMetadata.h>
#include <llvm/IR/DiagnosticInfo.h>
#include <llvm/IR/Module.h>

using namespace llvm;

namespace whistler::passes {

namespace {

constexpr StringLiteral kOrigin = "whistler.origin";
constexpr StringLiteral kFate = "ReadFate";
/// Operands of the node: numbers and the path, then notes.
constexpr unsigned kNumber = 0, kLine = 1, kColumn = 2, kPath = 3, kBytes = 4,
                   kInstructions = 5, kNotes = 6;

Metadata *number(LLVMContext &context, uint64_t value) {
  return ConstantAsMetadata::get(
      ConstantInt::get(Type::getInt64Ty(context), value));
}

std::optional<uint64_t> numberAt(const MDNode &node, unsigned index) {
  auto *value = mdconst::dyn_extract<ConstantInt>(node.getOperand(index));
  return value ? std::optional(value->getZExtValue()) : std::nullopt;
}

std::string textAt(const MDNode &node, unsigned index) {
  auto *text = dyn_cast<MDString>(node.getOperand(index));
  return text ? text->getString().str() : std::string();
}

/// The numbers of a fate's remark, by the names that they have in it.
struct NumberRow {
  StringLiteral key;
  uint64_t ReadCost::*member;
};
constexpr NumberRow kNumbers[] = {
    {"Calls", &ReadCost::calls},
    {"CallBytes", &ReadCost::bytes},
    {"Loads", &ReadCost::loads},
    {"Ids", &ReadCost::ids},
    {"Instructions", &ReadCost::instructions},
    {"StackBytes", &ReadCost::stackBytes},
};

DiagnosticLocation placeOf(const Function &function, const ReadOrigin &origin) {
  DISubprogram *subprogram = function.getSubprogram();
  if (!subprogram || origin.line == 0)
    return {};
  return DebugLoc(DILocation::get(function.getContext(), origin.line,
                                  origin.column, subprogram));
}

std::string withNotes(StringRef text, const ReadOrigin &origin) {
  std::string result = text.str();
  for (const std::string &note : origin.notes)
    result += "; " + note;
  return result;
}

} // namespace

std::optional<ReadOrigin> originOf(const Instruction &read) {
  const MDNode *node = read.getMetadata(kOrigin);
  if (!node || node->getNumOperands() < kNotes)
    return std::nullopt;
  ReadOrigin origin;
  origin.number = unsigned(numberAt(*node, kNumber).value_or(0));
  origin.line = unsigned(numberAt(*node, kLine).value_or(0));
  origin.column = unsigned(numberAt(*node, kColumn).value_or(0));
  origin.path = textAt(*node, kPath);
  origin.bytes = numberAt(*node, kBytes).value_or(0);
  origin.instructions = numberAt(*node, kInstructions).value_or(0);
  for (unsigned i = kNotes; i < node->getNumOperands(); ++i)
    origin.notes.push_back(textAt(*node, i));
  return origin;
}

void setOrigin(Instruction &read, const ReadOrigin &origin) {
  LLVMContext &context = read.getContext();
  SmallVector<Metadata *, 8> operands = {
      number(context, origin.number), number(context, origin.line),
      number(context, origin.column), MDString::get(context, origin.path),
      number(context, origin.bytes),  number(context, origin.instructions)};
  for (const std::string &note : origin.notes)
    operands.push_back(MDString::get(context, note));
  read.setMetadata(kOrigin, MDNode::get(context, operands));
}

void moveOrigin(Instruction &from, Instruction &to) {
  to.setMetadata(kOrigin, from.getMetadata(kOrigin));
  dropOrigin(from);
}

void dropOrigin(Instruction &read) {
  if (read.hasMetadataOtherThanDebugLoc())
    read.setMetadata(kOrigin, nullptr);
}

std::string inBytes(uint64_t bytes) {
  return std::to_string(bytes) + (bytes == 1 ? " byte" : " bytes");
}

void addNote(Instruction &read, StringRef note) {
  auto origin = originOf(read);
  if (!origin)
    return;
  origin->notes.push_back(note.str());
  setOrigin(read, *origin);
}

void tellFate(OptimizationRemarkEmitter &remarks, const char *pass,
              const Function &function, const ReadOrigin &origin, StringRef way,
              StringRef text, const ReadCost &cost) {
  remarks.emit([&] {
    OptimizationRemark remark(pass, kFate, placeOf(function, origin),
                              &function.getEntryBlock());
    const VersionRow *version = versionOf(function);
    remark << ore::NV("Path", origin.path) << ": "
           << ore::NV("Text", withNotes(text, origin)) << ore::setExtraArgs()
           << ore::NV("Way", way) << ore::NV("Number", origin.number)
           << ore::NV("Line", origin.line) << ore::NV("Column", origin.column)
           << ore::NV("Bytes", origin.bytes)
           << ore::NV("Naive", origin.instructions)
           << ore::NV("Version", version ? StringRef(version->name) : "")
           << ore::NV("Kernels", kernelsOf(function));
    for (const NumberRow &row : kNumbers)
      remark << ore::NV(row.key, cost.*row.member);
    return remark;
  });
}

void tellFate(OptimizationRemarkEmitter &remarks, const char *pass,
              const Instruction &read, StringRef way, StringRef text,
              const ReadCost &cost) {
  if (auto origin = originOf(read))
    tellFate(remarks, pass, *read.getFunction(), *origin, way, text, cost);
}

uint64_t ReadCost::picoseconds(const CostModel &costs) const {
  return (calls ? calls * costs.readPs(bytes) : 0) + loads * costs.loadPs +
         ids * costs.idsPs + costs.instructionsPs(instructions);
}

std::optional<ReadFate> readFate(const DiagnosticInfoOptimizationBase &remark) {
  if (remark.getRemarkName() != kFate)
    return std::nullopt;
  auto text = [&](StringRef key) -> std::string {
    for (const auto &argument : remark.getArgs())
      if (argument.Key == key)
        return argument.Val;
    return "";
  };
  auto number = [&](StringRef key) {
    uint64_t value = 0;
    StringRef(text(key)).getAsInteger(10, value);
    return value;
  };
  ReadFate fate;
  fate.function = remark.getFunction().getName().split('.').first.str();
  fate.version = text("Version");
  fate.kernels = text("Kernels");
  fate.line = unsigned(number("Line"));
  fate.column = unsigned(number("Column"));
  fate.number = unsigned(number("Number"));
  fate.path = text("Path");
  fate.naive.calls = 1;
  fate.naive.bytes = number("Bytes");
  fate.naive.instructions = number("Naive");
  fate.way = text("Way");
  fate.text = text("Text");
  for (const NumberRow &row : kNumbers)
    fate.cost.*row.member = number(row.key);
  return fate;
}

} // namespace whistler::passes
