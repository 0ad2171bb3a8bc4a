#include <sys/socket.h>

#include <chrono>
#include <thread>

#include "test/unit/actors/http/served.h"

using namespace quorate;
using namespace quorate::test;
using namespace std::chrono_literals;

namespace {

/// A stream that a client has asked for and the handler has begun.
struct Open {
  explicit Open(const Served& served, Desk& desk, int receive_buffer = 0)
      : client(served.port, receive_buffer) {
    client.send(get("/events"));
    stream = desk.take().second->stream("text/event-stream", {{"Cache-Control", "no-store"}});
    head = read_answer(client);
  }

  std::string chunk() {
    std::string size;
    while (!size.ends_with("\r\n")) {
      const std::string byte = client.receive(1);
      if (byte.empty()) return "end";
      size += byte;
    }
    const std::size_t bytes = std::stoul(size, nullptr, 16);
    std::string text = client.receive(bytes);
    client.receive(2);
    return text;
  }

  Client client;
  std::shared_ptr<HttpStream> stream;
  Read head;
};

}  // namespace

TEST_CASE("a stream sends what it is given, and ends when its sender lets go") {
  Desk desk;
  const Served served(desk.handler());
  Open open(served, desk);
  REQUIRE(open.stream != nullptr);
  CHECK(open.head.has("Content-Type: text/event-stream\r\n"));
  CHECK(open.head.has("Cache-Control: no-store\r\n"));
  CHECK(open.head.has("Transfer-Encoding: chunked\r\n"));
  CHECK_FALSE(open.head.has("Content-Length"));
  CHECK(served.server->streams() == 1);

  CHECK(open.stream->send(bytes_of("one\n")));
  CHECK(open.chunk() == "one\n");
  CHECK(open.stream->send(bytes_of("two\n")));
  CHECK(open.chunk() == "two\n");
  CHECK(open.stream->send(bytes_of("three\n")));
  open.stream.reset();
  CHECK(open.chunk() == "three\n");
  CHECK(open.client.receive_all() == "0\r\n\r\n");
  CHECK(eventually([&] { return served.server->connections() == 0; }));
  CHECK(served.server->streams() == 0);
  CHECK(served.server->counters().streams.get() == 1);
}

TEST_CASE("a client of HTTP/1.0 gets the bytes as they are") {
  Desk desk;
  const Served served(desk.handler());
  Client client(served.port);
  client.send("GET / HTTP/1.0\r\n\r\n");
  auto stream = desk.take().second->stream("text/plain", {});
  CHECK_FALSE(read_answer(client).has("chunked"));
  CHECK(stream->send(bytes_of("hello")));
  stream.reset();
  CHECK(client.receive_all() == "hello");
}

TEST_CASE("fifty streams share the bytes they send") {
  Desk desk;
  const Served served(desk.handler());
  std::vector<std::unique_ptr<Open>> streams;
  for (int i = 0; i < 50; ++i) streams.push_back(std::make_unique<Open>(served, desk, 4096));
  // More than the sockets hold, so that it stays queued.
  const SharedBytes event = bytes_of(std::string(3 << 20, 'x'));
  for (const auto& open : streams) CHECK(open->stream->send(event));
  CHECK(event.use_count() == 51);
  for (const auto& open : streams) CHECK(open->chunk() == *event);
  CHECK(eventually([&] { return event.use_count() == 1; }));
}

TEST_CASE("who leaves too much unread is cut off, and takes nothing with him") {
  HttpLimits limits;
  limits.stream_bytes_max = 1 << 20;
  Desk desk;
  const Served served(desk.handler(), limits);
  Open slow(served, desk, 4096);
  Open quick(served, desk);
  const SharedBytes event = bytes_of(std::string(64 << 10, 'x'));
  int sent = 0;
  while (sent < 1000 && slow.stream->send(event)) ++sent;
  CHECK(sent >= 16);
  CHECK(sent < 1000);
  CHECK_FALSE(slow.stream->send(event));
  CHECK(eventually([&] { return served.server->streams() == 1; }));
  CHECK(eventually([&] { return event.use_count() == 1; }));
  CHECK(served.server->counters().too_slow.get() == 1);
  CHECK(quick.stream->send(bytes_of("still there")));
  CHECK(quick.chunk() == "still there");
}

TEST_CASE("who takes nothing for too long is cut off, however little there is") {
  HttpLimits limits;
  limits.write_max = 200ms;
  limits.stream_bytes_max = 64 << 20;
  Desk desk;
  const Served served(desk.handler(), limits);
  Open open(served, desk, 4096);
  CHECK(open.stream->send(bytes_of(std::string(16 << 20, 'x'))));
  CHECK(eventually([&] { return served.server->streams() == 0; }));
  CHECK(served.server->counters().too_slow.get() == 1);
  CHECK_FALSE(open.stream->send(bytes_of("x")));
}

TEST_CASE("a quiet stream stays open beyond the times of requests") {
  HttpLimits limits;
  limits.head_max = limits.body_max = limits.idle_max = 50ms;
  limits.answer_max = limits.write_max = 2s;
  Desk desk;
  const Served served(desk.handler(), limits);
  Open open(served, desk);
  std::this_thread::sleep_for(400ms);
  CHECK(open.stream->send(bytes_of("x")));
  CHECK(open.chunk() == "x");
}

TEST_CASE("a client that leaves is noticed, though nothing is sent") {
  Desk desk;
  const Served served(desk.handler());
  Open open(served, desk);
  SUBCASE("in order") { open.client.close(); }
  SUBCASE("with a reset") { open.client.abort(); }
  SUBCASE("by ending its half") { open.client.half_close(); }
  CHECK(eventually([&] { return served.server->connections() == 0; }));
  CHECK(served.server->streams() == 0);
  CHECK_FALSE(open.stream->send(bytes_of("x")));
}

TEST_CASE("a client that leaves in the middle of a write is noticed") {
  Desk desk;
  const Served served(desk.handler());
  Open open(served, desk, 4096);
  const SharedBytes event = bytes_of(std::string(3 << 20, 'x'));
  CHECK(open.stream->send(event));
  std::this_thread::sleep_for(20ms);
  open.client.abort();
  CHECK(eventually([&] { return served.server->connections() == 0; }));
  CHECK(eventually([&] { return event.use_count() == 1; }));
  CHECK_FALSE(open.stream->send(event));
}

TEST_CASE("streams above the limit are refused, and there is room again when one ends") {
  HttpLimits limits;
  limits.streams_max = 1;
  Desk desk;
  const Served served(desk.handler(), limits);
  auto first = std::make_unique<Open>(served, desk);
  const Open second(served, desk);
  CHECK(second.stream == nullptr);
  CHECK(second.head.status == 503);
  CHECK(served.server->counters().refused_streams.get() == 1);
  first.reset();
  CHECK(eventually([&] { return served.server->streams() == 0; }));
  const Open third(served, desk);
  CHECK(third.stream != nullptr);
}

TEST_CASE("a stream for HEAD ends with its head") {
  Desk desk;
  const Served served(desk.handler());
  Client client(served.port);
  client.send("HEAD /events HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(desk.take().second->stream("text/event-stream", {}) == nullptr);
  const Read read = read_answer(client, true);
  CHECK(read.status == 200);
  CHECK(read.has("text/event-stream"));
  CHECK(client.receive_all().empty());
}

TEST_CASE("streams that outlive the server send nothing") {
  Desk desk;
  auto served = std::make_unique<Served>(desk.handler());
  Open open(*served, desk);
  served.reset();
  CHECK_FALSE(open.stream->send(bytes_of("x")));
  CHECK(open.client.receive_all().empty());
}

TEST_CASE("many threads may send at once") {
  Desk desk;
  const Served served(desk.handler());
  Open open(served, desk);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([stream = open.stream] {
      for (int i = 0; i < 500; ++i) stream->send(bytes_of("12345678"));
    });
  }
  std::string all;
  while (all.size() < 4 * 500 * 8) {
    const std::string piece = open.chunk();
    REQUIRE(piece != "end");
    all += piece;
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(all.size() == 4 * 500 * 8);
}
