#include "operations.h"

#include <cstring>

#include "steps.h"

namespace {

using steps::Client;
using steps::create;
using steps::Mailbox;
using steps::said;
using steps::say;
using steps::text;

void get(const Client& client, const std::string& path, const std::string& words = "") {
  char data[256];
  int length = sizeof data;
  Stat stat{};
  const int code = zoo_get(client, path.c_str(), 0, data, &length, &stat);
  const std::string value = length < 0 ? "null" : "'" + std::string(data, data + length) + "'";
  say("getData " + path + words, code == ZOK ? value + " " + text(stat) : text(code));
}

void exists(const Client& client, const std::string& path, const std::string& words = "") {
  Stat stat{};
  const int code = zoo_exists(client, path.c_str(), 0, &stat);
  say("exists " + path + words, code == ZOK ? text(stat) : text(code));
}

void children(const Client& client, const std::string& path) {
  String_vector names{};
  Stat stat{};
  int code = zoo_get_children(client, path.c_str(), 0, &names);
  say("getChildren " + path, code == ZOK ? steps::sorted(names) : text(code));
  if (code == ZOK) deallocate_String_vector(&names);
  code = zoo_get_children2(client, path.c_str(), 0, &names, &stat);
  say("getChildren2 " + path, code == ZOK ? steps::sorted(names) + " " + text(stat) : text(code));
  if (code == ZOK) deallocate_String_vector(&names);
}

void create2(const Client& client, const std::string& operation, const std::string& path, int mode,
             std::int64_t ttl = -1) {
  char made[256] = {};
  Stat stat{};
  const int code = zoo_create2_ttl(client, path.c_str(), "x", 1, &ZOO_OPEN_ACL_UNSAFE, mode, ttl,
                                   made, sizeof made, &stat);
  say(operation + " " + path, code == ZOK ? std::string(made) + " " + text(stat) : text(code));
}

void set(const Client& client, const std::string& path, int version) {
  Stat stat{};
  const int code = zoo_set2(client, path.c_str(), "new", 3, version, &stat);
  say("setData " + path + " " + std::to_string(version), code == ZOK ? text(stat) : text(code));
}

}  // namespace

void nodes() {
  Client a;
  create(a, "/n");
  create(a, "/n");
  create(a, "/n/a/b");
  create(a, "n");
  said("create /n/null",
       zoo_create(a, "/n/null", nullptr, -1, &ZOO_OPEN_ACL_UNSAFE, 0, nullptr, 0));
  get(a, "/n");
  get(a, "/n/null");
  get(a, "/none");
  exists(a, "/n");
  exists(a, "/none");
  set(a, "/n", -1);
  set(a, "/n", 0);
  set(a, "/n", 1);
  set(a, "/none", -1);
  children(a, "/n");
  children(a, "/none");
  said("delete /n", zoo_delete(a, "/n", -1));
  said("delete /n/null 7", zoo_delete(a, "/n/null", 7));
  said("delete /n/null 0", zoo_delete(a, "/n/null", 0));
  said("delete /n/null again", zoo_delete(a, "/n/null", 0));
  said("delete /", zoo_delete(a, "/", -1));
  exists(a, "/n");
}

void kinds() {
  Client a;
  say("session of a", steps::session(zoo_client_id(a)));
  create(a, "/k");
  create(a, "/k/e", ZOO_EPHEMERAL);
  create(a, "/k/s-", ZOO_PERSISTENT_SEQUENTIAL);
  create(a, "/k/es-", ZOO_EPHEMERAL_SEQUENTIAL);
  create2(a, "create2", "/k/p2", ZOO_PERSISTENT);
  create2(a, "create2", "/k/e2", ZOO_EPHEMERAL);
  create2(a, "create2", "/k/s2-", ZOO_PERSISTENT_SEQUENTIAL);
  create2(a, "createContainer", "/k/c", ZOO_CONTAINER);
  create2(a, "createTTL", "/k/t", ZOO_PERSISTENT_WITH_TTL, 600'000);
  create2(a, "createTTL", "/k/ts-", ZOO_PERSISTENT_SEQUENTIAL_WITH_TTL, 600'000);
  create2(a, "createTTL", "/k/t0", ZOO_PERSISTENT_WITH_TTL, 0);
  create2(a, "createTTL", "/k/p3 without one", ZOO_PERSISTENT, 5);
  create(a, "/k/e/x");
  create(a, "/k/other", 7);
  children(a, "/k");
}

void permissions() {
  Client a;
  Client b;
  say("auth of a", a.authenticate("digest", "ann:pw"));
  said("create /p", zoo_create(a, "/p", "s", 1, &ZOO_CREATOR_ALL_ACL, 0, nullptr, 0));
  ACL_vector acl{};
  Stat stat{};
  said("getACL /p by a", zoo_get_acl(a, "/p", &acl, &stat));
  say("getACL /p by a", text(acl) + " " + text(stat));
  deallocate_ACL_vector(&acl);
  said("getACL /p by b", zoo_get_acl(b, "/p", &acl, &stat));
  get(b, "/p", " by b");
  said("setACL /p by b", zoo_set_acl(b, "/p", -1, &ZOO_OPEN_ACL_UNSAFE));
  said("setACL /p 3 by a", zoo_set_acl(a, "/p", 3, &ZOO_READ_ACL_UNSAFE));
  said("setACL /p 0 by a", zoo_set_acl(a, "/p", 0, &ZOO_READ_ACL_UNSAFE));
  get(b, "/p", " by b");
  said("setData /p by a", zoo_set(a, "/p", "x", 1, -1));
  said("setACL /none", zoo_set_acl(a, "/none", -1, &ZOO_READ_ACL_UNSAFE));
  say("auth of b as super", b.authenticate("digest", "super:secret"));
  said("setACL /p by super", zoo_set_acl(b, "/p", 1, &ZOO_OPEN_ACL_UNSAFE));
  Client c;
  say("auth of an unknown scheme", c.authenticate("ldap", "x"));
  exists(c, "/", " of whom it is refused");
}

namespace {

void say_results(const std::string& words, int code, const std::vector<zoo_op_result_t>& results) {
  std::string all;
  for (const zoo_op_result_t& result : results) {
    all += ", " + text(result.err);
    if (result.err == ZOK && result.value != nullptr && *result.value != 0)
      all += " " + std::string(result.value);
    if (result.err == ZOK && result.stat != nullptr && result.stat->czxid != 0)
      all += " " + text(*result.stat);
  }
  say("multi " + words, text(code) + all);
}

}  // namespace

void transactions() {
  Client a;
  create(a, "/m");
  char made[3][64] = {};
  Stat stat{};
  std::vector<zoo_op_t> ops(5);
  zoo_create_op_init(&ops[0], "/m/a", "x", 1, &ZOO_OPEN_ACL_UNSAFE, 0, made[0], sizeof made[0]);
  zoo_create_op_init(&ops[1], "/m/s-", "x", 1, &ZOO_OPEN_ACL_UNSAFE, ZOO_EPHEMERAL_SEQUENTIAL,
                     made[1], sizeof made[1]);
  zoo_set_op_init(&ops[2], "/m/a", "two", 3, 0, &stat);
  zoo_check_op_init(&ops[3], "/m/a", 1);
  zoo_delete_op_init(&ops[4], "/m/a", 1);
  std::vector<zoo_op_result_t> results(5);
  int code = zoo_multi(a, 5, ops.data(), results.data());
  say_results("of each kind", code, results);
  zoo_check_op_init(&ops[3], "/m/a", 9);
  results.assign(5, {});
  code = zoo_multi(a, 5, ops.data(), results.data());
  say_results("that fails", code, results);

  Mailbox answer;
  const auto answered = [](int code, const void* to) {
    static_cast<Mailbox*>(const_cast<void*>(to))->put(text(code));
  };
  zoo_delete_op_init(&ops[3], "/m/none", -1);
  results.assign(5, {});
  zoo_amulti(a, 5, ops.data(), results.data(), answered, &answer);
  say("multi with a callback", answer.next());
  say_results("with a callback, its parts", 0, results);
  zoo_check_op_init(&ops[3], "/m/a", 1);
  std::memset(made, 0, sizeof made);
  results.assign(5, {});
  zoo_amulti(a, 5, ops.data(), results.data(), answered, &answer);
  say("multi with a callback", answer.next());
  say_results("with a callback, its parts", 0, results);
  code = zoo_multi(a, 0, ops.data(), results.data());
  said("multi of nothing", code);
  children(a, "/m");
}

void configuration() {
  Client a;
  char data[256];
  int length = sizeof data;
  Stat stat{};
  said("getData of the configuration", zoo_getconfig(a, 0, data, &length, &stat));
  say("getData of the configuration, its length", std::to_string(length < 0 ? 0 : length));
  length = sizeof data;
  said("reconfig",
       zoo_reconfig(a, "server.2=127.0.0.1:1:2;3", nullptr, nullptr, -1, data, &length, &stat));
}
