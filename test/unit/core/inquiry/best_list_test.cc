// The best of very many.
#include "core/inquiry/best_list.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <vector>

namespace quorate {
namespace {

using Numbers = BestList<int, std::greater<>>;

std::vector<int> taken(Numbers& list) {
  std::vector<int> all;
  while (list.size() > 0) all.push_back(list.take_worst());
  return all;
}

TEST_CASE("the best are kept, and given from the worst on") {
  Numbers list(3);
  for (const int number : {4, 9, 1, 7, 8})
    if (list.wants(number)) list.add(number);

  CHECK_FALSE(list.wants(7));
  CHECK(list.wants(10));
  CHECK(taken(list) == std::vector<int>{7, 8, 9});
}

TEST_CASE("fewer than there is room for are all kept") {
  Numbers list(3);
  for (const int number : {2, 1}) list.add(number);

  CHECK(list.wants(0));
  CHECK(taken(list) == std::vector<int>{1, 2});
}

TEST_CASE("any order of offers gives the same") {
  std::vector<int> offered(1000);
  for (int i = 0; i < 1000; ++i) offered[static_cast<std::size_t>(i)] = i;
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    std::shuffle(offered.begin(), offered.end(), std::mt19937(seed));
    Numbers list(10);
    for (const int number : offered)
      if (list.wants(number)) list.add(number);
    CHECK(taken(list) == std::vector<int>{990, 991, 992, 993, 994, 995, 996, 997, 998, 999});
  }
}

}  // namespace
}  // namespace quorate
