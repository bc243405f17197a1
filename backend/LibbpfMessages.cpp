// libbpf says why it gave up only through its print callback, and prints to
// stderr when there is none. The callback is one per process and gets no user
// pointer, while two threads may load at once: a thread-local pointer is the
// only way to give each its own messages. The callback stays installed and is
// silent on threads that listen to nothing; it is installed again for every
// load because other users of libbpf set theirs.

#include "LibbpfMessages.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/StringRef.h>

#include <bpf/libbpf.h>

#include <cstdarg>
#include <cstdio>

using namespace llvm;

namespace whistler::backend {

namespace {

LibbpfMessages *&listener() {
  static thread_local LibbpfMessages *current = nullptr;
  return current;
}

int keepWarning(libbpf_print_level level, const char *format,
                va_list arguments) {
  if (level != LIBBPF_WARN || !listener())
    return 0;
  char text[1024];
  vsnprintf(text, sizeof text, format, arguments);
  listener()->add(text);
  return 0;
}

} // namespace

LibbpfMessages::LibbpfMessages() : outer_(listener()) {
  listener() = this;
  libbpf_set_print(keepWarning);
}

LibbpfMessages::~LibbpfMessages() { listener() = outer_; }

void LibbpfMessages::add(std::string text) {
  StringRef trimmed = StringRef(text).trim();
  trimmed.consume_front("libbpf: ");
  warnings_.push_back(trimmed.str());
}

std::string LibbpfMessages::reason() const {
  static constexpr StringLiteral kConsequences[] = {
      "BPF program load failed", "failed to load", "PROG LOAD LOG",
      "failed to perform CO-RE relocations"};
  for (const std::string &warning : warnings_)
    if (none_of(kConsequences, [&](StringRef consequence) {
          return StringRef(warning).contains(consequence);
        }))
      return StringRef(warning).split('\n').first.str();
  return warnings_.empty() ? "" : warnings_.front();
}

} // namespace whistler::backend
