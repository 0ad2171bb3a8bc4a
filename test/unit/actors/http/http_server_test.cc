#include <sys/resource.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "test/unit/actors/http/served.h"

using namespace quorate;
using namespace quorate::test;
using namespace std::chrono_literals;

namespace {

/// Sends `request` and says whether the connection was ended afterwards, and with what status.
unsigned status_and_end(const Served& served, const std::string& request) {
  Client client(served.port);
  client.send(request);
  const Read read = read_answer(client);
  CHECK(read.has("Connection: close"));
  CHECK(client.receive(1).empty());
  return read.status;
}

std::string post(const std::string& headers, const std::string& body) {
  return "POST /p HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n" + body;
}

}  // namespace

TEST_CASE("a request is decoded, handled and answered") {
  const Served served;
  const Read read = ask(served.port, get("/a%20b?x=1&y=%2F"));
  CHECK(read.status == 200);
  CHECK(read.body == "GET /a b x=1 y=/ []");
  CHECK(read.has("HTTP/1.1 200 OK\r\n"));
  CHECK(read.has("Content-Type: text/plain\r\n"));
  CHECK_FALSE(read.has("Connection:"));
  CHECK(served.server->counters().requests.get() == 1);
}

TEST_CASE("one connection takes requests one after another, also when they come at once") {
  const Served served;
  Client client(served.port);
  client.send(get("/1") + post("Content-Length: 2\r\n", "hi") + get("/3") + "GET /4 HT");
  CHECK(read_answer(client).body == "GET /1 []");
  CHECK(read_answer(client).body == "POST /p [hi]");
  CHECK(read_answer(client).body == "GET /3 []");
  client.send("TP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const Read last = read_answer(client);
  CHECK(last.body == "GET /4 []");
  CHECK(last.has("Connection: close\r\n"));
  CHECK(client.receive(1).empty());
}

TEST_CASE("pipelined requests wait until the one before is answered") {
  Desk desk;
  const Served served(desk.handler());
  Client client(served.port);
  client.send(get("/1") + get("/2"));
  auto [first, answer] = desk.take();
  CHECK(first->path == "/1");
  std::this_thread::sleep_for(50ms);
  CHECK(served.server->counters().requests.get() == 1);
  answer->send({});
  CHECK(read_answer(client).status == 200);
  auto [second, next] = desk.take();
  CHECK(second->path == "/2");
}

TEST_CASE("HEAD is answered like GET, without the body") {
  const Served served;
  Client client(served.port);
  client.send("HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n" + get("/b"));
  const Read head = read_answer(client, true);
  CHECK(head.has("Content-Length: 10\r\n"));
  CHECK(read_answer(client).body == "GET /b []");
}

TEST_CASE("HTTP/1.0 is answered, and the connection closed") {
  const Served served;
  CHECK(status_and_end(served, "GET / HTTP/1.0\r\n\r\n") == 200);
  CHECK(status_and_end(served, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n") == 200);
}

TEST_CASE("bodies come with a length or in chunks") {
  const Served served;
  CHECK(ask(served.port, post("Content-Length: 3\r\n", "abc")).body == "POST /p [abc]");
  CHECK(ask(served.port, post("Content-Length: 0\r\n", "")).body == "POST /p []");
  CHECK(ask(served.port,
            post("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n"))
            .body == "POST /p [abc0123456789]");
}

TEST_CASE("headers behind a chunked body are no headers") {
  Desk desk;
  const Served served(desk.handler());
  Client client(served.port);
  client.send(post("Transfer-Encoding: chunked\r\n",
                   "1\r\na\r\n0\r\nX-Quorate-Console: 1\r\nAuthorization: Bearer x\r\n\r\n"));
  const auto [request, answer] = desk.take();
  CHECK(request->body == "a");
  CHECK(request->header("x-quorate-console").empty());
  CHECK(request->header("authorization").empty());
}

TEST_CASE("a chunked body that comes byte by byte is the same body") {
  const Served served;
  Client client(served.port);
  for (const char byte : post("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"))
    client.send(std::string(1, byte));
  CHECK(read_answer(client).body == "POST /p [abcde]");
}

TEST_CASE("what has more than one meaning is refused, and the connection ended") {
  const Served served;
  const std::string host = "Host: a\r\n";
  const std::vector<std::string> requests{
      "GET / HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\r\nHost:\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
      "GET / HTTP/1.1\nHost: a\n\n",
      "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n",
      "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET / HTTP/1.1 \r\nHost: a\r\n\r\n",
      "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
      "GET /\r\nHost: a\r\n\r\n",
      "get / HTTP/1.1\r\nHost: a\r\n\r\n",
      "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
      "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n",
      "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n",
      std::string("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", 30),
      "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /a/../b HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /a//b HTTP/1.1\r\nHost: a\r\n\r\n",
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
      post("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "0\r\n\r\n"),
      post("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"),
      post("Content-Length: 3\r\nContent-Length: 4\r\n", "abc"),
      post("Content-Length: 3, 3\r\n", "abc"),
      post("Content-Length: +3\r\n", "abc"),
      post("Content-Length: -3\r\n", "abc"),
      post("Transfer-Encoding: gzip\r\n", ""),
      post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"),
      post("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"),
      post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
      post("Transfer-Encoding: chunked\r\n", "x\r\n"),
      post("Transfer-Encoding: chunked\r\n", "3\nabc\n0\n\n\r\n\r\n"),
      post("Transfer-Encoding: chunked\r\n", "3\r\nabcd\r\n0\r\n\r\n"),
      post("Transfer-Encoding: chunked\r\n", "FFFFFFFFFFFFFFFFF\r\n"),
      "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  };
  std::uint64_t refused = 0;
  for (const std::string& request : requests) {
    CAPTURE(request);
    // Nothing behind it is taken for a second request.
    CHECK(status_and_end(served, request + get("/smuggled")) == 400);
    CHECK(served.server->counters().malformed.get() == ++refused);
  }
  CHECK(served.server->counters().requests.get() == 0);
  CHECK(ask(served.port, get("/")).status == 200);
}

TEST_CASE("a client of TLS at a plain port is closed without a word, and counted") {
  const Served served;
  Client client(served.port);
  client.send(std::string("\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03", 11));
  CHECK(client.receive_all().empty());
  CHECK(served.server->counters().malformed.get() == 1);
}

TEST_CASE("heads and bodies have limits") {
  HttpLimits limits;
  limits.head_bytes_max = 1000;
  limits.body_bytes_max = 1000;
  const Served served(echo, limits);
  const std::string start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
  const std::string fits = start + std::string(1000 - start.size() - 4, 'x') + "\r\n\r\n";
  CHECK(ask(served.port, fits).status == 200);
  CHECK(status_and_end(served, start + "x" + fits.substr(start.size())) == 431);
  CHECK(status_and_end(served, start + std::string(5000, 'x')) == 431);
  CHECK(status_and_end(served, "GET /" + std::string(995, 'x')) == 431);

  CHECK(ask(served.port, post("Content-Length: 1000\r\n", std::string(1000, 'x'))).status == 200);
  CHECK(status_and_end(served, post("Content-Length: 1001\r\n", "")) == 413);
  CHECK(status_and_end(served, post("Content-Length: 18446744073709551615\r\n", "")) == 413);
  const std::string chunk = "1F4\r\n" + std::string(500, 'x') + "\r\n";
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  CHECK(ask(served.port, post(chunked, chunk + chunk + "0\r\n\r\n")).body.size() == 1010);
  CHECK(status_and_end(served, post(chunked, chunk + chunk + "1\r\nx\r\n0\r\n\r\n")) == 413);
  CHECK(status_and_end(served, post(chunked, "FFFFFFFFFFFFFFF\r\n")) == 413);
  // What is around the chunks has a limit too.
  CHECK(status_and_end(served, post(chunked, "1;" + std::string(50000, 'x'))) == 400);
  CHECK(status_and_end(served, post(chunked, "0\r\nX: " + std::string(50000, 'x'))) == 400);
  CHECK(served.server->counters().too_large.get() == 7);
}

TEST_CASE("a hundred headers are enough") {
  const Served served;
  std::string headers;
  for (int i = 0; i < 99; ++i) headers += "X" + std::to_string(i) + ": y\r\n";
  CHECK(ask(served.port, "GET / HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n").status == 200);
  CHECK(status_and_end(served, "GET / HTTP/1.1\r\nHost: a\r\nY: z\r\n" + headers + "\r\n") == 431);
}

TEST_CASE("bodies have a limit over all connections") {
  HttpLimits limits;
  limits.bodies_bytes_max = 1500;
  Desk desk;
  const Served served(desk.handler(), limits);
  Client first(served.port);
  first.send(post("Content-Length: 1000\r\n", std::string(1000, 'x')));
  auto [request, answer] = desk.take();
  CHECK(status_and_end(served, post("Content-Length: 1000\r\n", std::string(1000, 'x'))) == 503);
  answer->send({});
  CHECK(read_answer(first).status == 200);
  Client second(served.port);
  second.send(post("Content-Length: 1000\r\n", std::string(1000, 'x')));
  desk.take().second->send({});
  CHECK(read_answer(second).status == 200);
}

TEST_CASE("who expects to be told to go on is told, unless the body is not wanted") {
  HttpLimits limits;
  limits.body_bytes_max = 10;
  const Served served(echo, limits);
  Client client(served.port);
  client.send(post("Expect: 100-continue\r\nContent-Length: 2\r\n", ""));
  CHECK(client.receive(25) == "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("hi");
  CHECK(read_answer(client).body == "POST /p [hi]");
  CHECK(status_and_end(served, post("Expect: 100-continue\r\nContent-Length: 11\r\n", "")) == 413);
  CHECK(status_and_end(served, post("Expect: tea\r\nContent-Length: 1\r\n", "x")) == 417);
  // Who has sent the body already isn't told.
  CHECK(ask(served.port, post("Expect: 100-continue\r\nContent-Length: 2\r\n", "hi")).body ==
        "POST /p [hi]");
}

TEST_CASE("whoever is slow is ended at the time for it") {
  HttpLimits limits;
  limits.head_max = 200ms;
  limits.body_max = 200ms;
  limits.idle_max = 300ms;
  limits.answer_max = 200ms;
  Desk desk;
  const Served served(desk.handler(), limits);

  SUBCASE("with a head, byte by byte") {
    Client client(served.port);
    client.send("GET / HTTP/1.1\r\n");
    for (int i = 0; i < 100 && client.send("X: y\r\n"); ++i) {
      std::this_thread::sleep_for(20ms);
      if (served.server->counters().too_slow.get() > 0) break;
    }
    CHECK(read_answer(client).status == 408);
  }
  SUBCASE("with a body") {
    CHECK(status_and_end(served, post("Content-Length: 10\r\n", "abc")) == 408);
  }
  SUBCASE("with a chunked body") {
    CHECK(status_and_end(served, post("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n")) == 408);
  }
  SUBCASE("with an answer") {
    Client client(served.port);
    client.send(get("/"));
    const auto [request, answer] = desk.take();
    CHECK(read_answer(client).status == 504);
    answer->send({});
    CHECK(answer->stream("", {}) == nullptr);
  }
  CHECK(served.server->counters().too_slow.get() == 1);
  CHECK(eventually([&] { return served.server->connections() == 0; }));
}

TEST_CASE("who says nothing is closed without a word") {
  HttpLimits limits;
  limits.idle_max = 100ms;
  const Served served(echo, limits);
  Client fresh(served.port);
  CHECK(fresh.receive_all().empty());
  Client used(served.port);
  used.send(get("/"));
  CHECK(read_answer(used).status == 200);
  CHECK(used.receive_all().empty());
  CHECK(served.server->counters().too_slow.get() == 0);
}

TEST_CASE("who does not take an answer is ended at the time for it") {
  HttpLimits limits;
  limits.write_max = 200ms;
  const SharedBytes big = bytes_of(std::string(64 << 20, 'x'));
  const Served served(
      [&](const auto&, const auto& answer) {
        answer->send({200, "text/plain", big, {}});
      },
      limits);
  Client client(served.port, 4096);
  client.send(get("/"));
  CHECK(eventually([&] { return served.server->counters().too_slow.get() == 1; }));
  CHECK(eventually([&] { return served.server->connections() == 0; }));
  CHECK(eventually([&] { return big.use_count() == 1; }));
}

TEST_CASE("who is not answered is told so") {
  const Served served([](const auto&, const auto&) {});
  const Read read = ask(served.port, get("/"));
  CHECK(read.status == 500);
  CHECK(read.body == R"({"error":{"code":"internal","text":"the server did not answer"}})");
}

TEST_CASE("an answer from another thread, of any size, arrives whole") {
  Desk desk;
  const Served served(desk.handler());
  Client client(served.port);
  client.send(get("/"));
  auto [request, answer] = desk.take();
  std::string text;
  for (int i = 0; text.size() < 3 << 20; ++i) text += std::to_string(i) + ' ';
  answer->send({200, "text/plain", bytes_of(text), {{"ETag", "\"1\""}}});
  const Read read = read_answer(client);
  CHECK(read.has("ETag: \"1\"\r\n"));
  CHECK(read.body == text);
}

TEST_CASE("an answer cannot be split by what is in its headers") {
  const Served served([](const auto&, const auto& answer) {
    answer->send({200, "text/plain", nullptr, {{"X-Echo", "a\r\nSet-Cookie: b"}, {"X-Good", "c"}}});
  });
  const Read read = ask(served.port, get("/"));
  CHECK_FALSE(read.has("Set-Cookie"));
  CHECK(read.has("X-Good: c\r\n"));
}

TEST_CASE("answers that have no body have no length either") {
  const Served served([](const auto&, const auto& answer) {
    answer->send({304, "", nullptr, {}});
  });
  Client client(served.port);
  client.send(get("/1") + get("/2"));
  for (int i = 0; i < 2; ++i) {
    const Read read = read_answer(client);
    CHECK(read.status == 304);
    CHECK_FALSE(read.has("Content-Length"));
  }
}

TEST_CASE("connections above the limits are closed, and those that are open go on") {
  HttpLimits limits;
  SUBCASE("in total") { limits.connections_max = 3; }
  SUBCASE("of one address") { limits.connections_per_address_max = 3; }
  const Served served(echo, limits);
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(std::make_unique<Client>(served.port));
    clients.back()->send(get("/"));
    CHECK(read_answer(*clients.back()).status == 200);
  }
  CHECK(Client(served.port).receive_all().empty());
  CHECK(served.server->counters().refused_connections.get() == 1);
  clients[0]->send(get("/again"));
  CHECK(read_answer(*clients[0]).body == "GET /again []");
  clients.pop_back();
  CHECK(eventually([&] { return served.server->connections() == 2; }));
  CHECK(ask(served.port, get("/")).status == 200);
}

// Goal: strangers who connect cost neither memory nor the server. Method: 10,000 connections, 200
// of them open at a time, most of which are above the limit.
TEST_CASE("ten thousand connections are counted, bounded and survived") {
  HttpLimits limits;
  limits.connections_max = 64;
  const Served served(echo, limits);
  const HttpCounters& counters = served.server->counters();
  const std::size_t before = open_descriptors();
  for (std::uint64_t opened = 0; opened < 10'000;) {
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 200; ++i, ++opened) {
      clients.push_back(std::make_unique<Client>(served.port));
      REQUIRE(clients.back()->connected());
    }
    REQUIRE(eventually(
        [&] { return counters.connections.get() + counters.refused_connections.get() == opened; }));
    CHECK(served.server->connections() == 64);
    clients.clear();
    REQUIRE(eventually([&] { return served.server->connections() == 0; }));
  }
  CHECK(counters.refused_connections.get() == 50 * (200 - 64));
  CHECK(eventually([&] { return open_descriptors() == before; }));
  CHECK(ask(served.port, get("/")).status == 200);
}

TEST_CASE("when descriptors run out the server waits, and goes on when there are some") {
  const Served served;
  UnconnectedClient early;
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  rlimit none = before;
  none.rlim_cur = 0;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  const bool connected = early.connect(served.port);
  const auto cpu = [] {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return std::chrono::seconds(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           std::chrono::microseconds(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
  };
  const auto start = cpu();
  std::this_thread::sleep_for(500ms);
  const auto spent = cpu() - start;
  const std::uint64_t accepted = served.server->counters().connections.get();
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(connected);
  CHECK(accepted == 0);
  CHECK(spent < 250ms);
  CHECK(eventually([&] { return served.server->counters().connections.get() == 1; }));
  CHECK(ask(served.port, get("/")).status == 200);
}

TEST_CASE("the server ends at once, whatever goes on") {
  Desk desk;
  auto served = std::make_unique<Served>(desk.handler());
  Client idle(served->port);
  Client waiting(served->port);
  Client slow(served->port);
  slow.send("GET / HT");
  waiting.send(get("/"));
  auto [request, answer] = desk.take();
  served.reset();
  CHECK(idle.receive_all().empty());
  CHECK(waiting.receive_all().empty());
  CHECK(slow.receive_all().empty());
  // Whoever answers late does no harm.
  answer->send({});
  CHECK(answer->stream("", {}) == nullptr);
}

TEST_CASE("the thread yields to those that serve clients") {
  int niceness = 0;
  const Served served([&](const auto&, const auto& answer) {
    niceness = ::getpriority(PRIO_PROCESS, 0);
    answer->send({});
  });
  const int own = ::getpriority(PRIO_PROCESS, 0);
  CHECK(ask(served.port, get("/")).status == 200);
  CHECK(niceness == std::max(own, 10));
}
