// CO-RE intrinsics become loads of globals such as
// @"llvm.task_struct:0:1264$0:3", which code generation turns into one
// instruction and a relocation record:
//
//   %p = call ptr @llvm.preserve.struct.access.index(ptr %task, i32 0, i32 3)
// =>
//   %o = load i64, ptr @"llvm.task_struct:0:1264$0:3"
//   %a = getelementptr i8, ptr %task, i64 %o
//   %p = call ptr @llvm.bpf.passthrough(i32 1, ptr %a)
//
// LLVM's BPFAbstractMemberAccess does the same as the first step of the
// target's pipeline, but it remembers the globals in a static table by name
// and never forgets one (LLVM 19.1.7): a second module in the same process
// refers to the globals of the first, freed or not, and two threads race on
// the table. A library can't live with that, and it ends the process on
// malformed metadata besides. With nothing left for it, it does nothing.
//
// The passthrough has a number of its own for each access, so that no pass
// merges two of them into one whose relocation would be ambiguous. Other than
// the target's, the new instructions have the access's source line: a field
// that the running kernel lacks is reported there. The code is the same.

#include "BindRelocations.h"

#include "CoreAccess.h"
#include "whistler/backend/Target.h"

#include <llvm/DebugInfo/BTF/BTF.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/IntrinsicsBPF.h>

#include <map>

using namespace llvm;

namespace whistler::backend {

namespace {

/// Above the numbers that the target's own passes count from 0.
constexpr uint32_t kFirstNumber = 1u << 24;

struct Request {
  CallInst *call;
  std::optional<CoreAccess> access;
};

class Binder {
public:
  explicit Binder(Module &module) : module_(module) {}

  void bind(Request &request) {
    CallInst &call = *request.call;
    if (!call.use_empty())
      call.replaceAllUsesWith(request.access ? relocated(call, *request.access)
                                             : plainAddress(call));
    Value *address = call.getArgOperand(0);
    auto *text = call.arg_size() > 1
                     ? dyn_cast<GlobalVariable>(call.getArgOperand(1))
                     : nullptr;
    call.eraseFromParent();
    eraseUnusedCasts(address);
    // An enumerator's name: -O0 would leave it in the program's data.
    if (text && text->hasLocalLinkage() && text->use_empty())
      text->eraseFromParent();
  }

private:
  Value *relocated(CallInst &call, const CoreAccess &access) {
    IRBuilder<> builder(&call);
    GlobalVariable *global = globalFor(access);
    Value *value = builder.CreateLoad(numberType(access), global);
    if (!access.root)
      return passThrough(builder, value);
    Value *root = access.root->getArgOperand(0);
    if (!isNumberOnly(call))
      return passThrough(builder, builder.CreatePtrAdd(root, value));
    // offset + base: the sum takes the offset's register, which dies here,
    // and the base needs no copy to live on.
    value = builder.CreateAdd(value,
                              builder.CreatePtrToInt(root, value->getType()));
    return builder.CreateIntToPtr(passThrough(builder, value), call.getType());
  }

  Value *passThrough(IRBuilder<> &builder, Value *value) {
    return builder.CreateIntrinsic(Intrinsic::bpf_passthrough,
                                   {value->getType(), value->getType()},
                                   {builder.getInt32(nextNumber_++), value});
  }

  /// The address goes to helpers as a number; nothing loads through it.
  static bool isNumberOnly(const CallInst &call) {
    return all_of(call.users(),
                  [](const User *user) { return isa<PtrToIntInst>(user); });
  }

  GlobalVariable *globalFor(const CoreAccess &access) {
    bool isId = access.kind == BTF::BTF_TYPE_ID_LOCAL ||
                access.kind == BTF::BTF_TYPE_ID_REMOTE;
    std::string name =
        isId ? ("llvm.btf_type_id." + Twine(nextTypeId_++) + "$" +
                Twine(access.kind))
                   .str()
             : ("llvm." + access.type->getName() + ":" + Twine(access.kind) +
                ":" + Twine(int64_t(access.value)) + "$" + access.path)
                   .str();
    // One global by name, whatever the width of its loads.
    GlobalVariable *&global = globals_[name];
    if (global)
      return global;
    global = new GlobalVariable(module_, numberType(access),
                                /*isConstant=*/false,
                                GlobalValue::ExternalLinkage, nullptr, name);
    global->addAttribute(isId ? "btf_type_id" : "btf_ama");
    global->setMetadata(LLVMContext::MD_preserve_access_index, access.type);
    return global;
  }

  Type *numberType(const CoreAccess &access) {
    return IntegerType::get(module_.getContext(), access.wide ? 64 : 32);
  }

  /// An access that needs no relocation.
  static Value *plainAddress(CallInst &call) {
    IRBuilder<> builder(&call);
    auto number = [&](unsigned operand) {
      return cast<ConstantInt>(call.getArgOperand(operand))->getZExtValue();
    };
    Value *address = call.getArgOperand(0);
    if (call.getIntrinsicID() == Intrinsic::preserve_union_access_index)
      return address;
    bool isArray =
        call.getIntrinsicID() == Intrinsic::preserve_array_access_index;
    SmallVector<Value *, 4> indices(isArray ? number(1) : 1,
                                    builder.getInt32(0));
    indices.push_back(call.getArgOperand(isArray ? 2 : 1));
    return builder.CreateInBoundsGEP(call.getParamElementType(0), address,
                                     indices);
  }

  /// They would keep an intermediate step of a chain alive.
  static void eraseUnusedCasts(Value *value) {
    while (auto *cast = dyn_cast_or_null<Instruction>(value)) {
      if (!cast->use_empty() || !isa<GetElementPtrInst, BitCastInst>(cast))
        return;
      value = cast->getOperand(0);
      cast->eraseFromParent();
    }
  }

  Module &module_;
  std::map<std::string, GlobalVariable *> globals_;
  uint32_t nextNumber_ = kFirstNumber;
  unsigned nextTypeId_ = 0;
};

} // namespace

Error bindRelocations(Module &module) {
  std::vector<Request> requests;
  for (Function &function : module)
    for (Instruction &instruction : instructions(function)) {
      if (!isCoreIntrinsic(instruction))
        continue;
      auto *call = cast<CallInst>(&instruction);
      auto access = readCoreAccess(*call);
      if (!access)
        return access.takeError();
      requests.push_back({call, *access});
    }
  // The end of a chain first: what only served as its beginning is then unused
  // and gets no relocation of its own.
  stable_sort(requests, [](const Request &a, const Request &b) {
    return (a.access ? a.access->depth : 1) > (b.access ? b.access->depth : 1);
  });
  Binder binder(module);
  for (Request &request : requests)
    binder.bind(request);
  return Error::success();
}

} // namespace whistler::backend
