// Bytes of records, keys and values as numbers and text, by their BTF type.
#include "Decode.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/ConvertUTF.h>

#include <cstring>

namespace whistler::tools {

namespace {

using Bytes = llvm::ArrayRef<uint8_t>;

uint64_t loadLittle(Bytes bytes) {
  uint64_t value = 0;
  std::memcpy(&value, bytes.data(), std::min<size_t>(bytes.size(), 8));
  return value;
}

Decoded hex(Bytes bytes) {
  Decoded result;
  result.text = "0x" + llvm::toHex(bytes, /*LowerCase=*/true);
  return result;
}

/// Text up to the first NUL, or hexadecimal.
Decoded textOrHex(Bytes bytes) {
  llvm::StringRef text(reinterpret_cast<const char *>(bytes.data()),
                       bytes.size());
  text = text.take_front(text.find('\0'));
  bool isText = llvm::json::isUTF8(text) && llvm::none_of(text, [](char c) {
                  return static_cast<unsigned char>(c) < ' ' || c == 0x7f;
                });
  if (!isText)
    return hex(bytes);
  Decoded result;
  result.kind = Decoded::Kind::Text;
  result.text = text.str();
  return result;
}

Decoded number(const btf::Type &type, Bytes bytes) {
  Decoded result;
  result.number = loadLittle(bytes);
  result.kind = type.kind == btf::TypeKind::Bool ? Decoded::Kind::Bool
                : type.isSigned                  ? Decoded::Kind::Signed
                                                 : Decoded::Kind::Unsigned;
  unsigned unused = 64 - unsigned(std::min<uint64_t>(bytes.size(), 8)) * 8;
  if (type.isSigned && unused < 64)
    result.number = uint64_t(int64_t(result.number << unused) >> unused);
  return result;
}

Decoded list(const btf::Btf &types, const btf::Type &array, Bytes bytes) {
  auto element = types.type(array.target);
  if (!element) {
    llvm::consumeError(element.takeError());
    return hex(bytes);
  }
  if (element->bytes == 1 && element->kind == btf::TypeKind::Integer)
    return textOrHex(bytes);
  Decoded result;
  result.kind = Decoded::Kind::List;
  for (size_t at = 0; element->bytes && at + element->bytes <= bytes.size();
       at += element->bytes)
    result.items.push_back(
        decode(types, array.target, bytes.slice(at, element->bytes)));
  return result;
}

Decoded bitField(const btf::Field &field, bool isSigned, Bytes bytes) {
  btf::Type type;
  type.isSigned = isSigned;
  size_t first = field.bitOffset / 8;
  Decoded result =
      number({}, bytes.slice(first, std::min<size_t>(8, bytes.size() - first)));
  result.number >>= field.bitOffset % 8;
  unsigned unused = 64 - field.bitSize;
  result.number = isSigned
                      ? uint64_t(int64_t(result.number << unused) >> unused)
                      : result.number << unused >> unused;
  result.kind = isSigned ? Decoded::Kind::Signed : Decoded::Kind::Unsigned;
  return result;
}

Decoded record(const btf::Btf &types, btf::TypeId id, Bytes bytes) {
  auto aggregate = types.aggregate(id);
  if (!aggregate) {
    llvm::consumeError(aggregate.takeError());
    return hex(bytes);
  }
  Decoded result;
  result.kind = Decoded::Kind::Record;
  for (const btf::Field &field : aggregate->fields) {
    auto type = types.type(field.type);
    if (!type) {
      llvm::consumeError(type.takeError());
      continue;
    }
    size_t offset = field.bitOffset / 8;
    if (offset + (field.bitSize ? 1 : type->bytes) > bytes.size())
      continue;
    result.names.push_back(field.name);
    result.items.push_back(
        field.bitSize
            ? bitField(field, type->isSigned, bytes)
            : decode(types, field.type, bytes.slice(offset, type->bytes)));
  }
  return result;
}

} // namespace

bool Decoded::isZero() const {
  if (kind == Kind::Text)
    return text.empty();
  if (kind == Kind::Hex)
    return llvm::StringRef(text).drop_front(2).find_first_not_of('0') ==
           llvm::StringRef::npos;
  return number == 0 &&
         llvm::all_of(items, [](const Decoded &item) { return item.isZero(); });
}

Decoded decode(const btf::Btf &types, btf::TypeId id, Bytes bytes) {
  auto type = types.type(id);
  if (!type) {
    llvm::consumeError(type.takeError());
    return decodeUntyped(bytes);
  }
  if (type->bytes > bytes.size())
    return hex(bytes);
  Bytes own = bytes.take_front(type->bytes);
  switch (type->kind) {
  case btf::TypeKind::Integer:
  case btf::TypeKind::Bool:
  case btf::TypeKind::Enum:
    return type->bytes <= 8 ? number(*type, own) : hex(own);
  case btf::TypeKind::Array:
    return list(types, *type, own);
  case btf::TypeKind::Struct:
  case btf::TypeKind::Union:
    return record(types, type->id, own);
  case btf::TypeKind::Pointer: {
    Decoded result;
    result.text = "0x" + llvm::utohexstr(loadLittle(own), /*LowerCase=*/true);
    return result;
  }
  default:
    return hex(bytes);
  }
}

Decoded decodeUntyped(Bytes bytes) {
  size_t size = bytes.size();
  return size == 1 || size == 2 || size == 4 || size == 8 ? number({}, bytes)
                                                          : hex(bytes);
}

void addTo(Decoded &a, const Decoded &b) {
  if (a.isNumber())
    a.number += b.number;
  for (size_t i = 0; i < a.items.size() && i < b.items.size(); ++i)
    addTo(a.items[i], b.items[i]);
}

void writeJson(const Decoded &value, llvm::json::OStream &json) {
  switch (value.kind) {
  case Decoded::Kind::Unsigned:
    return json.value(value.number);
  case Decoded::Kind::Signed:
    return json.value(int64_t(value.number));
  case Decoded::Kind::Bool:
    return json.value(value.number != 0);
  case Decoded::Kind::Text:
  case Decoded::Kind::Hex:
    return json.value(value.text);
  case Decoded::Kind::List:
    return json.array([&] {
      for (const Decoded &item : value.items)
        writeJson(item, json);
    });
  case Decoded::Kind::Record:
    return json.object([&] {
      for (size_t i = 0; i < value.items.size(); ++i)
        json.attributeBegin(value.names[i]), writeJson(value.items[i], json),
            json.attributeEnd();
    });
  }
}

std::string toText(const Decoded &value) {
  switch (value.kind) {
  case Decoded::Kind::Unsigned:
    return std::to_string(value.number);
  case Decoded::Kind::Signed:
    return std::to_string(int64_t(value.number));
  case Decoded::Kind::Bool:
    return value.number ? "true" : "false";
  case Decoded::Kind::Text:
  case Decoded::Kind::Hex:
    return value.text;
  case Decoded::Kind::List:
  case Decoded::Kind::Record:
    break;
  }
  std::vector<std::string> parts;
  for (size_t i = 0; i < value.items.size(); ++i)
    parts.push_back((value.names.empty() ? "" : value.names[i] + "=") +
                    toText(value.items[i]));
  std::string text = llvm::join(parts, " ");
  return value.names.empty() ? "[" + text + "]" : "{" + text + "}";
}

std::vector<std::pair<std::string, const Decoded *>>
leavesOf(const Decoded &value) {
  std::vector<std::pair<std::string, const Decoded *>> leaves;
  for (size_t i = 0; i < value.items.size(); ++i) {
    const Decoded &item = value.items[i];
    if (item.kind != Decoded::Kind::Record) {
      leaves.push_back({value.names[i], &item});
      continue;
    }
    for (auto &[name, leaf] : leavesOf(item))
      leaves.push_back({value.names[i] + "." + name, leaf});
  }
  return leaves;
}

} // namespace whistler::tools
