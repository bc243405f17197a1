// `uprobe/PATH:SYMBOL[+OFFSET]`. libbpf before 1.3 takes such a section only
// with a doubled slash (`uprobe//bin/sh:main`) and for every process; this
// takes both spellings, names in the library path, and one process.

#include "UprobeSection.h"

#include <llvm/ADT/StringExtras.h>

#include <bpf/libbpf.h>

#include <unistd.h>

using namespace llvm;

namespace whistler::backend {

std::optional<UprobeTarget> parseUprobeSection(StringRef section) {
  UprobeTarget target;
  auto [kind, rest] = section.split('/');
  kind.consume_back(".s");
  if (kind != "uprobe" && kind != "uretprobe")
    return std::nullopt;
  target.isReturn = kind == "uretprobe";
  size_t colon = rest.rfind(':');
  if (colon == StringRef::npos || colon == 0)
    return std::nullopt;
  auto [symbol, offset] = rest.drop_front(colon + 1).split('+');
  target.symbol = symbol.str();
  if (symbol.empty() ||
      (!offset.empty() && !to_integer(offset, target.offset, 0)))
    return std::nullopt;
  target.path = rest.take_front(colon).str();
  return target;
}

namespace {

/// A path, or a name that libbpf looks up in the library path.
std::string findBinary(const std::string &path) {
  if (path.find('/') == std::string::npos || path.front() == '/')
    return path;
  return "/" + path;
}

} // namespace

void attachUprobe(bpf_program *program, int pid, Attachment &result,
                  function_ref<void(bpf_link *)> finish) {
  using Fault = Attachment::Fault;
  std::optional<UprobeTarget> target =
      parseUprobeSection(bpf_program__section_name(program));
  if (!target) {
    result.fault = Fault::Usage;
    result.problem = "its section does not say where it goes";
    result.advice = "(:section \"uprobe/PATH:SYMBOL\")";
    return;
  }
  std::string path = findBinary(target->path);
  if (path.front() == '/' && ::access(path.c_str(), R_OK) != 0) {
    result.fault = Fault::Input;
    result.problem = "`" + path + "` can't be read: " + errorText(errno);
    return;
  }
  result.where = (target->isReturn ? "return of " : "") + path + ":" +
                 target->symbol +
                 (pid > 0 ? " of process " + std::to_string(pid) : "");
  LIBBPF_OPTS(bpf_uprobe_opts, options, .retprobe = target->isReturn,
              .func_name = target->symbol.c_str());
  finish(bpf_program__attach_uprobe_opts(
      program, pid > 0 ? pid : -1, path.c_str(), target->offset, &options));
  if (result.fault == Fault::Input) {
    result.problem = "`" + path + "` has no symbol `" + target->symbol + "`";
    result.advice = "nm -D or readelf --syms list them";
  }
}

} // namespace whistler::backend
