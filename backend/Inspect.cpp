// What is in an object: its programs with instructions, source lines, helper
// calls, relocations and stack; its maps, sections and licence. Two objects
// are compared and a verifier log is explained with what is read here, so it
// must not depend on which compiler wrote the object.

#include "whistler/backend/Inspect.h"

#include "Disassembler.h"
#include "Elf.h"
#include "Instructions.h"
#include "whistler/backend/Target.h"

#include <llvm/BinaryFormat/ELF.h>

using namespace llvm;
using namespace llvm::object;

namespace whistler::backend {

namespace {

/// "<byte_off> [2] struct task_struct::pid (0:0)" of LLVM to
/// "byte_off task_struct.pid".
std::string describeRelocation(const BTFParser &btf,
                               const BTF::BPFFieldReloc &relocation) {
  SmallString<128> text;
  btf.symbolize(&relocation, text);
  StringRef rest = text.str();
  rest.consume_front("CO-RE ");
  rest.consume_front("<");
  auto [kind, target] = rest.split("> ");
  if (target.starts_with("["))
    target = target.split("] ").second;
  for (StringRef keyword : {"struct ", "union ", "enum ", "typedef "})
    if (target.consume_front(keyword))
      break;
  auto [type, path] = target.split("::");
  if (path.empty())
    return (kind + " " + type).str();
  path = path.rsplit(" (").first;
  return (kind + " " + type + (path.starts_with("[") ? "" : ".") + path).str();
}

/// Interns the source places of one program.
class LineTable {
public:
  explicit LineTable(std::vector<SourceLine> &lines) : lines_(lines) {}

  int index(const BTFParser &btf, const BTF::BPFLineInfo &info) {
    auto key = std::tuple(info.FileNameOff, info.LineOff, info.LineCol);
    auto [it, isNew] = known_.try_emplace(key, int(lines_.size()));
    if (isNew)
      lines_.push_back({btf.findString(info.FileNameOff).str(),
                        btf.findString(info.LineOff).str(), info.getLine(),
                        info.getCol()});
    return it->second;
  }

private:
  std::vector<SourceLine> &lines_;
  std::map<std::tuple<uint32_t, uint32_t, uint32_t>, int> known_;
};

class ProgramReader {
public:
  ProgramReader(const OpenObject &object, const Disassembler &disassembler,
                const ProgramSymbol &symbol)
      : object_(object), disassembler_(disassembler), symbol_(symbol),
        relocations_(symbolRelocations(object, symbol.section)),
        lines_(info_.lines) {}

  ProgramInfo read() {
    info_.name = symbol_.name;
    if (Expected<StringRef> section = symbol_.section.getName())
      info_.section = section->str();
    else
      consumeError(section.takeError());
    info_.subprogram = symbol_.subprogram;
    info_.instructions = symbol_.code.size() / 8;
    StackDepth depth;
    for (size_t at = 0; at < symbol_.code.size();)
      at += 8 * readInstruction(at, depth);
    info_.stackBytes = depth.bytes();
    return std::move(info_);
  }

private:
  /// Returns the number of slots.
  unsigned readInstruction(size_t at, StackDepth &depth) {
    ArrayRef<uint8_t> rest = symbol_.code.slice(at);
    RawInstruction raw = RawInstruction::read(rest.data());
    unsigned slots = raw.isWideLoad() && rest.size() >= 16 ? 2 : 1;
    Instruction result;
    result.offset = at / 8;
    result.encoding = support::endian::read64le(rest.data());
    result.text = disassembler_.text(rest.take_front(slots * 8));
    uint64_t place = symbol_.offset + at;
    if (auto it = relocations_.find(place); it != relocations_.end())
      result.relocation = it->second;
    readBtf(place, result);
    result.line = line_;
    if (raw.isHelperCall())
      ++info_.helperCalls[uint32_t(raw.immediate)];
    depth.see(raw);
    info_.listing.push_back(std::move(result));
    return slots;
  }

  void readBtf(uint64_t place, Instruction &result) {
    if (!object_.hasBtf)
      return;
    SectionedAddress address{place, symbol_.section.getIndex()};
    if (auto *record = object_.btf.findFieldReloc(address)) {
      result.relocation = describeRelocation(object_.btf, *record);
      ++info_.coreRelocations;
    }
    if (auto *line = object_.btf.findLineInfo(address))
      line_ = lines_.index(object_.btf, *line);
  }

  const OpenObject &object_;
  const Disassembler &disassembler_;
  const ProgramSymbol &symbol_;
  std::map<uint64_t, std::string> relocations_;
  ProgramInfo info_;
  LineTable lines_;
  int line_ = -1;
};

void readSections(const OpenObject &object, ObjectInfo &info) {
  for (const SectionRef &section : object.elf->sections()) {
    Expected<StringRef> name = section.getName();
    if (!name) {
      consumeError(name.takeError());
      continue;
    }
    info.sections.emplace_back(name->str(), section.getSize());
    if (*name != "license")
      continue;
    if (Expected<StringRef> text = section.getContents())
      info.license = text->take_until([](char c) { return !c; }).str();
    else
      consumeError(text.takeError());
  }
}

bool isMapSection(StringRef name) { return name == ".maps" || name == "maps"; }

Error readMaps(const OpenObject &object, ObjectInfo &info) {
  std::vector<std::pair<uint64_t, std::string>> maps;
  for (const SymbolRef &symbol : object.elf->symbols()) {
    uint8_t type = ELFSymbolRef(symbol).getELFType();
    if (type != ELF::STT_OBJECT && type != ELF::STT_NOTYPE)
      continue;
    Expected<section_iterator> section = symbol.getSection();
    if (!section)
      return section.takeError();
    if (*section == object.elf->section_end())
      continue;
    Expected<StringRef> home = (*section)->getName();
    Expected<StringRef> name = symbol.getName();
    Expected<uint64_t> value = symbol.getValue();
    Error error = joinErrors(joinErrors(home.takeError(), name.takeError()),
                             value.takeError());
    if (error)
      return error;
    if (isMapSection(*home) && !name->empty())
      maps.emplace_back(*value, name->str());
  }
  sort(maps);
  for (auto &[offset, name] : maps)
    info.maps.push_back(std::move(name));
  return Error::success();
}

} // namespace

Expected<ObjectInfo> inspect(ArrayRef<char> bytes) {
  Expected<OpenObject> object = openObject(bytes);
  if (!object)
    return object.takeError();
  Expected<std::vector<ProgramSymbol>> symbols = programSymbols(*object);
  if (!symbols)
    return symbols.takeError();
  Expected<std::unique_ptr<Disassembler>> disassembler = Disassembler::create();
  if (!disassembler)
    return disassembler.takeError();
  ObjectInfo info;
  for (const ProgramSymbol &symbol : *symbols)
    info.programs.push_back(
        ProgramReader(*object, **disassembler, symbol).read());
  readSections(*object, info);
  if (Error error = readMaps(*object, info))
    return make_error<BackendError>(
        "", 0, "unreadable object: " + toString(std::move(error)));
  return info;
}

} // namespace whistler::backend
