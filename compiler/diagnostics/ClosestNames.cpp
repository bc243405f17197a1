// Finds the names that a misspelt one was probably meant to be.
//
// Edit distance bounded by a third of the wanted name's length (at least one
// edit), over lower case with `_` read as `-`: the difference between a C
// name and its Lisp spelling is no mistake.

#include "whistler/compiler/Diagnostics.h"

#include <algorithm>

namespace whistler::compiler {

namespace {

constexpr size_t kMaxSuggestions = 3;

std::string canonical(llvm::StringRef name) {
  std::string out = name.lower();
  std::replace(out.begin(), out.end(), '_', '-');
  return out;
}

} // namespace

std::vector<std::string> closestNames(llvm::StringRef wanted,
                                      llvm::ArrayRef<std::string> names) {
  std::string key = canonical(wanted);
  unsigned bound = std::max<unsigned>(1, static_cast<unsigned>(key.size()) / 3);
  struct Candidate {
    unsigned distance;
    const std::string *name;
  };
  std::vector<Candidate> found;
  for (const std::string &name : names) {
    size_t longer = std::max(name.size(), key.size());
    size_t shorter = std::min(name.size(), key.size());
    if (longer - shorter > bound)
      continue;
    std::string other = canonical(name);
    unsigned distance = llvm::StringRef(key).edit_distance(other, true, bound);
    if (distance <= bound && distance < key.size())
      found.push_back({distance, &name});
  }
  std::sort(found.begin(), found.end(),
            [](const Candidate &a, const Candidate &b) {
              return a.distance != b.distance ? a.distance < b.distance
                                              : *a.name < *b.name;
            });
  std::vector<std::string> out;
  for (const Candidate &candidate : found) {
    if (out.size() == kMaxSuggestions)
      break;
    if (out.empty() || out.back() != *candidate.name)
      out.push_back(*candidate.name);
  }
  return out;
}

std::string didYouMean(llvm::StringRef wanted,
                       llvm::ArrayRef<std::string> names) {
  std::vector<std::string> close = closestNames(wanted, names);
  if (close.empty())
    return "";
  std::string out = "; did you mean ";
  for (size_t i = 0; i != close.size(); ++i) {
    if (i)
      out += i + 1 == close.size() ? " or " : ", ";
    out += '`' + close[i] + '`';
  }
  return out + '?';
}

} // namespace whistler::compiler
