#ifndef WHISTLER_TESTS_RANDOMCHOICE_H
#define WHISTLER_TESTS_RANDOMCHOICE_H

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace whistler::test {

/// The choices of a generator. The same seed and index make the same ones.
class RandomChoice {
protected:
  RandomChoice(uint64_t seed, unsigned index)
      : index_(index), random_(seed * 1000003 + index) {}

  unsigned below(unsigned limit) { return unsigned(random_() % limit); }
  bool oneIn(unsigned n) { return below(n) == 0; }
  template <typename T, size_t N> const T &oneOf(const T (&table)[N]) {
    return table[below(N)];
  }
  template <typename T> const T &oneOf(const std::vector<T> &list) {
    return list[below(unsigned(list.size()))];
  }

  unsigned index_;
  std::mt19937_64 random_;
};

} // namespace whistler::test

#endif
