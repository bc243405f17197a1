// Runs a fuzz target without libFuzzer: every file of a directory as it is,
// then N mutations of it from a fixed seed (bytes changed, ranges removed,
// repeated, or taken from another file).
//   fuzz_btf N DIRECTORY

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

namespace {

using Bytes = std::vector<uint8_t>;

std::vector<Bytes> readAll(const std::filesystem::path &directory) {
  std::vector<std::filesystem::path> paths;
  for (const auto &entry :
       std::filesystem::recursive_directory_iterator(directory))
    if (entry.is_regular_file())
      paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<Bytes> files;
  for (const auto &path : paths) {
    std::ifstream in(path, std::ios::binary);
    files.emplace_back(std::istreambuf_iterator<char>(in),
                       std::istreambuf_iterator<char>());
  }
  return files;
}

size_t below(std::mt19937 &random, size_t bound) {
  return bound ? random() % bound : 0;
}

void mutateOnce(Bytes &bytes, const std::vector<Bytes> &files,
                std::mt19937 &random) {
  if (bytes.empty())
    return;
  const size_t begin = below(random, bytes.size());
  const size_t length = std::min(bytes.size() - begin, below(random, 64) + 1);
  const auto first = bytes.begin() + static_cast<std::ptrdiff_t>(begin);
  const auto last = first + static_cast<std::ptrdiff_t>(length);
  switch (below(random, 4)) {
  case 0:
    *first = static_cast<uint8_t>(random());
    break;
  case 1:
    bytes.erase(first, last);
    break;
  case 2: {
    const Bytes range(first, last);
    bytes.insert(first, range.begin(), range.end());
    break;
  }
  default: {
    const Bytes &other = files[below(random, files.size())];
    for (size_t i = 0; i < length && i < other.size(); ++i)
      first[static_cast<std::ptrdiff_t>(i)] =
          other[below(random, other.size())];
  }
  }
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s MUTATIONS DIRECTORY\n", argv[0]);
    return 2;
  }
  const int mutations = std::atoi(argv[1]);
  const std::vector<Bytes> files = readAll(argv[2]);
  if (files.empty()) {
    std::fprintf(stderr, "%s: no files\n", argv[2]);
    return 1;
  }
  std::mt19937 random(1);
  for (const Bytes &file : files) {
    LLVMFuzzerTestOneInput(file.data(), file.size());
    for (int i = 0; i < mutations; ++i) {
      Bytes bytes = file;
      for (size_t changes = below(random, 4) + 1; changes != 0; --changes)
        mutateOnce(bytes, files, random);
      LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    }
  }
  std::printf("%zu files, %d mutations each: no crash\n", files.size(),
              mutations);
  return 0;
}
