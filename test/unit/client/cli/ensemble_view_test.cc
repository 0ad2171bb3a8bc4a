// Servers side by side: what is shown of each, and whether they are a service.
#include "client/cli/ensemble_view.h"

#include <doctest/doctest.h>

#include <sstream>

namespace quorate::cli {
namespace {

EnsembleMember member(std::uint32_t id, std::optional<NetworkAddress> clients) {
  EnsembleMember member;
  member.server = {id};
  member.peers = {{"10.0.0." + std::to_string(id), 2888}};
  member.clients = std::move(clients);
  return member;
}

Inspection server(std::uint32_t id, ServerRole role, Zxid zxid) {
  Inspection server;
  server.server = {id};
  server.version = "1.0";
  server.role = role;
  server.serving = role != ServerRole::looking;
  server.quorum_linked = server.serving;
  if (server.serving) {
    server.leader = ServerId{1};
    server.epoch = zxid.epoch();
  }
  server.committed = server.applied = server.logged = zxid;
  return server;
}

client::Answer answer(const Inspection& inspection) {
  client::Answer answer;
  answer.host = {"10.0.0." + std::to_string(inspection.server.value), 2181};
  answer.alive = true;
  answer.inspection = inspection;
  return answer;
}

client::Answer silence(const client::Host& host) {
  client::Answer answer;
  answer.host = host;
  answer.inspection = Error{ErrorCode::connection_loss, "connection refused"};
  return answer;
}

struct Desk {
  std::ostringstream out;
  std::ostringstream err;
  Output output;
  explicit Desk(OutputMode mode) : output({out, err, false, false}, mode) {}
};

const Zxid here = Zxid::at(Epoch{7}, 30);

TEST_CASE("the lag is counted in writes within an epoch, and cannot be told across epochs") {
  const Inspection leader = server(1, ServerRole::leading, here);

  CHECK(lag_behind(leader, server(2, ServerRole::following, Zxid::at(Epoch{7}, 10))) == 20U);
  CHECK(lag_behind(leader, leader) == 0U);
  // Asked a moment later than the leader.
  CHECK(lag_behind(leader, server(2, ServerRole::following, Zxid::at(Epoch{7}, 31))) == 0U);
  CHECK_FALSE(lag_behind(leader, server(2, ServerRole::looking, Zxid::at(Epoch{6}, 99))));
}

TEST_CASE("the leader is who serves and leads in the highest epoch") {
  Inspection old = server(3, ServerRole::leading, Zxid::at(Epoch{6}, 1));
  Inspection gathering = server(2, ServerRole::leading, Zxid::at(Epoch{9}, 1));
  gathering.serving = false;
  const std::vector<StatusRow> rows{row_of(answer(old), {}), row_of(answer(gathering), {}),
                                    row_of(answer(server(1, ServerRole::leading, here)), {})};

  REQUIRE(leader_among(rows) != nullptr);
  CHECK(leader_among(rows)->server == ServerId{1});
  CHECK(leader_among({rows[1]}) == nullptr);
}

TEST_CASE("there is a service when somebody serves who is linked with a quorum") {
  Inspection cut_off = server(2, ServerRole::following, here);
  cut_off.quorum_linked = false;
  const StatusRow alone = row_of(answer(cut_off), {});
  const StatusRow looking = row_of(answer(server(3, ServerRole::looking, here)), {});
  const StatusRow serving = row_of(answer(server(2, ServerRole::following, here)), {});
  const StatusRow silent = row_of(silence({"10.0.0.1", 2181}), {});

  CHECK(is_service({silent, serving}));
  CHECK_FALSE(is_service({silent, looking, alone}));
  CHECK_FALSE(is_service({}));

  Inspection leader = server(1, ServerRole::leading, here);
  leader.sends_clients_away = true;
  const StatusRow aloof = row_of(answer(leader), {});
  CHECK_FALSE(is_service({aloof, looking}));
  CHECK(aloof.note == "leaves clients to the others");

  Inspection reads_only = server(2, ServerRole::read_only, here);
  reads_only.serving = false;
  const StatusRow stale = row_of(answer(reads_only), {});
  CHECK_FALSE(is_service({stale}));
  CHECK(stale.note == "serves old reads only");
}

TEST_CASE("other servers are asked where their lines say, at a peer's address where all listen") {
  Inspection first = server(1, ServerRole::leading, here);
  first.members = {member(1, NetworkAddress{"10.0.0.1", 2181}),
                   member(2, NetworkAddress{"two.example", 2182}),
                   member(3, NetworkAddress{"0.0.0.0", 2183}),
                   member(4, NetworkAddress{"::", 2184}), member(5, std::nullopt)};

  const auto others = others_named_by(first);

  REQUIRE(others.size() == 4);
  CHECK(others[0].host == client::Host{"two.example", 2182});
  CHECK(others[1].host == client::Host{"10.0.0.3", 2183});
  CHECK(others[2].host == client::Host{"10.0.0.4", 2184});
  CHECK(others[3].server == ServerId{5});
  CHECK_FALSE(others[3].host);
}

TEST_CASE("a server that does not answer is a row with the id that others know it by") {
  const std::vector<EnsembleMember> members{member(2, NetworkAddress{"0.0.0.0", 2181})};

  const StatusRow row = row_of(silence({"10.0.0.2", 2181}), members);

  CHECK(row.server == ServerId{2});
  CHECK(row.note == "no answer: connection refused");
  CHECK_FALSE(row_of(silence({"10.0.0.9", 2181}), members).server);
}

TEST_CASE("rows are ordered by server, and all have the same columns") {
  Desk desk(OutputMode::json);
  print_status(desk.output,
               {row_of(silence({"10.0.0.9", 2181}), {}),
                row_of(answer(server(2, ServerRole::following, Zxid::at(Epoch{7}, 29))), {}),
                row_of(answer(server(1, ServerRole::leading, here)), {})});

  const Json rows = Json::parse(desk.out.str());

  REQUIRE(rows.size() == 3);
  CHECK(rows[0]["server"] == 1);
  CHECK(rows[0]["role"] == "leading");
  CHECK(rows[0]["applied"] == "7.1e");
  CHECK(rows[0]["recovering"] == false);
  CHECK(rows[0]["note"].is_null());
  CHECK(rows[1]["lag"] == 1);
  CHECK(rows[1]["leader"] == 1);
  CHECK(rows[2]["server"].is_null());
  CHECK(rows[2]["role"].is_null());
  CHECK(rows[2]["note"] == "no answer: connection refused");
  CHECK(rows[2].size() == rows[0].size());
}

TEST_CASE("a table says in words what is wrong with a server") {
  Inspection ill = server(2, ServerRole::looking, here);
  ill.recovering = true;
  Desk desk(OutputMode::table);

  print_status(desk.output, {row_of(answer(ill), {})});

  CHECK(desk.out.str().find("recovering, serves nobody, no quorum linked") != std::string::npos);
  CHECK(desk.out.str().find("ENDPOINT") != std::string::npos);
}

TEST_CASE("the last digest is shown, and that servers differ") {
  Inspection differing = server(1, ServerRole::leading, here);
  differing.digest_zxid = Zxid::at(Epoch{7}, 0x80);
  differing.digest = 0x0abc;
  differing.in_doubt = true;
  Desk json(OutputMode::json);
  Desk table(OutputMode::table);

  for (Desk* desk : {&json, &table})
    print_status(desk->output, {row_of(answer(differing), {}),
                                row_of(answer(server(2, ServerRole::following, here)), {})});

  const Json rows = Json::parse(json.out.str());
  CHECK(rows[0]["digest_zxid"] == "7.80");
  CHECK(rows[0]["digest"] == "0000000000000abc");
  CHECK(rows[0]["in_doubt"] == true);
  CHECK(rows[1]["digest_zxid"].is_null());
  CHECK(rows[1]["digest"].is_null());
  CHECK(rows[1]["in_doubt"] == false);
  // A line has no room for all; that they differ is what a person must see.
  CHECK(table.out.str().find("0000000000000abc") == std::string::npos);
  CHECK(table.out.str().find("servers differ: writes are refused") != std::string::npos);
}

TEST_CASE("members are shown as they are configured") {
  EnsembleMember grouped = member(2, NetworkAddress{"fd00::2", 2181});
  grouped.group = 4;
  grouped.weight = 3;
  grouped.linked = true;
  EnsembleMember observer = member(3, std::nullopt);
  observer.observer = true;
  observer.peers.push_back({"10.1.0.3", 2888});
  Desk desk(OutputMode::json);

  print_members(desk.output, {grouped, observer});

  const Json rows = Json::parse(desk.out.str());
  CHECK(rows[0] == Json{{"server", 2},
                        {"role", "participant"},
                        {"weight", 3},
                        {"group", 4},
                        {"peers", "10.0.0.2:2888"},
                        {"clients", "[fd00::2]:2181"},
                        {"linked", true}});
  CHECK(rows[1]["role"] == "observer");
  CHECK(rows[1]["group"].is_null());
  CHECK(rows[1]["peers"] == "10.0.0.3:2888|10.1.0.3:2888");
  CHECK(rows[1]["clients"].is_null());
}

}  // namespace
}  // namespace quorate::cli
