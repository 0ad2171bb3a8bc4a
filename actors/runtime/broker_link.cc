#include "actors/runtime/broker_link.h"

#include <sys/socket.h>

#include "actors/runtime/io_backend.h"

namespace quorate {

BrokerLink::BrokerLink(caf::io::abstract_broker& broker, caf::io::connection_handle handle)
    : broker_(broker), handle_(handle), stock_output_limit_(IoOptions{}.output_limit_bytes) {
  if (auto* backend = IoBackend::of(broker.system()); backend != nullptr) {
    link_.reset(backend->find(handle));
  }
}

void BrokerLink::start() {
  broker_.configure_read(handle_, caf::io::receive_policy::at_most(IoOptions{}.read_chunk_bytes));
}

std::vector<char>& BrokerLink::output() {
  if (link_ != nullptr && link_->is_open()) return link_->wr_buf();
  if (link_ == nullptr && broker_.valid(handle_)) return broker_.wr_buf(handle_);
  return scrap_;
}

void BrokerLink::flush() {
  scrap_.clear();
  if (link_ != nullptr) {
    if (link_->is_open()) link_->flush();
    return;
  }
  if (!broker_.valid(handle_)) return;
  broker_.flush(handle_);
  if (unsent_bytes() > stock_output_limit_) close(CloseMode::forced);
}

void BrokerLink::pause() { broker_.halt(handle_); }

void BrokerLink::resume() { broker_.trigger(handle_); }

void BrokerLink::close(CloseMode mode) {
  if (!broker_.valid(handle_)) return;
  if (mode == CloseMode::forced && link_ != nullptr) {
    link_->close_now(CloseReason::forced);
    return;
  }
  if (mode == CloseMode::forced) {
    // The stock backend's handles are descriptors. A socket that is shut down makes its loop fail
    // to send, and so give the descriptor back.
    const auto fd = static_cast<int>(handle_.id());
    const linger reset{1, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    ::shutdown(fd, SHUT_RDWR);
  }
  broker_.close(handle_);
}

std::size_t BrokerLink::unsent_bytes() const {
  if (link_ != nullptr) return link_->is_open() ? link_->unsent_bytes() : 0;
  return broker_.valid(handle_) ? broker_.wr_buf(handle_).size() : 0;
}

std::string BrokerLink::remote() const {
  return link_ != nullptr ? link_->addr() : broker_.remote_addr(handle_);
}

std::uint16_t BrokerLink::remote_port() const {
  return link_ != nullptr ? link_->port() : broker_.remote_port(handle_);
}

void BrokerLink::count_frames(std::size_t in, std::size_t out) {
  if (link_ != nullptr) link_->count_frames(in, out);
}

LinkCounts BrokerLink::counts() const {
  LinkCounts counts;
  counts.queued_bytes = unsent_bytes();
  if (link_ == nullptr) return counts;
  counts.bytes_in = link_->bytes_in.get();
  counts.bytes_out = link_->bytes_out.get();
  counts.frames_in = link_->frames_in.get();
  counts.frames_out = link_->frames_out.get();
  return counts;
}

void BrokerLink::set_peer_link(bool yes) {
  if (link_ != nullptr) link_->set_peer_link(yes);
}

void BrokerLink::set_output_limit(std::size_t bytes) {
  stock_output_limit_ = bytes;
  if (link_ != nullptr) link_->set_output_limit(bytes);
}

void BrokerLink::notify_below(std::size_t bytes) {
  if (link_ != nullptr) {
    link_->notify_below(bytes);
  } else {
    broker_.ack_writes(handle_, bytes > 0);
  }
}

CloseReason BrokerLink::close_reason() const {
  return link_ != nullptr ? link_->close_reason() : CloseReason::none;
}

}  // namespace quorate
