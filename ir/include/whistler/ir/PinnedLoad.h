#ifndef WHISTLER_IR_PINNEDLOAD_H
#define WHISTLER_IR_PINNEDLOAD_H

#include <llvm/IR/Instructions.h>
#include <llvm/IR/Metadata.h>

#include <string_view>

namespace whistler::ir {

/// The metadata kind of loads through pointers of which the verifier wants one
/// kind for each instruction: typed kernel pointers and the context. The
/// backend never merges such a load with another one.
constexpr std::string_view kPinnedLoad = "whistler.pinned";

inline llvm::LoadInst *pinLoad(llvm::LoadInst *load) {
  load->setMetadata(kPinnedLoad, llvm::MDNode::get(load->getContext(), {}));
  return load;
}

} // namespace whistler::ir

#endif
