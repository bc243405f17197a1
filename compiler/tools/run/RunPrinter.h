#ifndef WHISTLER_TOOLS_RUNPRINTER_H
#define WHISTLER_TOOLS_RUNPRINTER_H

#include "Decode.h"

#include "whistler/backend/Run.h"

#include <map>

namespace whistler::tools {

/// What `whistler run` shows of a running object, as tables or as JSON lines.
class RunPrinter {
public:
  struct Options {
    bool json = false;
    unsigned width = 0; ///< of the terminal; 0: no limit
    size_t top = 50;    ///< entries of a map that are shown as text
  };

  /// `types` is the object's BTF, null when it has none.
  RunPrinter(std::shared_ptr<const btf::Btf> types, Options options,
             llvm::raw_ostream &os)
      : types_(std::move(types)), options_(options), os_(os) {}

  void record(const backend::RunningMap &map, llvm::ArrayRef<uint8_t> bytes);
  void lost(const backend::RunningMap &map, uint64_t count);
  void trace(const backend::TraceLine &line);
  /// A map's contents at the end; empty maps are left out as text.
  void contents(const backend::RunningMap &map,
                llvm::ArrayRef<backend::MapEntry> entries);
  /// Variables of a .data or .bss section.
  void variables(const backend::RunningMap &map,
                 llvm::ArrayRef<uint8_t> section);

private:
  Decoded decodeRecord(const backend::RunningMap &map,
                       llvm::ArrayRef<uint8_t> bytes, std::string &kind) const;
  Decoded decodeAs(btf::TypeId type, llvm::ArrayRef<uint8_t> bytes) const;
  void tableRow(const std::string &title,
                const std::vector<std::pair<std::string, const Decoded *>> &);

  std::shared_ptr<const btf::Btf> types_;
  Options options_;
  llvm::raw_ostream &os_;
  std::string title_; ///< of the records above
  std::map<std::string, std::vector<unsigned>> widths_; ///< of their columns
};

} // namespace whistler::tools

#endif
