// Opening BTF, and looking things up by name.
//
// Look-ups are linear scans over the ids that validation collected by kind
// (20,000 named aggregates in a current kernel). A name index would have to
// hash every name before its first answer, which costs more than the tens of
// look-ups of one compilation do; bench/BtfBench.cpp has the figures.
//
// libbpf does the numbering (base and split BTF, strings across both). Its
// objects are only read after opening, so const functions need no lock; the
// pointer size, which libbpf computes on first use, is asked for at opening.

#include "whistler/btf/Btf.h"

#include "Layout.h"
#include "ReadFile.h"
#include "Resolve.h"
#include "SameType.h"
#include "StructWalk.h"
#include "Validate.h"
#include "whistler/btf/Errors.h"

#include <llvm/Support/FileSystem.h>
#include <llvm/Support/Path.h>

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace whistler::btf {

struct Btf::Impl {
  Image image;
  Tables tables;
  uint32_t stringBytes = 0;
  std::shared_ptr<const Btf> base;

  ~Impl() { btf__free(image.raw); }

  std::vector<TypeId> aggregatesNamed(const char *name) const;
  bool hasName(TypeId id, const char *name) const;
  bool isKfunc(TypeId id) const;
  void findEnumerators(const char *name, std::vector<Enumerator> &found) const;
  void addEnumerator(const btf_type *type, uint32_t index, const char *name,
                     std::vector<Enumerator> &found) const;
  llvm::Expected<Function> prototype(TypeId id) const;
  Function parametersOf(const btf_type *prototype) const;
};

Btf::Btf(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Btf::~Btf() = default;

namespace {

/// Split BTF from memory. libbpf before 1.3 declares btf__new_split without
/// exporting it, so the bytes go through a file that only memory holds.
::btf *parseSplit(llvm::ArrayRef<uint8_t> bytes, ::btf *base) {
  const int file = ::memfd_create("whistler-btf", MFD_CLOEXEC);
  if (file < 0)
    return nullptr;
  ::btf *raw = nullptr;
  int error = EIO;
  if (::write(file, bytes.data(), bytes.size()) == ssize_t(bytes.size())) {
    const std::string path = "/proc/self/fd/" + std::to_string(file);
    raw = btf__parse_raw_split(path.c_str(), base);
    error = errno;
  }
  ::close(file);
  errno = error;
  return raw;
}

llvm::Expected<::btf *> parse(llvm::ArrayRef<uint8_t> bytes, ::btf *base,
                              const std::string &where) {
  ::btf *raw =
      base ? parseSplit(bytes, base) : btf__new(bytes.data(), bytes.size());
  if (raw)
    return raw;
  return llvm::make_error<CorruptBtfError>(
      where, std::string("libbpf refuses it: ") + std::strerror(errno));
}

llvm::ArrayRef<uint8_t> bytesOf(const llvm::MemoryBuffer &buffer) {
  return {reinterpret_cast<const uint8_t *>(buffer.getBufferStart()),
          buffer.getBufferSize()};
}

} // namespace

llvm::Expected<std::shared_ptr<const Btf>>
Btf::read(llvm::ArrayRef<uint8_t> bytes, std::shared_ptr<const Btf> base,
          std::string where) {
  if (base && base->impl_->base)
    return llvm::make_error<CorruptBtfError>(
        where, "its base is itself a module's and needs one");
  BaseExtent extent;
  if (base)
    extent = {base->typeCount(), base->impl_->stringBytes};
  llvm::Expected<Tables> tables = validate(bytes, extent, where);
  if (!tables)
    return tables.takeError();
  auto raw = parse(bytes, base ? base->impl_->image.raw : nullptr, where);
  if (!raw)
    return raw.takeError();

  auto impl = std::make_unique<Impl>();
  impl->image.raw = *raw;
  impl->image.where = std::move(where);
  if (size_t bytesOfPointer = btf__pointer_size(impl->image.raw))
    impl->image.pointerBytes = bytesOfPointer;
  impl->image.hasEnumSigns =
      tables->hasEnumSigns || (base && base->impl_->image.hasEnumSigns);
  impl->tables = std::move(*tables);
  impl->stringBytes = stringSectionBytes(bytes);
  impl->base = std::move(base);
  return std::shared_ptr<const Btf>(new Btf(std::move(impl)));
}

/// What the module BTF in the file `path` continues.
llvm::Expected<std::shared_ptr<const Btf>>
Btf::openBase(const std::string &path) {
  llvm::SmallString<128> beside(path);
  llvm::sys::path::remove_filename(beside);
  llvm::sys::path::append(beside, "vmlinux");
  const bool isThere = llvm::sys::fs::exists(beside);
  const std::string file = isThere ? std::string(beside) : kKernelPath;
  auto buffer = readRawBtf(file);
  if (!buffer)
    return buffer.takeError();
  return read(bytesOf(**buffer), nullptr, file);
}

llvm::Expected<std::shared_ptr<const Btf>>
Btf::open(const std::string &path, std::shared_ptr<const Btf> base) {
  auto buffer = readRawBtf(path);
  if (!buffer)
    return buffer.takeError();
  if (!base && isSplit(bytesOf(**buffer))) {
    auto opened = openBase(path);
    if (!opened)
      return opened.takeError();
    base = std::move(*opened);
  }
  return read(bytesOf(**buffer), std::move(base), path);
}

llvm::Expected<std::shared_ptr<const Btf>>
Btf::fromMemory(llvm::ArrayRef<uint8_t> bytes,
                std::shared_ptr<const Btf> base) {
  return read(bytes, std::move(base), "memory");
}

bool Btf::isOwnOfModule(TypeId id) const {
  return impl_->base && id >= impl_->base->typeCount();
}

uint32_t Btf::typeCount() const { return btf__type_cnt(impl_->image.raw); }

bool Btf::Impl::hasName(TypeId id, const char *name) const {
  const btf_type *type = btf__type_by_id(image.raw, id);
  return std::strcmp(btf__name_by_offset(image.raw, type->name_off), name) == 0;
}

/// Ids of the complete structs and unions that the name stands for, each once.
std::vector<TypeId> Btf::Impl::aggregatesNamed(const char *name) const {
  std::vector<TypeId> found;
  for (TypeId id : tables.aggregates) {
    if (!hasName(id, name))
      continue;
    llvm::Expected<Stripped> stripped = strip(image, id);
    if (!stripped) {
      llvm::consumeError(stripped.takeError());
      found.push_back(id); // so that laying it out reports the corruption
      continue;
    }
    const bool isNew = std::none_of(found.begin(), found.end(), [&](TypeId o) {
      auto other = strip(image, o);
      if (!other) {
        llvm::consumeError(other.takeError());
        return false;
      }
      return other->id == stripped->id;
    });
    if (btf_is_composite(stripped->type) && isNew)
      found.push_back(id);
  }
  return found;
}

llvm::Expected<Aggregate> Btf::findAggregate(llvm::StringRef name) const {
  const std::string text = name.str();
  std::vector<TypeId> ids;
  if (!text.empty())
    ids = impl_->aggregatesNamed(text.c_str());
  if (ids.empty()) {
    if (impl_->base)
      return impl_->base->findAggregate(name);
    return llvm::make_error<UnknownTypeError>(text);
  }
  llvm::Expected<Aggregate> first = aggregate(ids.front());
  if (!first)
    return first;
  std::vector<Aggregate> different;
  for (size_t i = 1; i < ids.size(); ++i) {
    if (isSameType(impl_->image, ids.front(), ids[i]))
      continue;
    llvm::Expected<Aggregate> other = aggregate(ids[i]);
    if (!other)
      return other;
    different.push_back(std::move(*other));
  }
  if (different.empty()) {
    first->hasTwins = ids.size() > 1;
    return first;
  }
  different.insert(different.begin(), std::move(*first));
  return llvm::make_error<AmbiguousTypeError>(text, std::move(different));
}

std::optional<NamedType> Btf::findType(llvm::StringRef name) const {
  const std::string text = name.str();
  std::optional<NamedType> found;
  unsigned rank = 3; // of the kinds of names: lower ones are found first
  auto offer = [&](TypeId id, unsigned offered) {
    if (offered >= rank || !impl_->hasName(id, text.c_str()))
      return;
    llvm::Expected<Type> type = resolve(impl_->image, id);
    if (!type) {
      llvm::consumeError(type.takeError());
      return;
    }
    rank = offered;
    found = NamedType{std::move(*type), offered == 2};
  };
  for (TypeId id : impl_->tables.aggregates)
    offer(id, btf_is_typedef(btf__type_by_id(impl_->image.raw, id)) ? 2 : 0);
  for (TypeId id : impl_->tables.enums)
    offer(id, 1);
  if (text.empty())
    return std::nullopt;
  return !found && impl_->base ? impl_->base->findType(name) : found;
}

llvm::Expected<Aggregate> Btf::aggregate(TypeId id) const {
  return layOut(impl_->image, id);
}

llvm::Expected<DirectLoad> Btf::directLoad(TypeId record,
                                           const Field &field) const {
  return walkStruct(impl_->image, record, field);
}

llvm::Expected<Type> Btf::type(TypeId id) const {
  return resolve(impl_->image, id);
}

void Btf::forEachAggregateName(
    llvm::function_ref<void(llvm::StringRef)> visit) const {
  for (TypeId id : impl_->tables.aggregates)
    visit(nameOf(impl_->image, btf__type_by_id(impl_->image.raw, id)));
  if (impl_->base)
    impl_->base->forEachAggregateName(visit);
}

void Btf::forEachFunctionName(
    llvm::function_ref<void(llvm::StringRef)> visit) const {
  for (TypeId id : impl_->tables.functions)
    visit(nameOf(impl_->image, btf__type_by_id(impl_->image.raw, id)));
  if (impl_->base)
    impl_->base->forEachFunctionName(visit);
}

void Btf::Impl::addEnumerator(const btf_type *type, uint32_t index,
                              const char *name,
                              std::vector<Enumerator> &found) const {
  const bool isWide = btf_is_enum64(type);
  const uint32_t nameOffset = isWide ? btf_enum64(type)[index].name_off
                                     : btf_enum(type)[index].name_off;
  if (std::strcmp(btf__name_by_offset(image.raw, nameOffset), name) != 0)
    return;
  int64_t value;
  if (isWide)
    value = btf_enum64_value(btf_enum64(type) + index);
  else if (isSignedEnum(image, type))
    value = btf_enum(type)[index].val;
  else
    value = uint32_t(btf_enum(type)[index].val);
  found.push_back({nameOf(image, type).str(), value});
}

void Btf::Impl::findEnumerators(const char *name,
                                std::vector<Enumerator> &found) const {
  for (TypeId id : tables.enums) {
    const btf_type *type = btf__type_by_id(image.raw, id);
    for (uint32_t i = 0; i < btf_vlen(type); ++i)
      addEnumerator(type, i, name, found);
  }
}

std::optional<Enumerator> Btf::findEnumerator(llvm::StringRef name) const {
  const std::string text = name.str();
  std::vector<Enumerator> found;
  impl_->findEnumerators(text.c_str(), found);
  if (found.empty() && impl_->base)
    return impl_->base->findEnumerator(name);
  if (text.empty() || found.empty())
    return std::nullopt;
  for (const Enumerator &other : found)
    if (other.value != found.front().value)
      return std::nullopt;
  return found.front();
}

bool Btf::Impl::isKfunc(TypeId id) const {
  for (TypeId tagId : tables.declTags) {
    const btf_type *tag = btf__type_by_id(image.raw, tagId);
    if (tag->type == id && btf_decl_tag(tag)->component_idx == -1 &&
        nameOf(image, tag) == "bpf_kfunc")
      return true;
  }
  return false;
}

llvm::Expected<Function> Btf::Impl::prototype(TypeId id) const {
  const btf_type *function = btf__type_by_id(image.raw, id);
  const btf_type *prototype = btf__type_by_id(image.raw, function->type);
  if (!prototype || !btf_is_func_proto(prototype))
    return image.corrupt(id, "is a function without a prototype");
  Function result = parametersOf(prototype);
  result.name = nameOf(image, function).str();
  result.isKfunc = isKfunc(id);
  return result;
}

/// What a BTF_KIND_FUNC_PROTO says.
Function Btf::Impl::parametersOf(const btf_type *prototype) const {
  Function result;
  result.result = prototype->type;
  const btf_param *parameters = btf_params(prototype);
  for (uint32_t i = 0; i < btf_vlen(prototype); ++i)
    result.parameters.push_back(
        {btf__name_by_offset(image.raw, parameters[i].name_off),
         parameters[i].type});
  if (!result.parameters.empty() && result.parameters.back().type == 0) {
    result.isVariadic = true;
    result.parameters.pop_back();
  }
  return result;
}

llvm::Expected<Function> Btf::functionType(TypeId id) const {
  llvm::Expected<Stripped> type = strip(impl_->image, id);
  if (type && btf_is_ptr(type->type))
    type = strip(impl_->image, type->type->type);
  if (!type)
    return type.takeError();
  if (type->type && btf_is_func_proto(type->type))
    return impl_->parametersOf(type->type);
  return llvm::make_error<UnknownTypeError>("a function's type");
}

llvm::Expected<Function> Btf::findFunction(llvm::StringRef name) const {
  const std::string text = name.str();
  std::vector<Aggregate> found;
  for (TypeId id : impl_->tables.functions) {
    if (!impl_->hasName(id, text.c_str()))
      continue;
    const TypeId type = btf__type_by_id(impl_->image.raw, id)->type;
    const bool isNew =
        found.empty() ||
        !isSameType(impl_->image, type,
                    btf__type_by_id(impl_->image.raw, found[0].id)->type);
    if (isNew) {
      found.emplace_back();
      found.back().name = text;
      found.back().id = id;
    }
  }
  if (found.size() > 1)
    return llvm::make_error<AmbiguousTypeError>(text, std::move(found));
  if (!found.empty())
    return impl_->prototype(found[0].id);
  if (impl_->base)
    return impl_->base->findFunction(name);
  return llvm::make_error<UnknownTypeError>(text);
}

} // namespace whistler::btf
