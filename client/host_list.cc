#include "client/host_list.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/base/check.h"

namespace quorate::client {
namespace {

constexpr std::chrono::milliseconds pause_min{50};
constexpr std::chrono::milliseconds pause_max{1000};

Error refused(std::string_view entry, std::string_view why) {
  return {ErrorCode::bad_arguments,
          "endpoint \"" + std::string(entry) + "\": " + std::string(why) + "; write host:port"};
}

Result<std::uint16_t> parse_port(std::string_view entry, std::string_view text) {
  std::uint16_t port = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, port);
  if (error != std::errc{} || rest != end || port == 0) {
    return refused(entry, "the port is not a number from 1 to 65535");
  }
  return port;
}

Result<Host> parse_host(std::string_view entry) {
  Host host;
  std::string_view port;
  if (entry.starts_with('[')) {
    const std::size_t close = entry.find(']');
    if (close == std::string_view::npos) return refused(entry, "the bracket is not closed");
    host.name = entry.substr(1, close - 1);
    port = entry.substr(close + 1);
    if (!port.empty() && port.front() != ':') return refused(entry, "text follows the bracket");
  } else {
    const std::size_t colon = entry.find(':');
    host.name = entry.substr(0, colon);
    if (colon != std::string_view::npos) port = entry.substr(colon);
    if (port.size() > 1 && port.find(':', 1) != std::string_view::npos) {
      return refused(entry, "an IPv6 address stands in brackets");
    }
  }
  if (host.name.empty()) return refused(entry, "the host is missing");
  if (port.empty()) return host;
  auto number = parse_port(entry, port.substr(1));
  if (!number.ok()) return number.error();
  host.port = *number;
  return host;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

Result<std::string> parse_chroot(std::string_view text) {
  if (text.size() > 1 && text.back() == '/') text.remove_suffix(1);
  if (text == "/") return std::string();
  if (text.find("//") != std::string_view::npos || text.find('\0') != std::string_view::npos) {
    return Error{ErrorCode::bad_arguments,
                 "chroot \"" + std::string(text) + "\": it has an empty segment; write /a/b"};
  }
  return std::string(text);
}

}  // namespace

std::string to_string(const Host& host) {
  const bool bare = host.name.find(':') == std::string::npos;
  return (bare ? host.name : "[" + host.name + "]") + ":" + std::to_string(host.port);
}

Result<Endpoints> parse_endpoints(std::string_view text) {
  Endpoints endpoints;
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    auto chroot = parse_chroot(trimmed(text.substr(slash)));
    if (!chroot.ok()) return chroot.error();
    endpoints.chroot = std::move(*chroot);
    text = text.substr(0, slash);
  }
  while (true) {
    const std::size_t comma = text.find(',');
    auto host = parse_host(trimmed(text.substr(0, comma)));
    if (!host.ok()) return host.error();
    endpoints.hosts.push_back(std::move(*host));
    if (comma == std::string_view::npos) return endpoints;
    text.remove_prefix(comma + 1);
  }
}

HostList::HostList(std::vector<Host> hosts, std::uint64_t seed)
    : hosts_(std::move(hosts)), random_(seed) {
  check(!hosts_.empty(), "a client has at least one host");
  for (std::size_t left = hosts_.size(); left > 1; --left) {
    std::swap(hosts_[left - 1], hosts_[random() % left]);
  }
}

const Host& HostList::next() {
  const Host& host = hosts_[next_];
  next_ = (next_ + 1) % hosts_.size();
  ++failures_;
  return host;
}

std::chrono::milliseconds HostList::pause() {
  const std::size_t rounds = failures_ / hosts_.size();
  if (rounds == 0 || failures_ % hosts_.size() != 0) return std::chrono::milliseconds(0);
  const auto doublings = std::min<std::size_t>(rounds - 1, 5);
  const auto whole = std::min(pause_max, pause_min * (1 << doublings)).count();
  const auto half = static_cast<std::uint64_t>(whole / 2);
  return std::chrono::milliseconds(whole - static_cast<std::int64_t>(random() % (half + 1)));
}

const Host& HostList::other_than(const Host& host) {
  check(hosts_.size() > 1, "there is another host");
  const Host* other = &hosts_[next_other_++ % hosts_.size()];
  if (*other == host) other = &hosts_[next_other_++ % hosts_.size()];
  return *other;
}

void HostList::succeeded() { failures_ = 0; }

// SplitMix64: all that shuffling and jitter need.
std::uint64_t HostList::random() {
  random_ += 0x9e3779b97f4a7c15U;
  std::uint64_t mixed = random_;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9U;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebU;
  return mixed ^ (mixed >> 31);
}

}  // namespace quorate::client
