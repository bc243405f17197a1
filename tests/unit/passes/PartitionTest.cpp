// The partition of a row is the cheapest there is: against all ways to share
// reads, contiguous or not, on random fields.

#include "Partition.h"
#include "whistler/passes/CostModel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>

using namespace whistler::passes;

namespace {

struct Span {
  uint64_t offset, bytes;
};

double readCost(const CostModel &costs, uint64_t first, uint64_t end) {
  return static_cast<double>(costs.readPs(end - first));
}

/// Every way to put the fields into shared reads, by putting each into every
/// read there is so far or into a new one.
double cheapestOfAll(const std::vector<Span> &fields, const CostModel &costs,
                     uint64_t longest) {
  double best = std::numeric_limits<double>::infinity();
  std::vector<Span> reads;
  std::function<void(size_t)> place = [&](size_t next) {
    if (next == fields.size()) {
      double sum = 0;
      for (const Span &read : reads)
        sum += readCost(costs, read.offset, read.offset + read.bytes);
      best = std::min(best, sum);
      return;
    }
    const Span &field = fields[next];
    for (size_t i = 0; i != reads.size(); ++i) {
      Span before = reads[i];
      uint64_t first = std::min(before.offset, field.offset);
      uint64_t end =
          std::max(before.offset + before.bytes, field.offset + field.bytes);
      if (end - first > longest)
        continue;
      reads[i] = {first, end - first};
      place(next + 1);
      reads[i] = before;
    }
    reads.push_back(field);
    place(next + 1);
    reads.pop_back();
  };
  place(0);
  return best;
}

double cost(const std::vector<Span> &fields, const std::vector<size_t> &ends,
            const CostModel &costs) {
  double sum = 0;
  size_t first = 0;
  for (size_t end : ends) {
    sum += readCost(costs, fields[first].offset,
                    fields[end - 1].offset + fields[end - 1].bytes);
    first = end;
  }
  return sum;
}

TEST(Partition, IsTheCheapestOfAll) {
  std::mt19937 random(19);
  constexpr uint64_t kLongest = 400;
  for (int round = 0; round != 2000; ++round) {
    CostModel costs;
    costs.callPs = 1000 + random() % 40000;
    costs.freeBytes = random() % 100;
    costs.bytePs = random() % 300;
    std::vector<Span> fields;
    uint64_t offset = 0;
    for (size_t i = 0, count = 1 + random() % 7; i != count; ++i) {
      uint64_t bytes = 1u << (random() % 4);
      fields.push_back({offset, bytes});
      offset += bytes + 8 * (random() % 40);
    }
    auto part = [&](size_t first, size_t end) -> std::optional<double> {
      uint64_t last = fields[end - 1].offset + fields[end - 1].bytes;
      if (last - fields[first].offset > kLongest)
        return std::nullopt;
      return readCost(costs, fields[first].offset, last);
    };
    auto ends = cheapestPartition(fields.size(), part);
    EXPECT_EQ(ends.back(), fields.size());
    EXPECT_DOUBLE_EQ(cost(fields, ends, costs),
                     cheapestOfAll(fields, costs, kLongest))
        << "in round " << round;
  }
}

TEST(Partition, OfNothingIsNothing) {
  EXPECT_TRUE(cheapestPartition(0, [](size_t, size_t) {
                return std::optional<double>(1);
              }).empty());
}

} // namespace
