// A value or a reason why there is none. Our code never throws.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "core/base/check.h"
#include "core/base/error_code.h"

namespace quorate {

/// Why something was refused or failed: a code for machines, a sentence for people that names
/// what was wrong, where, and what to do. `text` may be empty where the code says it all.
struct Error {
  ErrorCode code = ErrorCode::system_error;
  std::string text;

  friend bool operator==(const Error&, const Error&) = default;
};

/// Success, or an Error.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)
  Status(ErrorCode code, std::string text = {}) : error_(Error{code, std::move(text)}) {
    if (code == ErrorCode::ok) error_.reset();
  }

  [[nodiscard]] bool ok() const { return !error_; }
  explicit operator bool() const { return ok(); }
  /// REQUIRES: !ok().
  [[nodiscard]] const Error& error() const {
    check(error_.has_value(), "an error is read from a failure");
    return *error_;
  }
  [[nodiscard]] ErrorCode code() const { return error_ ? error_->code : ErrorCode::ok; }

 private:
  std::optional<Error> error_;
};

/// A T, or an Error.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : value_(std::move(error)) {}  // NOLINT(google-explicit-constructor)
  Result(ErrorCode code, std::string text = {}) : value_(Error{code, std::move(text)}) {}

  [[nodiscard]] bool ok() const { return std::holds_alternative<T>(value_); }
  explicit operator bool() const { return ok(); }
  /// REQUIRES: ok().
  [[nodiscard]] T& value() & {
    check(ok(), "a value is read from a success");
    return *std::get_if<T>(&value_);
  }
  [[nodiscard]] const T& value() const& {
    check(ok(), "a value is read from a success");
    return *std::get_if<T>(&value_);
  }
  [[nodiscard]] T&& value() && { return std::move(value()); }
  [[nodiscard]] T& operator*() & { return value(); }
  [[nodiscard]] const T& operator*() const& { return value(); }
  [[nodiscard]] T&& operator*() && { return std::move(value()); }
  [[nodiscard]] T* operator->() { return &value(); }
  [[nodiscard]] const T* operator->() const { return &value(); }

  /// REQUIRES: !ok().
  [[nodiscard]] const Error& error() const {
    check(!ok(), "an error is read from a failure");
    return *std::get_if<Error>(&value_);
  }
  [[nodiscard]] ErrorCode code() const { return ok() ? ErrorCode::ok : error().code; }
  [[nodiscard]] Status status() const { return ok() ? Status{} : Status{error()}; }

 private:
  std::variant<T, Error> value_;
};

}  // namespace quorate
