#include "client/cli/context.h"

#include <algorithm>
#include <iostream>
#include <utility>

namespace quorate::cli {
namespace {

/// Long enough for a pause of the machine, short enough that ephemerals of a killed command go.
constexpr std::chrono::milliseconds session_timeout_min{10'000};

/// For connecting and for each request.
constexpr std::chrono::milliseconds timeout_default{5000};

}  // namespace

Context::Context(Globals globals, Output::Streams streams, Input input)
    : globals_(std::move(globals)), output_(streams, globals_.mode), input_(input) {}

void Context::set_globals(Globals globals) {
  if (globals.endpoints != globals_.endpoints || globals.credentials != globals_.credentials ||
      globals.timeout != globals_.timeout || globals.read_only != globals_.read_only) {
    disconnect();
  }
  globals_ = std::move(globals);
  output_.set_mode(globals_.mode);
}

Result<client::Client*> Context::client() {
  if (client_ && client::is_final(client_->state())) disconnect();
  if (client_) return client_.get();
  const std::chrono::milliseconds timeout = timeout_or(timeout_default);
  client::Options options;
  options.endpoints = globals_.endpoints;
  options.session_timeout = std::max(session_timeout_min, 2 * timeout);
  options.operation_timeout = timeout;
  options.credentials = globals_.credentials;
  options.read_only = globals_.read_only;
  options.outgoing_bytes_max = std::size_t{64} << 20;
  auto opened = client::Client::open(options);
  if (!opened.ok()) return opened.error();
  client_ = std::move(*opened);
  const Status connected = client_->wait_connected(timeout);
  if (!connected.ok()) {
    Error error = connected.error();
    if (error.code == ErrorCode::connection_loss) error.text += " (" + globals_.endpoints + ")";
    disconnect();
    return error;
  }
  if (client_->state() == client::SessionState::read_only)
    output_.note("read-only: this server has no leader, and what it shows may be old");
  return client_.get();
}

void Context::disconnect() { client_.reset(); }

std::string Context::resolve(std::string_view path) const {
  std::string whole(path);
  if (!whole.starts_with('/')) whole = working_node_ + "/" + whole;
  std::vector<std::string_view> segments;
  for (std::string_view rest = whole; !rest.empty();) {
    const std::size_t slash = rest.find('/');
    const std::string_view segment = rest.substr(0, slash);
    rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
    if (segment == "..") {
      if (!segments.empty()) segments.pop_back();
    } else if (!segment.empty() && segment != ".") {
      segments.push_back(segment);
    }
  }
  std::string resolved;
  for (const std::string_view segment : segments) resolved.append("/").append(segment);
  return resolved.empty() ? "/" : resolved;
}

ExitCode Context::fail(const Error& error, std::string_view hint) {
  output_.error(error, hint.empty() ? hint_for(error) : hint);
  return exit_code_of(error.code);
}

Status Context::confirm(const std::string& act) {
  if (globals_.yes) return {};
  if (!input_.is_terminal || !output_.err_is_terminal()) {
    return {ErrorCode::bad_arguments, act + " needs -y when no terminal can be asked"};
  }
  output_.err() << act << "? [y/N] " << std::flush;
  std::string answer;
  std::getline(input_.in, answer);
  if (answer == "y" || answer == "Y" || answer == "yes") return {};
  return {ErrorCode::bad_arguments, "not confirmed, nothing was changed"};
}

std::string hint_for(const Error& error) {
  switch (error.code) {
    case ErrorCode::no_auth:
      return "see `quorate acl get PATH`, prove who you are with --auth";
    case ErrorCode::auth_failed:
    case ErrorCode::session_closed_require_auth:
      return "check --auth scheme:credentials";
    case ErrorCode::connection_loss:
      return "check that the servers run and that --endpoints or QUORATE_ENDPOINTS names them";
    case ErrorCode::operation_timeout:
      return "allow more with --timeout";
    case ErrorCode::not_empty:
      return "delete it with all below it by `rm -r`";
    case ErrorCode::reply_too_large:
      return "page it";
    case ErrorCode::not_read_only:
      return "this server has no leader, or no room on its disk: see `quorate status`";
    case ErrorCode::quota_exceeded:
      return "see `quorate quota get PATH`";
    default:
      return {};
  }
}

}  // namespace quorate::cli
