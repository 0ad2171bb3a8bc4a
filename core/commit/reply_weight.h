// How much a reply holds.
#pragma once

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "core/txn/reply.h"

namespace quorate {

/// Bytes of what makes replies large: data, and what is there many times. Roughly what is written.
struct ReplyWeight {
  std::size_t operator()(const DataReply& reply) const { return reply.data.size(); }
  std::size_t operator()(const ChildrenReply& reply) const { return of(reply.names); }
  std::size_t operator()(const PathsReply& reply) const { return of(reply.paths); }
  std::size_t operator()(const ListReply& reply) const {
    std::size_t bytes = 0;
    for (const ListedChild& child : reply.children)
      bytes += entry_bytes + stat_bytes + child.name.size() + child.data.size();
    return bytes;
  }
  std::size_t operator()(const AclReply& reply) const {
    std::size_t bytes = 0;
    for (const AclEntry& entry : reply.acl)
      bytes += 2 * entry_bytes + entry.scheme.size() + entry.id.size();
    return bytes;
  }
  std::size_t operator()(const MultiReadReply& reply) const {
    std::size_t bytes = 0;
    for (const MultiReadResult& result : reply.results)
      bytes += stat_bytes + std::visit(*this, result.body);
    return bytes;
  }
  template <class Small>
  std::size_t operator()(const Small&) const {
    return 0;
  }

 private:
  /// What an encoding takes at most, in either protocol, besides the bytes themselves.
  static constexpr std::size_t entry_bytes = 16;
  static constexpr std::size_t stat_bytes = 120;

  static std::size_t of(const std::vector<std::string>& texts) {
    std::size_t bytes = entry_bytes * texts.size();
    for (const std::string& text : texts) bytes += text.size();
    return bytes;
  }
};

[[nodiscard]] inline std::size_t weight_of(const ReplyBody& body) {
  return std::visit(ReplyWeight{}, body);
}

}  // namespace quorate
