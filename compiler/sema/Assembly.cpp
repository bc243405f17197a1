// (asm opcode dst src off imm): one instruction by its numbers, written out as
// assembly text with the registers of variables left open.
//
// dst is a variable, which the instruction changes, or the number of a
// register; src is any expression, or the number of a register. What is in a
// register that is named by number is the code generator's business: that form
// is for moves into one, and for r10, the frame. The value of the form is dst
// after the instruction.
//
// Arithmetic of 64 and 32 bits, loads and stores of a register. Refused: what
// changes control (jumps, calls, exit), what takes two slots, and atomics,
// which have forms of their own; LLVM must know of all these.

#include "Analyzer.h"

#include <linux/bpf.h>

#include <array>

namespace whistler::compiler {

namespace {

struct Instruction {
  uint8_t opcode = 0;
  int64_t offset = 0, immediate = 0;
  std::string destination, source; ///< in the text
};

constexpr const char *kOperators[] = {
    "+=",  "-=", "*=", "/=", "|=", "&=",  "<<=",
    ">>=", "",   "%=", "^=", "=",  "s>>="};

uint8_t classOf(const Instruction &i) { return i.opcode & 0x07; }
bool isArithmetic(const Instruction &i) {
  return classOf(i) == BPF_ALU || classOf(i) == BPF_ALU64;
}
bool isStore(const Instruction &i) { return classOf(i) == BPF_STX; }
/// A register is the other operand, not the immediate.
bool takesSource(const Instruction &i) {
  bool isSwap = isArithmetic(i) && (i.opcode & 0xf0) == BPF_END;
  return !isSwap && (!isArithmetic(i) || (i.opcode & BPF_X));
}

std::string swapText(const Instruction &i) {
  if (i.immediate != 16 && i.immediate != 32 && i.immediate != 64)
    return "";
  std::string bits = std::to_string(i.immediate);
  if (classOf(i) == BPF_ALU64)
    return "";
  return i.destination + " = " + ((i.opcode & BPF_X) ? "be" : "le") + bits +
         " " + i.destination;
}

std::string arithmeticText(const Instruction &i) {
  unsigned operation = i.opcode >> 4;
  if (operation == BPF_NEG >> 4)
    return (i.opcode & BPF_X) ? "" : i.destination + " = -" + i.destination;
  if (operation == BPF_END >> 4)
    return swapText(i);
  if (operation >= std::size(kOperators) || i.offset != 0)
    return "";
  return i.destination + " " + kOperators[operation] + " " +
         (takesSource(i) ? i.source : std::to_string(int32_t(i.immediate)));
}

std::string memoryText(const Instruction &i) {
  constexpr const char *kWidths[] = {"u32", "u16", "u8", "u64"};
  if ((i.opcode & 0xe0) != BPF_MEM)
    return "";
  std::string sign = i.offset < 0 ? " - " : " + ";
  std::string base = isStore(i) ? i.destination : i.source;
  std::string place = std::string("*(") + kWidths[(i.opcode >> 3) & 3] +
                      " *)(" + base + sign +
                      std::to_string(std::abs(i.offset)) + ")";
  return isStore(i) ? place + " = " + i.source : i.destination + " = " + place;
}

/// "" for instructions that this form does not take.
std::string text(const Instruction &i) {
  if (isArithmetic(i))
    return arithmeticText(i);
  return classOf(i) == BPF_LDX || isStore(i) ? memoryText(i) : "";
}

std::optional<int64_t> number(Analyzer &a, const Form *form, int64_t least,
                              int64_t most) {
  std::optional<uint64_t> value = a.constant(form);
  if (!value)
    return std::nullopt;
  if (int64_t(*value) >= least && int64_t(*value) <= most)
    return int64_t(*value);
  a.report(form, Kind::AssemblyNumber,
           {toString(form), std::to_string(least), std::to_string(most)});
  return std::nullopt;
}

std::string registerName(bool isNarrow, uint64_t number) {
  return (isNarrow ? "w" : "r") + std::to_string(number);
}

/// The operand `form`: a register by number, or (through `node`) what is to be
/// put into one. `next` counts the operands of the statement.
bool operand(Analyzer &a, const Form *form, bool isNarrow, NodePtr &node,
             std::string &text, unsigned &next) {
  NodePtr value = a.expression(form);
  if (isError(value))
    return false;
  if (isLiteral(value)) {
    if (!number(a, form, 0, 10))
      return false;
    text = registerName(isNarrow, value->integer);
    return true;
  }
  text = "$" + std::to_string(next++);
  node = std::move(value);
  return true;
}

bool parseNumbers(Analyzer &a, const Call &call, Instruction &instruction) {
  std::optional<int64_t> opcode = number(a, call.args[0], 0, 255);
  std::optional<int64_t> offset = number(a, call.args[3], INT16_MIN, INT16_MAX);
  std::optional<int64_t> immediate =
      number(a, call.args[4], INT32_MIN, UINT32_MAX);
  if (!opcode || !offset || !immediate)
    return false;
  instruction.opcode = uint8_t(*opcode);
  instruction.offset = *offset;
  instruction.immediate = *immediate;
  return true;
}

} // namespace

NodePtr analyzeAssembly(Analyzer &a, const Call &call) {
  SourceSpan span = call.form->span;
  Instruction instruction;
  if (!parseNumbers(a, call, instruction))
    return makeError(span);
  NodePtr node = makeNode(NodeKind::Assembly, integerType(), span);
  node->isNarrow =
      classOf(instruction) == BPF_ALU && (instruction.opcode & 0xf0) != BPF_END;
  node->integer = ~uint64_t(0);
  NodePtr destination, source;
  unsigned next = 0;
  if (!operand(a, call.args[1], node->isNarrow, destination,
               instruction.destination, next))
    return makeError(span);
  bool setsVariable = destination && !isStore(instruction);
  if (setsVariable && destination->kind != NodeKind::VariableRef)
    return a.fail(call.args[1], Kind::NotAVariable, {toString(call.args[1])});
  next += setsVariable; // $1 is the variable again, before the instruction
  if (takesSource(instruction) && !operand(a, call.args[2], node->isNarrow,
                                           source, instruction.source, next))
    return makeError(span);
  node->text = text(instruction);
  if (node->text.empty())
    return a.fail(call.args[0], Kind::UnknownInstruction,
                  {toString(call.args[0])});
  if (setsVariable)
    node->variable = destination->variable;
  else if (destination)
    node->children.push_back(std::move(destination));
  else if (!isStore(instruction))
    node->integer = *a.constant(call.args[1]);
  if (!setsVariable && node->integer != ~uint64_t(0) && source)
    node->text.replace(node->text.find("$0"), 2, "$1");
  if (source)
    node->children.push_back(std::move(source));
  return node;
}

} // namespace whistler::compiler
