// What ZooKeeper's own clients and its server said to each other, byte for byte: recorded/*.txt,
// made by test/support/jute_recorder.
#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <queue>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "schema/jute/client_codec.h"

namespace quorate::jute {
namespace {

constexpr std::size_t no_limit = std::size_t{1} << 30;

using Frame = std::vector<char>;

std::span<const std::byte> bytes_of(const Frame& frame) { return std::as_bytes(std::span(frame)); }

struct Line {
  int connection = 0;
  bool is_client = false;
  std::string hex;
};

std::vector<Line> recorded(const std::string& client) {
  std::ifstream file(std::string(QUORATE_RECORDED_FOLDER) + "/" + client + ".txt");
  REQUIRE(file.good());
  std::vector<Line> lines;
  for (std::string text; std::getline(file, text);) {
    if (text.empty() || text[0] == '#') continue;
    Line line;
    std::string direction;
    std::string name;
    std::istringstream(text) >> line.connection >> direction >> name >> line.hex;
    line.is_client = direction == ">";
    lines.push_back(std::move(line));
  }
  return lines;
}

Frame bytes_of_hex(const std::string& hex) {
  Frame bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

std::string hex_of(const Frame& frame) {
  constexpr const char* digits = "0123456789abcdef";
  std::string hex;
  for (const char byte : frame) {
    hex.push_back(digits[static_cast<unsigned char>(byte) >> 4]);
    hex.push_back(digits[static_cast<unsigned char>(byte) & 15]);
  }
  return hex;
}

/// Follows one client's connections as a server and as a client see them.
class Replay {
 public:
  void step(const Line& line) {
    const Frame frame = bytes_of_hex(line.hex);
    const auto size = frame_size(bytes_of(frame), no_limit);
    REQUIRE(size.ok());
    REQUIRE(*size == frame.size());
    Frame written;
    if (line.is_client) {
      rewrite_client(connections_[line.connection], frame, written);
    } else {
      rewrite_server(connections_[line.connection], frame, written);
    }
    CHECK(hex_of(written) == line.hex);
  }

  [[nodiscard]] const std::set<Opcode>& asked() const { return asked_; }
  [[nodiscard]] std::size_t events() const { return events_; }

 private:
  struct Connection {
    bool asked = false;
    bool answered = false;
    bool says_read_only = false;
    std::map<std::int32_t, std::queue<ReplyShape>> shapes;  ///< By xid.
  };

  void rewrite_client(Connection& connection, const Frame& frame, Frame& written) {
    if (!std::exchange(connection.asked, true)) {
      const auto greeting = decode_greeting(bytes_of(frame));
      REQUIRE(greeting.ok());
      connection.says_read_only = greeting->says_read_only;
      encode(*greeting, written);
      return;
    }
    const auto decoded = decode_request(bytes_of(frame));
    REQUIRE(decoded.ok());
    REQUIRE_FALSE(std::holds_alternative<Refused>(decoded->request.operation));
    connection.shapes[static_cast<std::int32_t>(decoded->request.xid)].push(decoded->shape);
    asked_.insert(decoded->shape.opcode);
    asked_.insert(decoded->shape.ops.begin(), decoded->shape.ops.end());
    encode(decoded->request, decoded->shape, written);
  }

  void rewrite_server(Connection& connection, const Frame& frame, Frame& written) {
    if (!std::exchange(connection.answered, true)) {
      const auto response = decode_connect_response(bytes_of(frame));
      REQUIRE(response.ok());
      encode(*response, connection.says_read_only, written);
      return;
    }
    const auto xid = decode_xid(bytes_of(frame));
    REQUIRE(xid.ok());
    if (*xid == event_xid) {
      const auto event = decode_event(bytes_of(frame));
      REQUIRE(event.ok());
      ++events_;
      encode(*event, written);
      return;
    }
    auto& shapes = connection.shapes[*xid];
    REQUIRE_FALSE(shapes.empty());
    const auto reply = decode_reply(bytes_of(frame), shapes.front());
    REQUIRE(reply.ok());
    encode(*reply, shapes.front(), no_limit, written);
    shapes.pop();
  }

  std::map<int, Connection> connections_;
  std::set<Opcode> asked_;
  std::size_t events_ = 0;
};

}  // namespace

TEST_CASE("what ZooKeeper and its clients said is understood and would be said alike") {
  std::set<Opcode> asked;
  for (const char* client : {"kazoo", "java", "c"}) {
    Replay replay;
    for (const Line& line : recorded(client)) {
      CAPTURE(client);
      CAPTURE(line.hex);
      replay.step(line);
    }
    CHECK(replay.events() >= 3);
    asked.insert(replay.asked().begin(), replay.asked().end());
  }

  // All that a client can ask for but logins, which nobody is let in by, and reconfigurations.
  const std::set<Opcode> all{Opcode::create,
                             Opcode::remove,
                             Opcode::exists,
                             Opcode::get_data,
                             Opcode::set_data,
                             Opcode::get_acl,
                             Opcode::set_acl,
                             Opcode::get_children,
                             Opcode::sync,
                             Opcode::ping,
                             Opcode::get_children2,
                             Opcode::check,
                             Opcode::multi,
                             Opcode::create2,
                             Opcode::check_watches,
                             Opcode::remove_watches,
                             Opcode::create_container,
                             Opcode::create_ttl,
                             Opcode::multi_read,
                             Opcode::auth,
                             Opcode::set_watches,
                             Opcode::get_ephemerals,
                             Opcode::get_all_children_number,
                             Opcode::set_watches2,
                             Opcode::add_watch,
                             Opcode::who_am_i,
                             Opcode::close_session};
  CHECK(asked == all);
}

}  // namespace quorate::jute
