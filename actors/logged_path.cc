#include "actors/logged_path.h"

#include <span>
#include <type_traits>
#include <variant>

#include "core/base/overloaded.h"
#include "schema/capnp/record_codec.h"

namespace quorate {
namespace {

const std::string* path_in(const MultiOp& op) {
  return std::visit(Overloaded{[](const RefusedOp&) -> const std::string* { return nullptr; },
                               [](const auto& its) -> const std::string* { return &its.path; }},
                    op);
}

const std::string* path_in(const TxnBody& body) {
  return std::visit(
      [](const auto& its) -> const std::string* {
        using Body = std::decay_t<decltype(its)>;
        if constexpr (std::is_same_v<Body, Multi>) {
          return its.ops.empty() ? nullptr : path_in(its.ops.front());
        } else if constexpr (requires { its.path; }) {
          return &its.path;
        } else {
          return nullptr;
        }
      },
      body);
}

}  // namespace

std::optional<std::string> logged_path(const TxnLog& log, Zxid zxid) {
  if (zxid == Zxid{}) return std::nullopt;
  const auto reader = log.reader(Zxid{zxid.value - 1});
  if (!reader) return std::nullopt;
  const auto record = (*reader)->next();
  if (!record || !*record || (*record)->zxid != zxid) return std::nullopt;
  const std::string_view text = (*record)->bytes.text();
  const auto txn = capnp_codec::decode_txn(std::as_bytes(std::span(text)));
  if (!txn) return std::nullopt;
  const std::string* const path = path_in(txn->submission.body);
  if (path == nullptr) return std::nullopt;
  return path->substr(0, shown_path_bytes_max);
}

}  // namespace quorate
