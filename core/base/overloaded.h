// Visits a std::variant with one lambda per alternative.
#pragma once

namespace quorate {

/// std::visit(Overloaded{[](const A&) {}, [](const auto&) {}}, variant).
template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};
template <class... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

}  // namespace quorate
