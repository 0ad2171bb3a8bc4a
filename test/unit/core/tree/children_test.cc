#include "core/tree/children.h"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "core/tree/node_table.h"
#include "core/tree/znode.h"

namespace quorate {
namespace {

/// Znodes of a test, all children of one root.
class Nursery {
 public:
  Nursery() : root_(Znode::make(nullptr, "", NodeKind::persistent)) {}
  Nursery(const Nursery&) = delete;
  Nursery& operator=(const Nursery&) = delete;
  ~Nursery() {
    for (Znode* node : nodes_) Znode::destroy(node);
    Znode::destroy(root_);
  }
  Znode* make(const std::string& name) {
    nodes_.push_back(Znode::make(root_, name, NodeKind::persistent));
    return nodes_.back();
  }

 private:
  Znode* root_;
  std::vector<Znode*> nodes_;
};

std::vector<std::string> names_of(const ChildList& list) {
  std::vector<std::string> names;
  ChildList::Cursor cursor = list.begin();
  while (const Znode* child = cursor.next()) names.emplace_back(child->name());
  return names;
}

TEST_CASE("children stay sorted whatever the order they come and go in") {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    Nursery nursery;
    ChildList list;
    std::map<std::string, Znode*> model;
    const std::size_t range = seed % 2 == 0 ? 300 : 3'000;
    for (int i = 0; i < 3'000; ++i) {
      const std::string name = std::to_string(random() % range);
      const auto known = model.find(name);
      if (known == model.end()) {
        model[name] = nursery.make(name);
        list.insert(model[name]);
      } else if (random() % 3 != 0) {
        list.erase(known->second);
        model.erase(known);
      }
    }

    list.check_invariants();
    std::vector<std::string> expected;
    for (const auto& [name, node] : model) expected.push_back(name);
    CHECK(names_of(list) == expected);
    for (int i = 0; i < 50; ++i) {
      const std::string name = std::to_string(random() % range);
      const auto wanted = model.upper_bound(name);
      ChildList::Cursor cursor = list.after(name);
      CHECK(cursor.next() == (wanted == model.end() ? nullptr : wanted->second));
    }
    while (!model.empty()) {
      list.erase(model.begin()->second);
      model.erase(model.begin());
    }
    CHECK(list.empty());
    list.check_invariants();
  }
}

TEST_CASE("a znode knows its name, its path, and who is at a path") {
  Nursery nursery;
  Znode* a = nursery.make("alpha");
  Znode* b = Znode::make(a, "b", NodeKind::persistent);

  CHECK(a->name() == "alpha");
  CHECK(b->path() == "/alpha/b");
  CHECK(b->is_at("/alpha/b"));
  for (const char* path : {"/alpha/c", "/lpha/b", "//alpha/b", "alpha/b", "/b", "/x/alpha/b", ""}) {
    CAPTURE(path);
    CHECK_FALSE(b->is_at(path));
  }
  Znode::destroy(b);
}

TEST_CASE("a table finds what was inserted and nothing that was erased") {
  Nursery nursery;
  NodeTable table(42);
  std::vector<std::pair<std::string, Znode*>> nodes;
  for (int i = 0; i < 60'000; ++i) {
    const std::string name = "node-" + std::to_string(i);
    nodes.emplace_back("/" + name, nursery.make(name));
    table.insert(nodes.back().first, nodes.back().second);
  }
  for (std::size_t i = 0; i < nodes.size(); i += 2) table.erase(nodes[i].first, nodes[i].second);

  CHECK(table.size() == nodes.size() / 2);
  bool all_right = true;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    all_right = all_right && table.find(nodes[i].first) == (i % 2 == 0 ? nullptr : nodes[i].second);
  }
  CHECK(all_right);
  CHECK(table.find("/node-") == nullptr);
  table.clear();
  CHECK(table.find(nodes[1].first) == nullptr);
  CHECK(table.slots() == 0);
}

TEST_CASE("a table finds at once what it puts to its place later") {
  Nursery nursery;
  NodeTable table(42);
  std::vector<std::pair<std::string, Znode*>> nodes;
  bool all_right = true;
  for (int i = 0; i < 5'000; ++i) {
    const std::string name = "node-" + std::to_string(i);
    nodes.emplace_back("/" + name, nursery.make(name));
    table.insert_later(nodes.back().first, nodes.back().second);
    for (std::size_t back = 0; back < nodes.size() && back < 40; ++back) {
      const auto& [path, node] = nodes[nodes.size() - 1 - back];
      all_right = all_right && table.find(path) == node;
    }
  }
  CHECK(all_right);
  CHECK(table.find("/node-5000") == nullptr);
  CHECK(table.size() == nodes.size());

  SUBCASE("settled") {
    table.settle();
    for (const auto& [path, node] : nodes) all_right = all_right && table.find(path) == node;
    CHECK(all_right);
  }
  SUBCASE("erased at once") {
    for (const auto& [path, node] : nodes) table.erase(path, node);
    CHECK(table.size() == 0);
    CHECK(table.find(nodes.back().first) == nullptr);
  }
  SUBCASE("cleared") {
    table.clear();
    CHECK(table.size() == 0);
    CHECK(table.find(nodes.back().first) == nullptr);
  }
}

// Goal: no growth step works for 1 ms. Method: by structure, not by clock: a step moves what one
// of thousands of sub-tables holds, and they share the load evenly.
TEST_CASE("a table grows in small steps and wastes little") {
  Nursery nursery;
  NodeTable table(7);
  constexpr std::size_t count = 200'000;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = std::to_string(i);
    table.insert("/" + name, nursery.make(name));
  }

  const std::size_t even_share = count / NodeTable::sub_table_count;
  CHECK(NodeTable::sub_table_count >= 1'024);
  CHECK(table.largest_sub_table() <= even_share * 3);
  CHECK(table.slots() <= count * 18 / 10);
}

}  // namespace
}  // namespace quorate
