// Writes random programs as source files, one program each, for tests that take
// files: the kernel matrix.

#include "RandomProgram.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>

using namespace whistler::test;

int main(int argc, char **argv) {
  if (argc != 4) {
    fputs(
        "usage: whistler_random_sources SEED COUNT FOLDER\n"
        "Writes FOLDER/random-SEED-0.lisp and so on: programs 0 to COUNT - 1\n"
        "of that seed, as `./dev random` runs them.\n",
        stderr);
    return 2;
  }
  uint64_t seed = strtoull(argv[1], nullptr, 10);
  unsigned count = unsigned(strtoul(argv[2], nullptr, 10));
  for (unsigned index = 0; index < count; ++index) {
    std::string path = std::string(argv[3]) + "/random-" + argv[1] + "-" +
                       std::to_string(index) + ".lisp";
    std::ofstream file(path);
    file << randomPreamble() << randomProgram(seed, index).source();
    if (!file.flush()) {
      fprintf(stderr, "%s can't be written\n", path.c_str());
      return 1;
    }
  }
  return 0;
}
