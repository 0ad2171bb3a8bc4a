// Nodes of the tree, as the console shows them.
#pragma once

#include <string_view>

#include "actors/console/json.h"
#include "core/inquiry/state_answer.h"

namespace quorate {

/// The schemas Stat, AclEntry[], Node, Children, Found, Biggest and NodeChanged of
/// console/openapi.yaml. `applied`: of the answer.
[[nodiscard]] Json stat_view(const Stat& stat);
[[nodiscard]] Json stat_view(const NodeStat& stat);
/// Digests are left out.
[[nodiscard]] Json acl_view(const Acl& acl);
[[nodiscard]] Json node_view(std::string_view path, Zxid applied, const NodeAnswer& node);
[[nodiscard]] Json children_view(std::string_view path, Zxid applied,
                                 const ChildrenAnswer& children);
[[nodiscard]] Json found_view(std::string_view text, std::string_view under,
                              const FoundAnswer& found);
[[nodiscard]] Json biggest_view(std::string_view path, const BiggestAnswer& biggest);
/// `path`: what was asked for; the answer knows the number of a sequential node.
[[nodiscard]] Json changed_view(std::string_view path, const EditAnswer& edited);

}  // namespace quorate
