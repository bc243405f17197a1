#ifndef WHISTLER_SEMA_ANALYZER_H
#define WHISTLER_SEMA_ANALYZER_H

#include "Nodes.h"
#include "Sema.h"
#include "Tables.h"

#include <llvm/ADT/DenseMap.h>
#include <llvm/ADT/DenseSet.h>
#include <llvm/ADT/StringMap.h>
#include <llvm/ADT/StringSet.h>

namespace whistler::compiler {

using Kind = DiagnosticKind;

struct MapInfo {
  uint32_t index = 0;
  const MapTypeRow *type = nullptr;
  std::optional<MemoryType> key, value; ///< nothing: only the size is known
  uint64_t keyBytes = 0, valueBytes = 0;
  std::string inner; ///< of a map of maps: its values, under this name
  /// A map that was found in another: the variable that leads to it.
  const Variable *variable = nullptr;
};

struct GlobalInfo {
  uint32_t index = 0;
  MemoryType type;
  bool isConstant = false;
};

/// Registers of the kernel's machine that a call passes.
inline constexpr size_t kMostParameters = 5;

/// A defsubprog as declared. Its body is analyzed at the first call with
/// arguments of one kind, so that accessors in it know the memory that they
/// work on; other kinds of arguments make another instance.
struct SubprogramInfo {
  struct Parameter {
    const Form *name;
    const Form *typeForm;
    MemoryType type;
  };
  struct Instance {
    std::string key;
    uint32_t index = 0;
    unsigned depth = 1; ///< frames that a call of it takes
    const Form *kernelRead = nullptr;
    /// It looks into what this section names: another section, another one.
    std::optional<std::string> target;
  };
  const Form *form = nullptr, *name = nullptr, *resultForm = nullptr;
  std::vector<Parameter> parameters;
  std::optional<MemoryType> result;
  std::vector<const Form *> body;
  bool isGlobal = false, isParsed = false, isBroken = false, isOpen = false;
  std::vector<Instance> instances;
};

/// What the kernel wants a function to give that a helper calls.
enum class CallbackResult : uint8_t {
  None, ///< no callback: what the function gives
  Zero,
  ZeroOrOne, ///< 1 ends what the helper does
};

/// What is known while one program is analyzed.
struct FunctionState {
  Code *code = nullptr;
  const ProgramTypeRow *type = nullptr;
  std::string section;
  /// A callback: the code around it, whose variables it uses too.
  FunctionState *outer = nullptr;
  Subprogram *callback = nullptr;
  bool returns = false; ///< callbacks: has a `return` out of everything
  /// A `return` inside of callbacks leaves these to the code around them.
  Variable *leaveFlag = nullptr, *leaveValue = nullptr;
  /// Subprograms: what `return` gives so far.
  const SubprogramInfo *subprogram = nullptr;
  std::optional<ValueType> result;
  CallbackResult callbackResult = CallbackResult::None;
  unsigned callDepth = 0; ///< frames below this one

  /// The program or function that this is part of.
  FunctionState &outermost() { return outer ? outer->outermost() : *this; }

  struct Binding {
    const Symbol *name;
    Variable *variable;
  };
  std::vector<Binding> scope;
  /// Ring-buffer records that an early exit must discard, outermost first.
  struct Record {
    Variable *variable;
    unsigned loopDepth;
  };
  std::vector<Record> records;
  unsigned loopDepth = 0;
  /// Pointers that were used other than to reach through them: somebody may
  /// have tested them against 0.
  llvm::DenseSet<const Variable *> tested;
  /// Pointers that a test around or before this place shows to be not 0.
  llvm::DenseSet<const Variable *> nonNull;
  const Form *kernelRead = nullptr; ///< the first, for the licence
  bool usesTarget = false;          ///< looks into what the section names
};

/// One run of sema: the tables of what the source declared, and what every
/// handler needs. Handlers of builtins and declarations are free functions,
/// one file for each topic; the tables in *.def name them.
class Analyzer {
public:
  Analyzer(FormContext &forms, const SemaInputs &inputs,
           DiagnosticEngine &diagnostics);

  // Analyzer.cpp
  llvm::Expected<TypedProgram> run(const std::vector<const Form *> &topLevel);

  // Reports.cpp
  /// At `at`, or at the macro call that made it, with "expanded from" notes.
  Diagnostic &report(const Form *at, Kind kind,
                     std::vector<std::string> arguments = {});
  NodePtr fail(const Form *at, Kind kind,
               std::vector<std::string> arguments = {});
  static SourceSpan placeOf(const Form *form);
  /// `name` is defined already, at `first` if that is in a source.
  void duplicate(const Form *name, SourceSpan first);
  /// The name in a definition that stands below the form that is analyzed, of
  /// what it calls so or of a struct whose functions are called so; or null.
  const Form *definedLater(llvm::StringRef name) const;
  /// Reports an unknown name with the closest of `names`, or with the place
  /// below that defines it.
  void unknownName(const Form *at, Kind kind, const std::string &name,
                   llvm::ArrayRef<std::string> names);
  void unknownFunction(const Form *head);
  void unknownVariable(const Form *name);

  // Expressions.cpp
  NodePtr expression(const Form *form);
  /// The forms in order, the last one's value.
  NodePtr body(Forms forms, SourceSpan span);
  /// Through which memory is reached: reports a null test that is missing.
  NodePtr pointer(const Form *form);
  std::vector<NodePtr> expressions(Forms forms);
  /// The value at compile time, if it is a constant.
  std::optional<uint64_t> constant(const Form *form,
                                   bool *isNegative = nullptr);

  /// Takes a name of the object for a map, global, program or subprogram;
  /// reports one that is taken.
  bool claim(const Form *name);
  // FunctionSyntax.cpp
  /// Names that may be called before their definition.
  void announceSubprograms(const Form *form);
  SubprogramInfo *findSubprogram(llvm::StringRef cName);
  // StructOps.cpp
  /// Programs that are functions of an interface, before their definition.
  void announceStructOps(const Form *form);

  // Variables.cpp
  Variable *declare(const Symbol *name, ValueType type, SourceSpan span);
  Variable *temporary(ValueType type, SourceSpan span);
  /// The variable in scope; one of the code around a callback is captured.
  Variable *find(const Symbol *name);
  /// A use of `value` several times: a variable that is set once by the first
  /// item put into `sequence`.
  Variable *once(NodePtr value, std::vector<NodePtr> &sequence);

  // TypeSyntax.cpp
  std::optional<MemoryType> parseType(const Form *form);
  /// Size of a type or struct name, reported when unknown.
  std::optional<uint64_t> sizeOf(const Form *type);

  // KernelStructs.cpp
  const btf::Btf *btf(const Form *at);
  /// The same; null in silence where there are none.
  const btf::Btf *btfIfThere();
  const StructInfo *kernelStruct(llvm::StringRef cName, const Form *at);
  /// The kernel's struct of that name, or null without a word.
  const StructInfo *findKernelStruct(llvm::StringRef cName, const Form *at);
  const StructInfo *kernelStruct(const btf::Btf &types, llvm::StringRef cName,
                                 const Form *at);
  const StructInfo *kernelStruct(const btf::Btf &types, btf::TypeId type);
  /// The types of a module, on the kernel's; null when they cannot be had.
  const btf::Btf *moduleBtf(llvm::StringRef module);
  const StructInfo *addKernelStruct(const btf::Btf &types,
                                    const btf::Aggregate &aggregate);
  /// The struct of a name or of an aggregate's type, of program or kernel.
  const StructInfo *findStruct(llvm::StringRef cName) const;
  /// As programs write them.
  std::vector<std::string> structNames() const;
  const StructInfo *recordOf(const MemoryType &type, const Form *at);
  /// Makes room for another struct of the name of one of the prelude.
  void forgetPrelude(llvm::StringRef name);
  StructInfo *addStruct(std::unique_ptr<StructInfo> info);
  void addAccessor(llvm::StringRef name, Accessor accessor);
  void addFieldAccessors(const StructInfo &record, const FieldInfo &field,
                         llvm::StringRef prefix);

  FormContext &forms;
  const SemaInputs &inputs;
  DiagnosticEngine &diagnostics;
  TypedProgram result;
  llvm::StringMap<std::vector<Accessor>> accessors; ///< lower case, with `_`
  llvm::StringMap<MapInfo> maps;                    ///< C names
  llvm::StringMap<GlobalInfo> globals;
  llvm::StringMap<SubprogramInfo> subprograms; ///< C names
  llvm::StringMap<int64_t> constants;          ///< names as read
  llvm::StringMap<const Form *> texts;         ///< constants that are strings
  llvm::DenseSet<const Symbol *> brokenNames;  ///< of failed declarations
  /// Maps that variables lead to, as long as their users need them.
  std::vector<std::unique_ptr<MapInfo>> foundMaps;
  /// Programs that maps name before they are declared.
  std::vector<const Form *> namedPrograms;
  /// C names of what is in the object, and where each is defined.
  llvm::StringMap<SourceSpan> symbols;
  /// Of programs: `struct.member`, of which they are the function.
  llvm::StringMap<std::string> opsFunctions;
  /// Top-level forms below the one that is analyzed.
  llvm::ArrayRef<const Form *> below;
  std::string licenseFrom;
  const Symbol *openRecord = nullptr; ///< the struct whose fields are read
  bool isInPrelude = false; ///< while the language's own library is declared
  FunctionState *function = nullptr;
  /// For functions that no program calls.
  const ProgramTypeRow *lastProgramType = &programTypes().front();
  llvm::Error worldError = llvm::Error::success();

private:
  void topLevel(const Form *form);
  void checkNamedPrograms();
  std::shared_ptr<const btf::Btf> btf_;
  bool btfFailed_ = false;
  const StructInfo *moduleStruct(llvm::StringRef name);
  std::vector<std::pair<std::string, std::shared_ptr<const btf::Btf>>> modules_;
  std::vector<std::unique_ptr<StructInfo>> ownedStructs_;
  llvm::StringMap<StructInfo *> structs_;
  llvm::DenseMap<std::pair<const btf::Btf *, btf::TypeId>, StructInfo *>
      kernelStructs_;
};

/// C spelling of a symbol: `TASK-STRUCT` is `task_struct`, |Foo-Bar| `Foo_Bar`.
std::string cName(const Symbol *symbol);
std::string cName(const Form *symbolForm);
/// How generated functions are looked up: C spelling in lower case.
std::string accessorKey(llvm::StringRef name);

// Reports.cpp
/// Whether a definition's first argument is a name; reports that it is none.
bool beginsWithName(Analyzer &a, const Form *form, Forms args);
// StructLayout.cpp
/// Registers a struct under its name and makes its functions.
void addRecord(Analyzer &a, std::unique_ptr<StructInfo> record);
/// The type as the object's BTF and generated headers show it.
std::shared_ptr<const ir::DataType> dataType(const MemoryType &type);
/// Is the first argument a name that no struct of the program has?
bool checkRecordName(Analyzer &a, const Form *form, Forms args);
// Accessors.cpp
NodePtr callAccessor(Analyzer &a, const Form *form, Forms args,
                     const std::vector<Accessor> &candidates);
/// Reads (or takes the address of) a field through `base`; `index` may be null.
NodePtr readField(Analyzer &a, const Form *form, NodePtr base,
                  const StructInfo &record, const FieldInfo &field,
                  NodePtr index);
/// The same without the byte swap that a header's field may ask for.
NodePtr readFieldAsIs(Analyzer &a, const Form *form, NodePtr base,
                      const StructInfo &record, const FieldInfo &field,
                      NodePtr index);
/// `value` of a field of `type` between network and host order.
NodePtr swapOrder(NodePtr value, const MemoryType &type, SourceSpan span);
NodePtr fieldAddress(Analyzer &a, const Form *form, NodePtr base,
                     const StructInfo &record, const FieldInfo &field);
/// May a pointer of the type lead to a struct of that name: one that it names,
/// or a member of a union that it names?
bool mayLeadTo(Analyzer &a, const ValueType &type, llvm::StringRef record);
/// Checks that `base` may lead to `record`; reports and gives false when not.
bool checkPointee(Analyzer &a, const Form *form, const NodePtr &base,
                  const StructInfo &record);
// Expressions.cpp
NodePtr globalAddress(const GlobalInfo &global, SourceSpan span);
// Memory.cpp
/// What `(f T p [off])` works on.
struct ScalarPlace {
  MemoryType type;
  NodePtr base, offset;
};
/// The type and offset of such a call, whose `p` is `base`; nothing when one of
/// them is a mistake, which is reported.
std::optional<ScalarPlace> scalarPlace(Analyzer &a, const Call &call,
                                       NodePtr base);
// Tracepoints.cpp
NodePtr tracepointField(Analyzer &a, const Form *form, Forms args,
                        const Accessor &accessor);
// KernelReads.cpp
ir::Field makeField(const StructInfo &record, const FieldInfo &field);
NodePtr kernelLoad(Analyzer &a, const Form *form, NodePtr base,
                   const StructInfo &record, const FieldInfo &field);
NodePtr kernelAddress(Analyzer &a, const Form *form, NodePtr base,
                      const StructInfo &record, const FieldInfo &field);
NodePtr kernelLoadAt(Analyzer &a, const Form *form, NodePtr base,
                     NodePtr offset, ValueType type);
// AtomicResults.cpp
/// Reports values of atomic operations that the CPU level does not give.
void checkAtomicResults(Analyzer &a);
// PacketChecks.cpp
/// Reports packets that are touched before anything tells their length.
void checkPackets(Analyzer &a);
// Bounds.cpp
/// Reports uses of memory past its end.
void checkBounds(Analyzer &a);
// Results.cpp
/// Reports results that the kernel does not permit, and settles those that are
/// the same for all programs of a type.
void checkResults(Analyzer &a);
/// Warns of a constant that is a result of another type of program.
void checkResultName(Analyzer &a, const Form *name);
// Arithmetic.cpp
/// a + b by the rules of the language: pointers keep their space.
NodePtr add(Analyzer &a, const Form *form, NodePtr x, NodePtr y);
NodePtr arithmetic(Analyzer &a, const Form *form, Op op, NodePtr x, NodePtr y);
/// A constant of the program or of the kernel.
bool isNamedConstant(Analyzer &a, const Form *name);
/// The string that a literal or a constant's name gives, or null.
const Form *textOf(Analyzer &a, const Form *form);
/// Of several operands: unsigned, all of them, when one that is no literal is.
void unifySigns(std::vector<NodePtr> &operands);
// Maps.cpp
const MapInfo *mapArgument(Analyzer &a, const Form *form);
NodePtr mapNode(const MapInfo &map, SourceSpan span);
/// A key or value argument: address of a spilled scalar, or the pointer. With
/// `byAddress` every pointer into memory is one.
NodePtr mapOperand(Analyzer &a, const Form *form, const MapInfo &map,
                   bool isKey, bool byAddress);
/// The map of an operation that `helper` does; reports a type it cannot do.
const MapInfo *mapFor(Analyzer &a, const Form *form, llvm::StringRef helper);
NodePtr setMapEntry(Analyzer &a, const Form *form, Forms args,
                    const Form *value);
NodePtr incrementMapEntry(Analyzer &a, const Form *form, Forms args,
                          NodePtr delta);
// MapValues.cpp
/// `:inner` and `:values` of a map; false when something was reported.
bool setMapValues(Analyzer &a, const Form *form, const Form *inner,
                  const Form *values, const MapTypeRow &type, MapInfo &info,
                  ir::MapDefinition &map);
// MapDeclarations.cpp
/// Options of a map (after its name) into both; false when one is wrong.
bool defineMap(Analyzer &a, const Form *form, Forms options, MapInfo &info,
               ir::MapDefinition &map);
// Helpers.cpp
/// Reports a map of a type that the helper does not work on.
bool checkHelperMap(Analyzer &a, const Form *form, llvm::StringRef helper,
                    const MapInfo &map);
NodePtr callHelper(Analyzer &a, const Form *form, llvm::StringRef cName,
                   std::vector<NodePtr> arguments);
NodePtr callHelperByName(Analyzer &a, const Form *form, const HelperRow &row,
                         Forms args);
// Sections.cpp
/// Where a program goes: `given` or the type's own, ".s" when it may sleep.
std::string programSection(Analyzer &a, const ProgramTypeRow &type,
                           llvm::StringRef given, const Form *at,
                           bool isSleepable);
// RingBuffer.cpp
/// Remembers that programs put structs of that name into a buffer, for those
/// who read it.
void noteRecord(Analyzer &a, const MapInfo &map, llvm::StringRef name);
/// Discards every record above `keep` of the function's open ones.
void discardRecords(Analyzer &a, std::vector<NodePtr> &sequence, size_t keep,
                    SourceSpan span);
// Context.cpp
NodePtr storeContext(Analyzer &a, const Form *form, Forms args, NodePtr value);
// Sizes.cpp
/// The bytes that the pointer leads to: of a struct, array, variable or text;
/// 0 when nothing says.
uint64_t bytesAt(Analyzer &a, const Node &pointer);
/// A string constant that has room in `bytes` fills them, with NULs at its end.
void fitText(Node &value, uint64_t bytes);
/// Can `bits` hold the number, with or without a sign?
bool fitsIn(uint64_t value, unsigned bits);
/// Warns of a constant that a place of `type`, or of a field of `bits`, cuts.
void checkFits(Analyzer &a, const NodePtr &value, const ValueType &type);
void checkFits(Analyzer &a, const NodePtr &value, const ValueType &type,
               unsigned bits);
// Bindings.cpp
/// The type of a variable of type `declared` that holds a `value`.
ValueType boundType(const ValueType &value,
                    const std::optional<MemoryType> &declared);
// FunctionSyntax.cpp
/// Fills in what the form says, once; `isBroken` when something was reported.
void parseSubprogram(Analyzer &a, SubprogramInfo &info);
// StructOps.cpp
/// The prototype of a kernel struct's member, by `struct.member`; nothing when
/// there is none.
std::optional<btf::Function> opsFunction(Analyzer &a, llvm::StringRef path,
                                         const Form *at);
/// After everything is declared: programs and interfaces agree.
void checkStructOps(Analyzer &a);
// Callbacks.cpp
/// #'name as an argument of `helper`, which works on `map` (or none) and passes
/// a value of type `context` on.
NodePtr callbackArgument(Analyzer &a, const Form *form, llvm::StringRef helper,
                         const MapInfo *map, const ValueType &context);
// Functions.cpp
/// The address of an instance of the function that `helper` calls with values
/// of the types `passed`.
NodePtr subprogramReference(Analyzer &a, const Form *form, SubprogramInfo &info,
                            const std::string &helper,
                            llvm::ArrayRef<ValueType> passed,
                            CallbackResult result);
NodePtr callSubprogram(Analyzer &a, const Form *form, SubprogramInfo &info,
                       Forms args);
/// What `return` does: yields the node that leaves with `value`.
NodePtr leaveWith(Analyzer &a, NodePtr value, SourceSpan span);
/// Analyzes what nobody calls, to find its mistakes.
void finishSubprograms(Analyzer &a);
/// After the body of a program or function is complete.
void finishCode(Analyzer &a, Code &code, size_t firstSubprogram);
/// The kernel follows calls to a depth of 8.
void checkCallDepth(Analyzer &a, const Form *program, unsigned frames);
// BpfLoop.cpp
NodePtr leaveCallback(Analyzer &a, NodePtr value, SourceSpan span);
/// `break` (`stops`) or `continue` of the loop whose body this callback is.
NodePtr leaveRound(Analyzer &a, bool stops, SourceSpan span);
/// `variable` of a code around the present one, for use here.
void capture(Analyzer &a, FunctionState &owner, Variable *variable);
// Arguments.cpp
/// (retval) where the context holds it.
NodePtr attachedResult(Analyzer &a, const Call &call);
/// Whether words of the context are typed pointers for the verifier.
bool hasTypedWords(const FunctionState &function);
/// Warns when the kernel's types lack what the section, written `at`, names:
/// the kernel refuses such a program when it is loaded.
void checkTarget(Analyzer &a, const Form *at);
/// (ctx field) of an iterator.
NodePtr iteratorField(Analyzer &a, const Form *form, const Form *name);
// KernelFunctions.cpp
/// "; did you mean …" of the kernel's functions whose names begin with
/// `prefix`, which is left out.
std::string closestFunctions(const btf::Btf &types, llvm::StringRef name,
                             llvm::StringRef prefix);
// KernelStructs.cpp
llvm::Expected<MemoryType> kernelMemoryType(const btf::Btf &btf,
                                            btf::TypeId id);
// NullTests.cpp
/// Pointers that a test shows to be other than 0, by its outcome.
struct NullFacts {
  std::vector<const Variable *> whenTrue, whenFalse;
};
/// The expression as a test.
NodePtr analyzeTest(Analyzer &a, const Form *form, NullFacts &facts);
/// What is known in the arms of a test and after them. Between the calls the
/// arms are analyzed, the first one after `startThen`.
class Branches {
public:
  Branches(Analyzer &a, const NullFacts &facts);
  void startThen();
  void startElse();
  void join(const NodePtr &then, const NodePtr &otherwise);

private:
  llvm::DenseSet<const Variable *> &facts_, before_, afterThen_;
  const NullFacts tests_;
};
// Places.cpp
NodePtr assign(Analyzer &a, const Form *place, const Form *value,
               const Form *form);
NodePtr setVariable(Analyzer &a, Variable *variable, NodePtr value,
                    SourceSpan span);

#define WHISTLER_BUILTIN(NAME, MIN, MAX, HANDLER, DATA, DOC)                   \
  NodePtr HANDLER(Analyzer &a, const Call &call);
#include "Builtins.def"
#define WHISTLER_DECLARATION(NAME, HANDLER, DOC)                               \
  void HANDLER(Analyzer &a, const Form *form, Forms args);
#include "Declarations.def"

} // namespace whistler::compiler

#endif
