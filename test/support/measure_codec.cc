// How long the hot messages take to read and write, on one thread.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "schema/capnp/client_codec.h"
#include "schema/capnp/record_codec.h"

namespace quorate {
namespace {

constexpr int rounds = 200'000;

/// Nanoseconds per call, the best of several runs: others share the machine.
template <class Work>
void measure(const char* what, Work&& work) {
  double best = 1e9;
  for (int run = 0; run < 7; ++run) {
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < rounds; ++i) work();
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
    best = std::min(best, took.count() / rounds);
  }
  std::printf("%-28s %7.1f ns\n", what, best);
}

template <class Message>
std::vector<char> frame_of(const Message& message) {
  std::vector<char> frame;
  capnp_codec::encode(message, frame);
  return frame;
}

void measure_decoding(const char* what, const Request& request) {
  const std::vector<char> frame = frame_of(request);
  measure(what, [&] {
    if (!capnp_codec::decode_client(std::as_bytes(std::span(frame))).ok()) std::abort();
  });
}

/// Into a buffer that takes 64 frames before it is sent, as a connection's does.
template <class Encode>
void measure_encoding(const char* what, Encode&& encode) {
  std::vector<char> out;
  int frames = 0;
  measure(what, [&] {
    if (++frames % 64 == 0) out.clear();
    encode(out);
  });
}

void measure_all() {
  const std::string path = "/bench/node-0001234";
  const Blob data{std::string(100, 'x')};
  const Acl acl = {{31, "world", "anyone"}};
  measure_decoding("decode get", {7, 0, {}, GetData{path, false}});
  measure_decoding("decode exists", {7, 0, {}, Exists{path, false}});
  measure_decoding("decode set, 100 bytes", {7, 0, {}, SetData{path, data}});
  measure_decoding("decode create, 100 bytes", {7, 0, {}, Create{path, data, acl}});

  const Reply got{7, {9}, ErrorCode::ok, DataReply{data, {}}};
  const Reply stat{7, {9}, ErrorCode::ok, StatReply{}};
  const WatchEvent event{EventType::data_changed, path, {9}};
  measure_encoding("encode data reply, 100 bytes",
                   [&](std::vector<char>& out) { capnp_codec::encode(got, 1 << 20, out); });
  measure_encoding("encode stat reply",
                   [&](std::vector<char>& out) { capnp_codec::encode(stat, 1 << 20, out); });
  measure_encoding("encode event",
                   [&](std::vector<char>& out) { capnp_codec::encode(event, out); });

  const Txn txn{{9}, 1, {8}, {{5}, {}, {{"ip", "127.0.0.1"}}, SetData{path, data}}};
  const Blob record = capnp_codec::encode_txn(txn);
  measure("encode txn, set 100 bytes", [&] {
    if (capnp_codec::encode_txn(txn).empty()) std::abort();
  });
  measure("decode txn, set 100 bytes", [&] {
    if (!capnp_codec::decode_txn(record.bytes()).ok()) std::abort();
  });
}

}  // namespace
}  // namespace quorate

int main() { quorate::measure_all(); }
