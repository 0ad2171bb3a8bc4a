#include "bench/net/poller.h"

#include "bench/net/socket.h"

namespace quorate::bench {

Result<Poller> Poller::make() {
  Fd fd(::epoll_create1(EPOLL_CLOEXEC));
  if (!fd.valid()) return system_failure("epoll_create1");
  Poller poller(std::move(fd));
  const timespec none{};
  epoll_event event{};
  if (::epoll_pwait2(poller.fd_.get(), &event, 1, &none, nullptr) < 0) {
    return Error{ErrorCode::unimplemented,
                 system_failure("epoll_pwait2 (Linux 5.11 or later is needed)").text};
  }
  return poller;
}

Status Poller::add(int fd, std::uint64_t tag, std::uint32_t events) {
  epoll_event event{events, {.u64 = tag}};
  if (::epoll_ctl(fd_.get(), EPOLL_CTL_ADD, fd, &event) != 0) return system_failure("epoll_ctl");
  return {};
}

void Poller::change(int fd, std::uint64_t tag, std::uint32_t events) {
  epoll_event event{events, {.u64 = tag}};
  check(::epoll_ctl(fd_.get(), EPOLL_CTL_MOD, fd, &event) == 0, "a polled descriptor is open");
}

void Poller::remove(int fd) {
  check(::epoll_ctl(fd_.get(), EPOLL_CTL_DEL, fd, nullptr) == 0, "a polled descriptor is open");
}

std::span<const epoll_event> Poller::wait(Nanoseconds wait) {
  const timespec limit{wait / ns_per_s, wait % ns_per_s};
  const int count = ::epoll_pwait2(fd_.get(), ready_.data(), static_cast<int>(ready_.size()),
                                   wait < 0 ? nullptr : &limit, nullptr);
  return {ready_.data(), static_cast<std::size_t>(count < 0 ? 0 : count)};
}

}  // namespace quorate::bench
