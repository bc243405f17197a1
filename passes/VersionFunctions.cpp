// One object for all kernels: a function with kernel reads is copied for each
// kind of kernel, and the copies are lowered and optimized apart.
//
//   define i32 @k5(ptr %ctx) { … reads … }
// =>
//   define i32 @k5(ptr %ctx) {
//     %1 = call i64 @whistler.core.enumerator_exists…KF_bpf_rdonly_cast()
//     %has = icmp ne i64 %1, 0                       ; the loader knows
//     br i1 %has, label %direct, label %helper
//   direct:
//     %2 = call i32 @k5.direct(ptr %ctx)             ; loads
//   helper:
//     %3 = call i32 @k5.helper(ptr %ctx)             ; fused helper reads
//   }
//
// The choices are constants once the program is loaded: the verifier never
// looks into the other copies and removes them; one instruction stays for each
// choice. Copies rather than a choice at each base: behind one test at the top
// nothing is held in registers for the other kernels, and LLVM sees plain
// straight code (docs/kernel-reads.md has the figures).
//
// The copies are functions until LLVM's pipeline is through, so that it moves
// nothing from one to the other; whistler-join-versions, which registerPasses
// adds to the pipeline's end, puts them together again. Runs after the passes
// that merge equal reads, which need be done only once.

#include "VersionFunctions.h"

#include "BytesRead.h"
#include "Versions.h"
#include "whistler/ir/HelperCall.h"

#include <linux/bpf.h>
#include <llvm/Analysis/OptimizationRemarkEmitter.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/Transforms/Utils/Cloning.h>

#define DEBUG_TYPE "whistler-version-functions"

using namespace llvm;

namespace whistler::passes {

namespace {

/// A jump's reach, and about what becomes of a read by helper and of any other
/// instruction. The backend knows exactly; what it refuses is compiled again
/// without versions.
constexpr size_t kMostInstructions = 32'000;
constexpr size_t kHelperRead = 16, kOther = 2;

struct Count {
  size_t reads = 0, trusted = 0, task = 0, direct = 0;
  size_t taskTests = 0, directTests = 0; ///< of pointers that may be null
};

Count countReads(Function &function) {
  Count count;
  TypedPointers trusted(function, kHelperVersion.rules),
      task(function, kTaskVersion.rules),
      direct(function, kDirectVersion.rules);
  for (Instruction &inst : instructions(function)) {
    auto operation = ir::matchOperation(inst);
    if (!operation)
      continue;
    auto site = readSite(*operation);
    bool isBytes = canReadBytes(*operation);
    count.reads += site || isBytes;
    if (!site) {
      count.direct += isBytes;
      continue;
    }
    DirectRead inTask = task.plan(*site), inDirect = direct.plan(*site);
    count.trusted += trusted.plan(*site).how != DirectRead::How::Refused;
    count.task += inTask.how != DirectRead::How::Refused;
    count.direct += inDirect.how != DirectRead::How::Refused || isBytes;
    count.taskTests += inTask.isNullable;
    count.directTests += inDirect.isNullable;
  }
  return count;
}

/// The versions that do more reads without a helper than the next one, or the
/// same with fewer tests, best first, the helper version last; empty when that
/// does all.
SmallVector<const VersionRow *, 3> chooseVersions(const Count &count) {
  SmallVector<const VersionRow *, 3> versions;
  if (count.direct > count.task ||
      (count.task > count.trusted && count.directTests < count.taskTests))
    versions.push_back(&kDirectVersion);
  if (count.task > count.trusted)
    versions.push_back(&kTaskVersion);
  if (!versions.empty())
    versions.push_back(&kHelperVersion);
  return versions;
}

DebugLoc startOf(const Function &function) {
  DISubprogram *subprogram = function.getSubprogram();
  if (!subprogram)
    return DebugLoc();
  return DILocation::get(function.getContext(), subprogram->getLine(), 0,
                         subprogram);
}

class Versioner {
public:
  Versioner(Function &function, ArrayRef<const VersionRow *> versions)
      : function_(function), versions_(versions),
        builder_(function.getContext()) {}

  void run() {
    SmallVector<Function *, 3> copies;
    for (const VersionRow *version : versions_)
      copies.push_back(copy(*version));
    DISubprogram *subprogram = function_.getSubprogram();
    auto linkage = function_.getLinkage();
    function_.deleteBody();
    function_.setLinkage(linkage);
    function_.setSubprogram(subprogram);
    builder_.SetCurrentDebugLocation(startOf(function_));
    dispatch(copies);
  }

private:
  Function *copy(const VersionRow &version) {
    ValueToValueMapTy values;
    Function *copy = CloneFunction(&function_, values);
    copy->setName(function_.getName() + "." + version.name);
    copy->setLinkage(GlobalValue::InternalLinkage);
    copy->setSection("");
    copy->setComdat(nullptr);
    copy->addFnAttr(Attribute::NoInline);
    copy->addFnAttr(kVersionAttribute, version.name);
    if (isTracing(function_))
      copy->addFnAttr(kTracingAttribute);
    return copy;
  }

  void dispatch(ArrayRef<Function *> copies) {
    auto *block =
        BasicBlock::Create(function_.getContext(), "entry", &function_);
    for (size_t i = 0; i + 1 < copies.size(); ++i) {
      auto *then = BasicBlock::Create(function_.getContext(),
                                      versions_[i]->name, &function_);
      auto *next = BasicBlock::Create(function_.getContext(),
                                      versions_[i + 1]->name, &function_);
      builder_.SetInsertPoint(block);
      builder_.CreateCondBr(guard(*versions_[i]), then, next);
      call(then, *copies[i]);
      block = next;
    }
    call(block, *copies.back());
  }

  void call(BasicBlock *block, Function &copy) {
    builder_.SetInsertPoint(block);
    SmallVector<Value *, 5> arguments;
    for (Argument &argument : function_.args())
      arguments.push_back(&argument);
    CallInst *result = builder_.CreateCall(&copy, arguments);
    result->setCallingConv(copy.getCallingConv());
    if (result->getType()->isVoidTy())
      builder_.CreateRetVoid();
    else
      builder_.CreateRet(result);
  }

  /// The kernel has what the version needs.
  Value *guard(const VersionRow &version) {
    ir::EnumeratorIdentity feature = featureOf(version);
    Value *exists = ir::createEnumeratorFact(
        builder_, ir::CoreFact::EnumeratorExists, feature);
    return builder_.CreateICmpNE(exists, builder_.getInt64(0));
  }

  /// An enumerator that came with it. The verifier's own list of kfuncs names
  /// bpf_rdonly_cast; that the function has an address says the same, in one
  /// instruction more. Outside of tracing programs helper 158 came with the
  /// series that added the one after it, in 5.15.
  ir::EnumeratorIdentity featureOf(const VersionRow &version) const {
    if (version.rules.casts)
      return {"special_kfunc_type", "KF_bpf_rdonly_cast", 0};
    if (isTracing(function_))
      return {"bpf_func_id", "BPF_FUNC_get_current_task_btf",
              BPF_FUNC_get_current_task_btf};
    return {"bpf_func_id", "BPF_FUNC_task_pt_regs", BPF_FUNC_task_pt_regs};
  }

  Function &function_;
  ArrayRef<const VersionRow *> versions_;
  IRBuilder<> builder_;
};

/// The helper version is the largest, and no jump goes over more than one.
bool isTooLarge(Function &function, const Count &count) {
  return count.reads * kHelperRead + function.getInstructionCount() * kOther >
         kMostInstructions;
}

bool runOnFunction(Function &function) {
  Count count = countReads(function);
  auto versions = chooseVersions(count);
  if (versions.empty())
    return false;
  OptimizationRemarkEmitter remarks(&function);
  const DebugLoc where = startOf(function);
  if (isTooLarge(function, count)) {
    remarks.emit([&] {
      return OptimizationRemarkMissed(DEBUG_TYPE, "NoVersions", where,
                                      &function.getEntryBlock())
             << "no direct loads: the function is too large to have a version "
                "for each kind of kernel";
    });
    return false;
  }
  remarks.emit([&] {
    return OptimizationRemark(DEBUG_TYPE, "Versions", where,
                              &function.getEntryBlock())
           << ore::NV("Versions", static_cast<unsigned>(versions.size()))
           << " versions, for kernels that can and can't do without helper "
              "reads: "
           << ore::NV("Direct",
                      static_cast<unsigned>(std::max(count.direct, count.task)))
           << " of " << ore::NV("Reads", static_cast<unsigned>(count.reads))
           << " reads are direct loads in the best";
  });
  Versioner(function, versions).run();
  return true;
}

} // namespace

PreservedAnalyses VersionFunctions::run(Module &module,
                                        ModuleAnalysisManager &analyses) {
  SmallVector<Function *, 8> functions;
  for (Function &function : module)
    if (!function.isDeclaration() && !versionOf(function))
      functions.push_back(&function);
  bool changed = false;
  for (Function *function : functions)
    changed |= runOnFunction(*function);
  return changed ? PreservedAnalyses::none() : PreservedAnalyses::all();
}

} // namespace whistler::passes
