// Finds the names that a misspelt one was probably meant to be.
//
// Edit distance bounded by a third of the wanted name's length (at least one
// edit), over lower case with `_` read as `-`: the difference between a C
// name and its Lisp spelling is no mistake. Two neighbours that changed places
// are one edit, the commonest one there is: the distance of optimal string
// alignment, by rows of the usual table.

#include "whistler/compiler/Diagnostics.h"

#include <algorithm>
#include <numeric>

namespace whistler::compiler {

namespace {

constexpr size_t kMaxSuggestions = 3;

std::string canonical(llvm::StringRef name) {
  std::string out = name.lower();
  std::replace(out.begin(), out.end(), '_', '-');
  return out;
}

unsigned editDistance(llvm::StringRef a, llvm::StringRef b) {
  std::vector<unsigned> before(b.size() + 1), row(b.size() + 1),
      next(b.size() + 1);
  std::iota(row.begin(), row.end(), 0u);
  for (size_t i = 1; i <= a.size(); ++i) {
    next[0] = unsigned(i);
    for (size_t j = 1; j <= b.size(); ++j) {
      next[j] = std::min(
          {row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        next[j] = std::min(next[j], before[j - 2] + 1);
    }
    std::swap(before, row);
    std::swap(row, next);
  }
  return row[b.size()];
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
    unsigned distance = editDistance(key, other);
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

namespace {

/// Names of which the wanted one is the first or last words.
std::vector<std::string> longerNames(llvm::StringRef wanted,
                                     llvm::ArrayRef<std::string> names) {
  constexpr size_t kShortest = 3;
  std::string key = canonical(wanted);
  std::vector<std::string> found;
  if (key.size() < kShortest)
    return found;
  for (const std::string &name : names) {
    std::string other = canonical(name);
    if (llvm::StringRef(other).starts_with(key + "-") ||
        llvm::StringRef(other).ends_with("-" + key))
      found.push_back(name);
  }
  std::sort(found.begin(), found.end(),
            [](const std::string &a, const std::string &b) {
              return a.size() != b.size() ? a.size() < b.size() : a < b;
            });
  found.erase(std::unique(found.begin(), found.end()), found.end());
  if (found.size() > kMaxSuggestions)
    found.resize(kMaxSuggestions);
  return found;
}

} // namespace

std::string didYouMean(llvm::StringRef wanted,
                       llvm::ArrayRef<std::string> names) {
  std::vector<std::string> close = closestNames(wanted, names);
  if (close.empty())
    close = longerNames(wanted, names);
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
