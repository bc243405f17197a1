#ifndef WHISTLER_BTF_BTF_H
#define WHISTLER_BTF_BTF_H

#include "whistler/btf/Types.h"

#include <llvm/ADT/ArrayRef.h>
#include <llvm/ADT/StringRef.h>
#include <llvm/Support/Error.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace whistler::btf {

/// The types of one kernel image (or module on its base), read-only after
/// opening. Every `const` function may be called from any number of threads.
class Btf {
public:
  /// Where the running kernel shows its types.
  static constexpr const char *kKernelPath = "/sys/kernel/btf/vmlinux";

  /// Opens a file of raw BTF or an ELF file with a `.BTF` section (told apart
  /// by content). `base` is what module BTF continues, kept alive; when none is
  /// given, a file of module BTF is put on `vmlinux` of its folder or, without
  /// one, on the running kernel's.
  /// Errors: FileError (cannot read), CorruptBtfError (not BTF, truncated, or
  /// references that lead outside of it).
  static llvm::Expected<std::shared_ptr<const Btf>>
  open(const std::string &path, std::shared_ptr<const Btf> base = nullptr);

  /// Reads BTF from memory; the bytes are copied. Errors: CorruptBtfError.
  static llvm::Expected<std::shared_ptr<const Btf>>
  fromMemory(llvm::ArrayRef<uint8_t> bytes,
             std::shared_ptr<const Btf> base = nullptr);

  ~Btf();
  Btf(const Btf &) = delete;
  Btf &operator=(const Btf &) = delete;

  /// The struct, union, or typedef of either, of that C name, its fields laid
  /// out with members of anonymous aggregates flattened in. A module's own
  /// types come before its base's. Types that are structurally identical count
  /// as one.
  /// Errors: UnknownTypeError, AmbiguousTypeError (two different complete
  /// types of one name), CorruptBtfError.
  llvm::Expected<Aggregate> findAggregate(llvm::StringRef name) const;
  /// The same by BTF id (typedefs and qualifiers are followed).
  llvm::Expected<Aggregate> aggregate(TypeId id) const;

  /// What a loader finds under a C name: a struct or union, else an enum, else
  /// a typedef of any type; a declaration alone is nothing. A module's own come
  /// before its base's.
  std::optional<NamedType> findType(llvm::StringRef name) const;

  /// Whether a program may load `field` of `record` through a typed pointer,
  /// as the kernel that these types are of sees it. Errors: UnknownTypeError
  /// (no such id), CorruptBtfError.
  llvm::Expected<DirectLoad> directLoad(TypeId record,
                                        const Field &field) const;

  /// The value type behind `id`: typedefs, qualifiers and type tags removed.
  /// Errors: UnknownTypeError (no such id), CorruptBtfError.
  llvm::Expected<Type> type(TypeId id) const;

  /// The integer value of an enumerator (enum or enum64) and its enum's name,
  /// or nothing. An enumerator that two enums define with two values is
  /// nothing. A module's own come before its base's.
  std::optional<Enumerator> findEnumerator(llvm::StringRef name) const;

  /// The prototype of a kernel function or kfunc.
  /// Errors: UnknownTypeError; AmbiguousTypeError (functions of one name with
  /// different prototypes; of the candidates only name and id are filled in);
  /// CorruptBtfError.
  llvm::Expected<Function> findFunction(llvm::StringRef name) const;

  /// The prototype of the functions that a pointer of type `id` leads to, or
  /// that `id` itself describes; without a name. Errors: UnknownTypeError (it
  /// is no such type); CorruptBtfError.
  llvm::Expected<Function> functionType(TypeId id) const;

  /// Calls `visit` with every struct, union and typedef name, for "did you
  /// mean" lists. Order unspecified; names may repeat.
  void
  forEachAggregateName(llvm::function_ref<void(llvm::StringRef)> visit) const;

  /// The same with the name of every kernel function.
  void
  forEachFunctionName(llvm::function_ref<void(llvm::StringRef)> visit) const;

  /// Is the type this module's own, not its base's? The running kernel knows
  /// such types, but programs cannot name them to it.
  bool isOwnOfModule(TypeId id) const;

  /// Number of types, the base's included.
  uint32_t typeCount() const;

private:
  struct Impl;
  explicit Btf(std::unique_ptr<Impl> impl);
  static llvm::Expected<std::shared_ptr<const Btf>>
  openBase(const std::string &path);
  static llvm::Expected<std::shared_ptr<const Btf>>
  read(llvm::ArrayRef<uint8_t> bytes, std::shared_ptr<const Btf> base,
       std::string where);
  std::unique_ptr<Impl> impl_;
};

/// Opened BTF by path, so that many compilations of one process read a kernel
/// image once. Thread-safe. Keeps what it opened until `reset`; objects handed
/// out live on as long as somebody holds them.
class BtfCache {
public:
  BtfCache();
  ~BtfCache();
  /// As `Btf::open(path)`, or what an earlier call opened. A file that has
  /// changed (device, inode, size; times too, except on sysfs) is opened again.
  llvm::Expected<std::shared_ptr<const Btf>> open(const std::string &path);
  /// Module `name` on the kernel whose types are in the file `kernel`: the file
  /// of that name beside it.
  llvm::Expected<std::shared_ptr<const Btf>>
  openModule(const std::string &name,
             const std::string &kernel = Btf::kKernelPath);
  /// Forgets everything.
  void reset();

private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

} // namespace whistler::btf

#endif
