// Writes that happen together or not at all.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "core/txn/request.h"

namespace quorate::client {

/// Collects the operations of a multi:
///   client.multi(MultiBuilder().check("/config", 3).set({.path = "/config", ...}).build());
class MultiBuilder {
 public:
  MultiBuilder& create(Create request) { return add(std::move(request)); }
  MultiBuilder& remove(Delete request) { return add(std::move(request)); }
  MultiBuilder& set(SetData request) { return add(std::move(request)); }
  /// The node must exist, with this version.
  MultiBuilder& check(std::string path, std::int32_t version = any_version) {
    return add(Check{std::move(path), version, false});
  }
  /// The node must not exist.
  MultiBuilder& check_absent(std::string path) {
    return add(Check{std::move(path), any_version, true});
  }

  [[nodiscard]] std::size_t size() const { return multi_.ops.size(); }
  [[nodiscard]] bool empty() const { return multi_.ops.empty(); }
  /// Hands out what was collected and starts anew.
  [[nodiscard]] Multi build() { return std::exchange(multi_, {}); }

 private:
  MultiBuilder& add(MultiOp op) {
    multi_.ops.push_back(std::move(op));
    return *this;
  }

  Multi multi_;
};

}  // namespace quorate::client
