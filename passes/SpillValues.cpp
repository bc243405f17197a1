// Where 512 bytes of stack don't hold what is alive, values are kept in an
// entry of a per-CPU array, one entry for each function:
//
//   %a = load i64, ptr %buffer          %a = load i64, ptr %buffer
//   …                                   store volatile i64 %a, ptr %area[0]
//   … 200 more                    =>    …
//   %s = add i64 %x, %a                 %a.again = load volatile i64, ptr
//                                                  %area[0]
//                                       %s = add i64 %x, %a.again
//
// A store and a load cost about a nanosecond; reading kernel memory once more
// would cost twenty times that, and could give another value. The accesses are
// volatile so that nothing takes them together again.
//
// No other run of the function may use the entry in between. The kernel sees to
// that for the program types in kNotNested: it counts the runs on a CPU and
// skips a program that would run inside itself (bpf_prog_active in
// trace_call_bpf, prog->active in __bpf_prog_enter), or runs it with softirqs
// off. Other types can be preempted half-way; functions of theirs are left
// alone, and so are all subprograms where one is in the module.
//
// Runs last, on functions that the backend has refused for their stack.

#include "SpillValues.h"

#include "EnsureDebugInfo.h"
#include "LiveValues.h"
#include "whistler/ir/HelperCall.h"
#include "whistler/ir/Program.h"
#include "whistler/passes/Pipelines.h"

#include <linux/bpf.h>
#include <llvm/ADT/StringExtras.h>
#include <llvm/Analysis/OptimizationRemarkEmitter.h>

#define DEBUG_TYPE "whistler-spill-values"

using namespace llvm;

namespace whistler::passes {

namespace {

constexpr uint64_t kSlotBytes = 8;
/// A value of a per-CPU array: PCPU_MIN_UNIT_SIZE of the kernel, 32 KiB.
constexpr size_t kMostSlots = 32768 / kSlotBytes;

constexpr StringLiteral kNotNested[] = {
    "kprobe",
    "kretprobe",
    "ksyscall",
    "kretsyscall",
    "uprobe",
    "uretprobe",
    "usdt",
    "tp",
    "tracepoint",
    "raw_tp",
    "raw_tracepoint",
    "tp_btf",
    "fentry",
    "fexit",
    "fmod_ret",
    "lsm",
    "perf_event",
    "xdp",
    "tc",
    "tcx",
    "classifier",
    "action",
    "socket",
};

/// Whether at most one run of the program is under way on a CPU.
bool isNotNested(StringRef section) {
  StringRef type = section.ltrim('?').split('/').first;
  return is_contained(kNotNested, type); // "fentry.s" and so on may sleep
}

bool mayBeNested(const Function &function) {
  return !function.isDeclaration() && function.hasSection() &&
         !isNotNested(function.getSection());
}

/// Whether a use so near keeps its value in a register.
bool isNear(const Instruction &value, const Instruction &user) {
  constexpr unsigned kNear = 12;
  const Instruction *at = &value;
  for (unsigned i = 0; i != kNear; ++i) {
    at = at->getNextNode();
    if (!at || at == &user)
      return at && !isa<PHINode>(user);
    if (isa<CallBase>(at) && !isa<IntrinsicInst>(at))
      return false;
  }
  return false;
}

class Spiller {
public:
  explicit Spiller(Value *area) : area_(area) {}

  void spill(Instruction &value, unsigned slot) {
    std::vector<Use *> uses;
    for (Use &use : value.uses())
      if (!isNear(value, *cast<Instruction>(use.getUser())))
        uses.push_back(&use);
    IRBuilder<> builder(value.getParent(), behind(value));
    builder.SetCurrentDebugLocation(value.getDebugLoc());
    builder.CreateAlignedStore(&value, place(builder, slot), Align(kSlotBytes),
                               /*isVolatile=*/true);
    // One for a place, as the entries of a phi for one block must be equal.
    DenseMap<Instruction *, Value *> loads;
    for (Use *use : uses) {
      Instruction *at = whereUsed(*use);
      Value *&load = loads[at];
      if (!load) {
        builder.SetInsertPoint(at);
        builder.SetCurrentDebugLocation(at->getDebugLoc());
        load = builder.CreateAlignedLoad(value.getType(), place(builder, slot),
                                         Align(kSlotBytes), /*isVolatile=*/true,
                                         value.getName() + ".again");
      }
      use->set(load);
    }
  }

private:
  static BasicBlock::iterator behind(Instruction &value) {
    return std::next(value.getIterator());
  }

  static Instruction *whereUsed(const Use &use) {
    auto *user = cast<Instruction>(use.getUser());
    auto *phi = dyn_cast<PHINode>(user);
    return phi ? phi->getIncomingBlock(use)->getTerminator() : user;
  }

  Value *place(IRBuilderBase &builder, unsigned slot) {
    return builder.CreateConstInBoundsGEP1_64(builder.getInt8Ty(), area_,
                                              slot * kSlotBytes);
  }

  Value *area_;
};

/// The function's entry of the array, found behind its stack slots. A look-up
/// in an array can't fail, which the verifier doesn't know.
Value *findArea(Function &function, GlobalVariable &map, unsigned index) {
  BasicBlock &entry = function.getEntryBlock();
  IRBuilder<> builder(&*entry.getFirstNonPHIOrDbgOrAlloca());
  if (DISubprogram *subprogram = function.getSubprogram())
    builder.SetCurrentDebugLocation(DILocation::get(
        function.getContext(), subprogram->getLine(), 0, subprogram));
  AllocaInst *key;
  {
    IRBuilderBase::InsertPointGuard guard(builder);
    builder.SetInsertPoint(&entry, entry.begin());
    key = builder.CreateAlloca(builder.getInt32Ty(), nullptr, "spill.key");
  }
  ir::HelperSignature lookup;
  lookup.id = BPF_FUNC_map_lookup_elem;
  lookup.effects = ir::HelperEffects::ProgramMemory;
  lookup.returnsPointer = true;
  auto *bytes = builder.getInt64(sizeof(uint32_t));
  builder.CreateLifetimeStart(key, bytes);
  builder.CreateStore(builder.getInt32(index), key);
  Value *area = ir::createHelperCall(builder, lookup, {&map, key});
  area->setName("spill.area");
  builder.CreateLifetimeEnd(key, bytes);
  Value *missing = builder.CreateIsNull(area);
  BasicBlock *body =
      entry.splitBasicBlock(builder.GetInsertPoint(), "spill.body");
  auto *none =
      BasicBlock::Create(function.getContext(), "spill.none", &function, body);
  builder.SetInsertPoint(entry.getTerminator());
  builder.CreateCondBr(missing, none, body);
  entry.getTerminator()->eraseFromParent();
  builder.SetInsertPoint(none);
  Type *result = function.getReturnType();
  if (result->isVoidTy())
    builder.CreateRetVoid();
  else
    builder.CreateRet(Constant::getNullValue(result));
  return area;
}

GlobalVariable *addArray(Module &module, size_t entries, size_t slots) {
  auto word = std::make_shared<ir::DataType>();
  word->bytes = kSlotBytes;
  auto key = std::make_shared<ir::DataType>();
  key->bytes = sizeof(uint32_t);
  auto area = std::make_shared<ir::DataType>();
  area->kind = ir::DataType::Kind::Array;
  area->element = word;
  area->count = slots;
  area->bytes = slots * kSlotBytes;
  ir::MapDefinition map;
  map.name = kSpillMap;
  map.type = BPF_MAP_TYPE_PERCPU_ARRAY;
  map.maxEntries = entries;
  map.key = key;
  map.value = area;
  return ir::ModuleBuilder::addMapTo(module, map);
}

void report(Function &function, size_t values) {
  OptimizationRemarkEmitter remarks(&function);
  DiagnosticLocation where(function.getSubprogram());
  remarks.emit([&] {
    return OptimizationRemarkMissed(DEBUG_TYPE, "ValuesSpilled", where,
                                    &function.getEntryBlock())
           << ore::NV("Values", static_cast<unsigned>(values))
           << " values wait in a per-CPU array: the stack has no room for them";
  });
}

} // namespace

PreservedAnalyses SpillValues::run(Module &module,
                                   ModuleAnalysisManager &analyses) {
  bool canBeNested = any_of(module, mayBeNested);
  auto &functions =
      analyses.getResult<FunctionAnalysisManagerModuleProxy>(module)
          .getManager();
  std::vector<std::pair<Function *, std::vector<Instruction *>>> spills;
  size_t slots = 0;
  for (Function &function : module) {
    if (function.isDeclaration() || mayBeNested(function) ||
        (canBeNested && !function.hasSection()))
      continue;
    auto values = chooseSpills(
        function, functions.getResult<LoopAnalysis>(function), most);
    if (values.empty())
      continue;
    values.resize(std::min(values.size(), kMostSlots));
    slots = std::max(slots, values.size());
    spills.push_back({&function, std::move(values)});
  }
  if (spills.empty())
    return PreservedAnalyses::all();
  ensureDebugInfo(module); // without it the map has no BTF
  GlobalVariable *map = addArray(module, spills.size(), slots);
  for (auto [index, spill] : enumerate(spills)) {
    auto &[function, values] = spill;
    Spiller spiller(findArea(*function, *map, unsigned(index)));
    for (auto [slot, value] : enumerate(values))
      spiller.spill(*value, unsigned(slot));
    report(*function, values.size());
  }
  return PreservedAnalyses::none();
}

} // namespace whistler::passes
