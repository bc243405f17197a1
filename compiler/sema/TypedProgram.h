#ifndef WHISTLER_SEMA_TYPEDPROGRAM_H
#define WHISTLER_SEMA_TYPEDPROGRAM_H

#include "whistler/compiler/Source.h"
#include "whistler/ir/Field.h"
#include "whistler/ir/HelperCall.h"
#include "whistler/ir/KernelFunction.h"
#include "whistler/ir/Operations.h"
#include "whistler/ir/Program.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace whistler::compiler {

/// What sema hands to lowering: every name resolved, every type known, every
/// macro gone, sugar reduced to the node kinds below. Lowering makes no
/// decision about meaning. Integers are computed in 64 bits: a node of integer
/// type yields the value already extended by its type.

/// Which memory a pointer leads to.
enum class Space : uint8_t {
  Unknown, ///< an integer used as an address: kernel memory
  Context,
  Stack,
  MapValue,
  RingBuffer,
  Packet,
  Global,
  Trusted, ///< BTF pointer
  Kernel,
  User,
  Map, ///< the map itself, as helpers want it
};

/// Type of a value: an integer, or a pointer with space and pointee.
struct ValueType {
  bool isPointer = false;
  uint8_t bits = 64; ///< integers: 8, 16, 32, 64
  bool isSigned = false, isBool = false;
  Space space = Space::Unknown;
  std::string pointee; ///< struct name, in the kernel's or program's spelling
                       ///< (C identifier); "" when none is known
  /// Element type of arrays of scalars, pointer to scalars.
  uint8_t elementBits = 0;
  bool elementSigned = false;
  uint64_t arrayBytes = 0; ///< of the whole array at the pointer; 0: not known
  bool maybeNull = false;  ///< result of a map look-up or reservation
  bool isError = false;    ///< sema only: a mistake was reported already
};

enum class Op : uint8_t {
  Add,
  Sub,
  Mul,
  DivU,
  DivS,
  RemU,
  RemS,
  ModS,
  And,
  Or,
  Xor,
  ShiftLeft,
  ShiftRightU,
  ShiftRightS,
  Eq,
  Ne,
  LtU,
  LeU,
  GtU,
  GeU,
  LtS,
  LeS,
  GtS,
  GeS,
  MinU,
  MaxU,
  MinS,
  MaxS,
  // one operand
  Neg,
  Not,
  LogicalNot,
  Abs,
  Log2,
  ByteSwap16,
  ByteSwap32,
  ByteSwap64,
};

/// A variable of a function: an i64 or a pointer; lowering gives it a slot.
struct Variable {
  std::string name;
  ValueType type; ///< narrower integers truncate at every assignment
  SourceSpan span;
  bool addressTaken = false; ///< lives in memory, as wide as its type
  /// Used by a callback too: at this 8-byte slot of the frame of the code that
  /// it belongs to. 0: an ordinary variable.
  uint32_t frameSlot = 0;
  /// A parameter of a global function that leads to memory of the program.
  std::shared_ptr<const ir::DataType> pointee;
};

struct Node;
using NodePtr = std::unique_ptr<Node>;

enum class NodeKind : uint8_t {
  Integer,     ///< integer
  VariableRef, ///< variable
  Assign,      ///< variable = a; yields the value stored
  Sequence,    ///< children in order; yields the last (0 when none)
  Unary,
  Binary,  ///< op, children
  Convert, ///< child to `type` (truncate, extend; bool: != 0)
  If,      ///< children: test, then, else (else may be null: 0)
  Loop,    ///< see Node::loop: children: [test or null, body, step or null]
  Break,
  Continue, ///< innermost loop
  Return,   ///< leaves the program; child value
  Load,     ///< `type` from program memory: child pointer + offset
  Store,  ///< children: pointer, value; `type` is the stored type; yields value
  Offset, ///< pointer a + integer b (bytes); keeps space
  KernelLoad,     ///< field of child; isVolatile
  KernelLoadAt,   ///< `type` (bits) at children base, offset; isVolatile
  KernelAddress,  ///< address of aggregate field of child
  KernelCopy,     ///< children: destination, source; integer = bytes
  ContextLoadAt,  ///< `type` at `integer` of the context, or of what the child
                  ///< leads to: a struct that the kernel shares
  ContextStoreAt, ///< child value, `type`, at `integer`
  ContextLoad,    ///< relocated field of the context (pt_regs)
  ContextTyped,   ///< trusted pointer to `type`'s struct, in the context at
                  ///< `integer`; `extra` 1: it may be null
  ContextPointer,
  CoreFact, ///< integer = ir::CoreFact, field
  TypeFact, ///< integer = ir::CoreFact, typeIdentity
  KernelVersion,
  StackObject, ///< address of a fresh zeroed object of `integer` bytes, align 8
  AddressOf,   ///< address of `variable` (makes it live in memory)
  Zero,        ///< memset 0 of `integer` bytes at child pointer
  Fill,        ///< memset: child pointer; integer bytes; byte in `extra`
  Copy,        ///< memcpy program memory: children dst, src; integer bytes
  MapRef,      ///< maps[index], as a pointer
  GlobalRef,   ///< globals[index], its address
  StringRef,   ///< a NUL-terminated constant in .rodata: text
  Call,        ///< helper; children arguments
  CallSubprogram,       ///< subprograms[index]; children arguments
  CallKernelFunction,   ///< kernelFunction; children arguments
  KernelFunctionExists, ///< kernelFunction; 0 or 1
  FrameRef,             ///< address of this code's frame, for callbacks
  CallbackRef,          ///< address of subprograms[index]
  UserLoad,             ///< `type` of user memory at child; 0 when unreadable
  Assembly, ///< one instruction: text with $0 and $1 for the registers of
            ///< `variable` and the child, where there are such; yields $0
  Atomic,   ///< atomicOp on `type`: children pointer, value; yields old
  Barrier,
  Spill, ///< child scalar put into a fresh stack slot of `type`; yields
         ///< its address (keys and values of map helpers)
};

enum class AtomicOp : uint8_t {
  Add,
  Sub,
  Or,
  And,
  Xor,
  Exchange,
  CompareExchange, ///< children: pointer, expected, new
};

struct Node {
  NodeKind kind;
  ValueType type; ///< of the value the node yields
  SourceSpan span;
  std::vector<NodePtr> children;
  uint64_t integer = 0, extra = 0;
  uint32_t index = 0;
  Op op = Op::Add;
  AtomicOp atomicOp = AtomicOp::Add;
  bool isVolatile = false;
  const Variable *variable = nullptr;
  std::optional<ir::Field> field;
  std::optional<ir::TypeIdentity> typeIdentity;
  std::optional<ir::HelperSignature> helper;
  std::shared_ptr<const ir::FunctionPrototype> kernelFunction;
  std::string text;
  /// Assembly: works on the low 32 bits; `integer` is the number of a register
  /// that it sets, -1 when none.
  bool isNarrow = false;
  /// Loop: at most this many rounds (0: the test alone bounds it); constant
  /// small loops carry unroll.
  uint64_t maxRounds = 0;
  bool unroll = false;
};

/// A body and its variables.
struct Code {
  std::string name;
  SourceSpan span;
  std::vector<std::unique_ptr<Variable>> variables;
  NodePtr body; ///< its value is the result
  bool usesContext = false;
  /// Slots of the frame that its callbacks are given: 0 is the frame that this
  /// code was given itself (when `keepsOuterFrame`), 1 the context (when a
  /// callback uses it), variables follow. 0 slots: there are no callbacks.
  uint32_t frameSlots = 0;
  bool keepsOuterFrame = false, keepsContext = false;

  static constexpr uint32_t kOuterFrameSlot = 0, kContextSlot = 1,
                            kFirstVariableSlot = 2;
};

struct Program : Code {
  std::string section;
  const struct ProgramTypeRow *type = nullptr;
  bool isSleepable = false;
};

/// A variable of another code, in the frame that a callback is given or,
/// `hops` frames further out.
struct Capture {
  const Variable *variable;
  unsigned hops;
};

/// A BPF-to-BPF function. One that uses the context takes it as a first
/// parameter that is not in `parameters`. A callback takes what its helper
/// gives and then the frame around it, which has the context too.
struct Subprogram : Code {
  std::vector<const Variable *> parameters;
  ValueType result;
  bool isGlobal = false, isCallback = false;
  /// By a helper: a callback, #'name, or what these call.
  bool isCalledBack = false;
  std::vector<Capture> captures;
};

struct Global {
  std::string name;
  ir::DataType type;
  std::vector<uint8_t> bytes; ///< initial contents; empty: zero
  bool isConstant = false;
  SourceSpan span;
};

/// What user space may want to know besides what becomes code.
struct NamedConstant {
  std::string name; ///< as read
  uint64_t value = 0;
  bool isNegative = false;
  SourceSpan span;
};
struct NamedType {
  std::shared_ptr<const ir::DataType> type; ///< struct or union
  SourceSpan span;
};

/// A defstruct-ops.
struct KernelInterface {
  ir::StructOps ops;
  SourceSpan span;
};

struct TypedProgram {
  std::string license = "GPL";
  std::vector<ir::MapDefinition> maps;
  std::vector<SourceSpan> mapSpans;
  std::vector<Global> globals;
  std::vector<KernelInterface> interfaces;
  std::vector<Program> programs;
  std::vector<NamedConstant> constants;
  std::vector<NamedType> types;
  std::vector<std::unique_ptr<Subprogram>> subprograms;
};

} // namespace whistler::compiler

#endif
