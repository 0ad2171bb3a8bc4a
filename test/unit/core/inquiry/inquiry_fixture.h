// A server with a little of everything, and what asks it.
#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <utility>
#include <variant>

#include "core/inquiry/inquiring.h"
#include "test/unit/core/commit/commit_fixture.h"

namespace quorate::test {

/// Asks, and goes on until there is an answer. `between` happens between two steps.
[[nodiscard]] inline StateAnswer ask(
    CommitMachine& machine, const StateInquiry& inquiry,
    const std::function<void()>& between = [] {}) {
  const auto asked = begin_inquiry(inquiry);
  for (int steps = 1; asked->go_on(machine); ++steps) {
    REQUIRE(steps < 1'000'000);
    between();
  }
  return asked->take(machine);
}

/// REQUIRES: the answer is an A.
template <class A>
[[nodiscard]] A answered(
    CommitMachine& machine, const StateInquiry& inquiry,
    const std::function<void()>& between = [] {}) {
  StateAnswer answer = ask(machine, inquiry, between);
  CHECK(answer.applied == machine.state().last_applied());
  const auto* error = std::get_if<Error>(&answer.body);
  INFO("the error was " << (error == nullptr ? "none" : error->text));
  REQUIRE(std::holds_alternative<A>(answer.body));
  return std::move(std::get<A>(answer.body));
}

[[nodiscard]] inline ErrorCode refused(CommitMachine& machine, const StateInquiry& inquiry) {
  const StateAnswer answer = ask(machine, inquiry);
  const auto* error = std::get_if<Error>(&answer.body);
  REQUIRE(error != nullptr);
  CHECK_FALSE(error->text.empty());
  return error->code;
}

[[nodiscard]] inline Create ephemeral(std::string path) {
  Create request = create(std::move(path));
  request.mode = CreateMode::ephemeral;
  return request;
}

[[nodiscard]] inline Create owned(std::string path, std::string_view data = "") {
  Create request = create(std::move(path), data);
  request.acl = {{perms::all, "digest", "anna:secret"}};
  return request;
}

inline const std::vector<Identity> anna{{"digest", "anna:secret"}};

}  // namespace quorate::test
