// Questions that look at very many nodes.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "core/inquiry/best_list.h"
#include "core/inquiry/inquiring.h"
#include "core/inquiry/tree_reads.h"
#include "core/tree/path.h"

namespace quorate {
namespace {

/// Nodes that one step looks at.
constexpr std::size_t nodes_per_step = 200;
/// Bytes of paths that one step looks at.
constexpr std::size_t path_bytes_per_step = std::size_t{64} << 10;
/// Nodes that one search looks at.
constexpr std::uint64_t looked_at_max = 1'000'000;
/// What lies below a node with a longer path is not searched: finding the place again, which each
/// step does, costs what the path is long.
constexpr std::size_t searched_path_max = std::size_t{4} << 10;
/// Bytes of the paths that an answer shows.
constexpr std::size_t shown_bytes_max = std::size_t{1} << 20;

/// Goes through a tree in one step: parents before children, siblings by name. Between two steps
/// there is only the path of the node that was given last.
class TreeWalk {
 public:
  /// `top` is the node at `under`, and `path` is at or below it. Goes on behind the node at `path`
  /// with what is below it, or behind where it would be.
  TreeWalk(const State& state, const Znode& top, std::string_view under, std::string& path,
           std::span<const Identity> identities)
      : state_(state),
        top_(&top),
        path_(path),
        identities_(identities),
        parent_(&top),
        parent_size_(under.size()),
        cursor_(children_after(top, {})) {
    if (path.size() > under.size()) resume();
  }

  /// The next node that the identities may know of, its path in `path`; nullptr at the end.
  const Znode* next() {
    if (last_ != nullptr && may_enter(*last_)) {
      parent_ = last_;
      parent_size_ = path_.size();
      cursor_ = children_after(*parent_, {});
    }
    while ((last_ = cursor_.next()) == nullptr) {
      if (parent_ == top_) return nullptr;
      const Znode* left = parent_;
      parent_ = left->parent;
      parent_size_ = parent_->parent == nullptr ? 1 : parent_size_ - left->name().size() - 1;
      cursor_ = children_after(*parent_, left->name());
    }
    path_.resize(parent_size_);
    if (path_.size() > 1) path_ += '/';
    path_ += last_->name();
    return last_;
  }

 private:
  void resume() {
    for (std::string_view at = path_;; at = path::parent(at)) {
      last_ = state_.tree().find(at);
      const std::string_view up = path::parent(at);
      parent_ = last_ != nullptr ? last_->parent : state_.tree().find(up);
      if (parent_ == nullptr) continue;  // Deleted meanwhile, as is all below it.
      parent_size_ = up.size();
      cursor_ = children_after(*parent_, path::name(at));
      return;
    }
  }

  [[nodiscard]] bool may_enter(const Znode& node) const {
    return node.child_count() > 0 && path_.size() <= searched_path_max &&
           is_readable(state_, node, identities_);
  }

  const State& state_;
  const Znode* top_;
  std::string& path_;
  std::span<const Identity> identities_;
  const Znode* last_ = nullptr;
  const Znode* parent_;  ///< Whose children are gone through.
  std::size_t parent_size_;
  ChildList::Cursor cursor_;
};

class TreeSearching final : public Inquiring {
 public:
  explicit TreeSearching(SearchInquiry asked) : asked_(std::move(asked)), path_(asked_.under) {
    asked_.limit = std::clamp<std::size_t>(asked_.limit, 1, page_limit_max);
  }

  bool go_on(CommitMachine& machine) override {
    const State& state = machine.state();
    const auto top = find_listable(state, asked_.under, asked_.identities);
    if (!top.ok()) {
      failed_ = top.error();
      return false;
    }
    TreeWalk walk(state, **top, asked_.under, path_, asked_.identities);
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < nodes_per_step && bytes < path_bytes_per_step; ++i) {
      if (walk.next() == nullptr || !look()) return false;
      bytes += path_.size();
    }
    return true;
  }

  StateAnswer take(const CommitMachine& machine) override {
    if (failed_) return {machine.state().last_applied(), *std::move(failed_)};
    return {machine.state().last_applied(), std::move(found_)};
  }

 private:
  /// False: the answer is full.
  bool look() {
    found_.has_more = found_.looked_at == looked_at_max;
    if (found_.has_more) return false;
    ++found_.looked_at;
    if (path_.find(asked_.text) == std::string::npos) return true;
    found_.has_more = found_.paths.size() == asked_.limit || shown_bytes_ > shown_bytes_max;
    if (found_.has_more) return false;
    shown_bytes_ += path_.size();
    found_.paths.push_back(path_);
    return true;
  }

  SearchInquiry asked_;
  std::string path_;  ///< Of the node that was looked at last.
  FoundAnswer found_;
  std::size_t shown_bytes_ = 0;
  std::optional<Error> failed_;
};

using BiggestItem = BiggestAnswer::Item;

struct Bigger {
  /// What is there of a child before its path is made.
  struct Child {
    std::uint64_t nodes;
    std::uint64_t bytes;
    std::string_view path;
  };
  template <class A, class B>
  bool operator()(const A& a, const B& b) const {
    if (a.nodes != b.nodes) return a.nodes > b.nodes;
    if (a.bytes != b.bytes) return a.bytes > b.bytes;
    return std::string_view(a.path) < std::string_view(b.path);
  }
};

class BiggestFinding final : public Inquiring {
 public:
  explicit BiggestFinding(BiggestInquiry asked)
      : asked_(std::move(asked)), best_(std::clamp<std::size_t>(asked_.limit, 1, page_limit_max)) {}

  bool go_on(CommitMachine& machine) override {
    return is_looking_ ? look(machine.state()) : sort();
  }

  StateAnswer take(const CommitMachine& machine) override {
    if (failed_) return {machine.state().last_applied(), *std::move(failed_)};
    std::reverse(answer_.items.begin(), answer_.items.end());
    const std::string prefix = asked_.path == "/" ? asked_.path : asked_.path + "/";
    for (BiggestItem& item : answer_.items) item.path.insert(0, prefix);
    return {machine.state().last_applied(), std::move(answer_)};
  }

 private:
  bool look(const State& state) {
    const auto parent = find_listable(state, asked_.path, asked_.identities);
    if (!parent.ok()) {
      failed_ = parent.error();
      return false;
    }
    ChildList::Cursor cursor = children_after(**parent, after_);
    const Znode* child = nullptr;
    for (std::size_t i = 0; i < nodes_per_step; ++i) {
      child = cursor.next();
      if (child == nullptr) {
        is_looking_ = false;
        return true;
      }
      const Bigger::Child seen{child->descendants() + 1, child->subtree_bytes(), child->name()};
      if (best_.wants(seen)) best_.add({std::string(seen.path), seen.nodes, seen.bytes});
    }
    after_ = child->name();
    return true;
  }

  /// The worst first, some at a time.
  bool sort() {
    for (std::size_t i = 0; i < nodes_per_step && best_.size() > 0; ++i)
      answer_.items.push_back(best_.take_worst());
    return best_.size() > 0;
  }

  BiggestInquiry asked_;
  BestList<BiggestItem, Bigger> best_;  ///< With names for paths.
  std::string after_;
  bool is_looking_ = true;
  BiggestAnswer answer_;
  std::optional<Error> failed_;
};

}  // namespace

std::unique_ptr<Inquiring> begin_inquiry_of(const SearchInquiry& asked) {
  return std::make_unique<TreeSearching>(asked);
}

std::unique_ptr<Inquiring> begin_inquiry_of(const BiggestInquiry& asked) {
  return std::make_unique<BiggestFinding>(asked);
}

}  // namespace quorate
