// Format files of the tracing file system: DIR/events/CATEGORY/EVENT/format.
// Usually that of this machine; a copy of another's serves as well.

#include "TracepointFormats.h"

#include <llvm/Support/FileSystem.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/Path.h>

using namespace llvm;

namespace whistler::compiler {

namespace {

constexpr const char *kTracefs[] = {"/sys/kernel/tracing",
                                    "/sys/kernel/debug/tracing"};

std::string join(StringRef folder, StringRef name) {
  SmallString<128> path(folder);
  sys::path::append(path, name);
  return std::string(path);
}

/// Names in the folder; nothing when it cannot be read.
std::optional<std::vector<std::string>> namesIn(const std::string &folder) {
  std::error_code problem;
  std::vector<std::string> names;
  for (sys::fs::directory_iterator at(folder, problem), end;
       !problem && at != end; at.increment(problem))
    names.push_back(sys::path::filename(at->path()).str());
  if (problem)
    return std::nullopt;
  return names;
}

TracepointFormat readIn(StringRef root, StringRef category, StringRef event) {
  TracepointFormat format;
  format.where = join(root, "events");
  std::string folder = join(format.where, category);
  // The kernel gives such files no size.
  if (auto buffer =
          MemoryBuffer::getFileAsStream(join(join(folder, event), "format"))) {
    format.text = (*buffer)->getBuffer().str();
    return format;
  }
  std::optional<std::vector<std::string>> events = namesIn(folder);
  for (const std::string &other : events.value_or(std::vector<std::string>()))
    format.others.push_back((category + "/" + other).str());
  format.lack = events                  ? TracepointFormat::Lack::Event
                : namesIn(format.where) ? TracepointFormat::Lack::Category
                                        : TracepointFormat::Lack::FileSystem;
  return format;
}

} // namespace

TracepointFormat readTracepointFormat(StringRef path, StringRef category,
                                      StringRef event) {
  if (!path.empty())
    return readIn(path, category, event);
  TracepointFormat first = readIn(kTracefs[0], category, event);
  if (first.lack != TracepointFormat::Lack::FileSystem)
    return first;
  TracepointFormat second = readIn(kTracefs[1], category, event);
  return second.lack == TracepointFormat::Lack::FileSystem ? first : second;
}

} // namespace whistler::compiler
