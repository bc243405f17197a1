// Checks raw BTF before libbpf sees it.
//
// libbpf 1.1 checks that records fit into the type section and little else:
// ids and string offsets may lead anywhere, and what it does find it reports
// through a process-wide print callback, by default to stderr. Checking first
// gives both a typed error with the reason and a library that never has to
// touch the callback, which belongs to the program that embeds it.
//
// The walk reads 5 MB for a kernel, so it is also where the ids that look-ups
// search are collected; nothing else ever visits all types. Records are read
// with memcpy because the caller's bytes may lie at any address.

#include "Validate.h"

#include "whistler/btf/Errors.h"

#include <linux/btf.h>

#include <cstring>

namespace whistler::btf {
namespace {

/// What follows the three words that every type record starts with.
struct KindShape {
  bool known;
  bool wordIsType;   ///< the third word is a type id, not a size
  uint8_t extra;     ///< fixed words after it
  uint8_t extraRefs; ///< how many of those, from the first on, are type ids
  uint8_t item;      ///< words of each of `vlen` items
  int8_t itemName;   ///< word of an item that is a name, or -1
  int8_t itemType;   ///< word of an item that is a type id, or -1
};

constexpr KindShape kShapes[] = {
    {false, false, 0, 0, 0, -1, -1}, // void: id 0, never a record
    {true, false, 1, 0, 0, -1, -1},  // int
    {true, true, 0, 0, 0, -1, -1},   // ptr
    {true, false, 3, 2, 0, -1, -1},  // array
    {true, false, 0, 0, 3, 0, 1},    // struct
    {true, false, 0, 0, 3, 0, 1},    // union
    {true, false, 0, 0, 2, 0, -1},   // enum
    {true, false, 0, 0, 0, -1, -1},  // fwd
    {true, true, 0, 0, 0, -1, -1},   // typedef
    {true, true, 0, 0, 0, -1, -1},   // volatile
    {true, true, 0, 0, 0, -1, -1},   // const
    {true, true, 0, 0, 0, -1, -1},   // restrict
    {true, true, 0, 0, 0, -1, -1},   // func
    {true, true, 0, 0, 2, 0, 1},     // func_proto
    {true, true, 1, 0, 0, -1, -1},   // var
    {true, false, 0, 0, 3, -1, 0},   // datasec
    {true, false, 0, 0, 0, -1, -1},  // float
    {true, true, 1, 0, 0, -1, -1},   // decl_tag
    {true, true, 0, 0, 0, -1, -1},   // type_tag
    {true, false, 0, 0, 3, 0, -1},   // enum64
};
constexpr uint32_t kKinds = sizeof(kShapes) / sizeof(kShapes[0]);

/// Returns from the walk the reason of a refusal, or null.
using Reason = const char *;

class Walk {
public:
  Walk(llvm::ArrayRef<uint8_t> bytes, BaseExtent base)
      : bytes_(bytes), base_(base), id_(base.types) {}

  /// The reason for which the whole is refused, or null.
  Reason header();
  Reason strings() const;
  Reason types();

  Tables takeTables() { return std::move(tables_); }
  /// The type that the reason of `types` is about.
  TypeId culprit() const { return id_; }

private:
  uint32_t word(uint64_t at) const {
    uint32_t value;
    std::memcpy(&value, bytes_.data() + at, sizeof value);
    return value;
  }
  bool isName(uint32_t offset) const {
    return offset < uint64_t(base_.stringBytes) + header_.str_len ||
           offset == 0;
  }
  void refer(TypeId target);
  Reason record();
  Reason payload(const KindShape &shape, uint32_t vlen);
  void collect(uint32_t kind, uint32_t name, bool kindFlag);

  llvm::ArrayRef<uint8_t> bytes_;
  BaseExtent base_;
  btf_header header_ = {};
  uint64_t at_ = 0, end_ = 0;
  TypeId id_;
  TypeId highest_ = 0, highestFrom_ = 0;
  Tables tables_;
};

Reason Walk::header() {
  if (bytes_.size() < sizeof header_)
    return "shorter than a header";
  std::memcpy(&header_, bytes_.data(), sizeof header_);
  if (header_.magic == 0x9feb)
    return "written in the other byte order";
  if (header_.magic != BTF_MAGIC)
    return "does not start with the magic number of BTF";
  if (header_.version != BTF_VERSION)
    return "of an unknown version";
  if (header_.hdr_len < sizeof header_ || header_.hdr_len % 4 ||
      header_.hdr_len > bytes_.size())
    return "header length is wrong";
  const uint64_t rest = bytes_.size() - header_.hdr_len;
  const uint64_t typesEnd = uint64_t(header_.type_off) + header_.type_len;
  if (typesEnd > rest || header_.type_off % 4 || header_.type_len % 4)
    return "type section is truncated or misplaced";
  if (typesEnd > header_.str_off ||
      uint64_t(header_.str_off) + header_.str_len > rest)
    return "string section is truncated or misplaced";
  at_ = uint64_t(header_.hdr_len) + header_.type_off;
  end_ = at_ + header_.type_len;
  return nullptr;
}

Reason Walk::strings() const {
  const bool isSplit = base_.types > 1;
  if (header_.str_len == 0)
    return isSplit ? nullptr : "has no strings";
  if (header_.str_len - 1 > 0x7fffffffu - base_.stringBytes)
    return "string section is too long";
  const uint8_t *start =
      bytes_.data() + header_.hdr_len + uint64_t(header_.str_off);
  if (start[header_.str_len - 1] != 0)
    return "string section has no end";
  if (!isSplit && start[0] != 0)
    return "string section does not start with the empty string";
  return nullptr;
}

Reason Walk::types() {
  while (at_ != end_) {
    if (Reason reason = record())
      return reason;
    ++id_;
  }
  if (highest_ < id_)
    return nullptr;
  id_ = highestFrom_;
  return "refers to a type that does not exist";
}

void Walk::refer(TypeId target) {
  if (target > highest_) {
    highest_ = target;
    highestFrom_ = id_;
  }
}

Reason Walk::record() {
  if (end_ - at_ < 12)
    return "is truncated";
  const uint32_t name = word(at_), info = word(at_ + 4), third = word(at_ + 8);
  const uint32_t kind = BTF_INFO_KIND(info);
  if (kind >= kKinds || !kShapes[kind].known)
    return "is of an unknown kind";
  if (!isName(name))
    return "has a name outside of the string section";
  const KindShape &shape = kShapes[kind];
  if (shape.wordIsType)
    refer(third);
  at_ += 12;
  collect(kind, name, BTF_INFO_KFLAG(info));
  return payload(shape, BTF_INFO_VLEN(info));
}

Reason Walk::payload(const KindShape &shape, uint32_t vlen) {
  const uint64_t length = 4 * (shape.extra + uint64_t(shape.item) * vlen);
  if (end_ - at_ < length)
    return "is truncated";
  for (uint32_t i = 0; i < shape.extraRefs; ++i)
    refer(word(at_ + 4 * i));
  const uint64_t end = at_ + length;
  if (shape.item)
    for (at_ += 4 * shape.extra; at_ != end; at_ += 4 * shape.item) {
      if (shape.itemName >= 0 && !isName(word(at_ + 4 * shape.itemName)))
        return "has a member name outside of the string section";
      if (shape.itemType >= 0)
        refer(word(at_ + 4 * shape.itemType));
    }
  at_ = end;
  return nullptr;
}

void Walk::collect(uint32_t kind, uint32_t name, bool kindFlag) {
  switch (kind) {
  case BTF_KIND_STRUCT:
  case BTF_KIND_UNION:
  case BTF_KIND_TYPEDEF:
    if (name)
      tables_.aggregates.push_back(id_);
    break;
  case BTF_KIND_ENUM:
  case BTF_KIND_ENUM64:
    tables_.enums.push_back(id_);
    tables_.hasEnumSigns |= kindFlag || kind == BTF_KIND_ENUM64;
    break;
  case BTF_KIND_FUNC:
    tables_.functions.push_back(id_);
    break;
  case BTF_KIND_DECL_TAG:
    tables_.declTags.push_back(id_);
    break;
  default:
    break;
  }
}

} // namespace

llvm::Expected<Tables> validate(llvm::ArrayRef<uint8_t> bytes, BaseExtent base,
                                const std::string &where) {
  Walk walk(bytes, base);
  Reason reason = walk.header();
  if (!reason)
    reason = walk.strings();
  if (reason)
    return llvm::make_error<CorruptBtfError>(where, reason);
  if ((reason = walk.types()))
    return llvm::make_error<CorruptBtfError>(
        where, "type " + std::to_string(walk.culprit()) + " " + reason);
  return walk.takeTables();
}

bool isSplit(llvm::ArrayRef<uint8_t> bytes) {
  btf_header header;
  if (bytes.size() < sizeof header)
    return false;
  std::memcpy(&header, bytes.data(), sizeof header);
  const uint64_t strings = uint64_t(header.hdr_len) + header.str_off;
  if (header.magic != BTF_MAGIC)
    return false;
  return header.str_len == 0 || (strings < bytes.size() && bytes[strings] != 0);
}

uint32_t stringSectionBytes(llvm::ArrayRef<uint8_t> bytes) {
  btf_header header;
  std::memcpy(&header, bytes.data(), sizeof header);
  return header.str_len;
}

} // namespace whistler::btf
