#ifndef WHISTLER_BACKEND_LIBBPF_H
#define WHISTLER_BACKEND_LIBBPF_H

#include "LibbpfMessages.h"

#include <llvm/ADT/ArrayRef.h>
#include <llvm/Support/Error.h>

#include <bpf/libbpf.h>

#include <memory>
#include <string>

namespace whistler::backend {

struct CloseObject {
  void operator()(bpf_object *object) const { bpf_object__close(object); }
};
using ObjectHandle = std::unique_ptr<bpf_object, CloseObject>;

/// Parses the object; nothing is loaded. Errors: BackendError.
llvm::Expected<ObjectHandle> openForLoading(llvm::ArrayRef<char> object,
                                            const std::string &btfPath,
                                            const LibbpfMessages &messages);

/// Tries a program of two instructions. Errors: PermissionError.
llvm::Error checkPermission();

/// "Permission denied (EACCES)"-like text of an errno value.
std::string errorText(int number);

} // namespace whistler::backend

#endif
