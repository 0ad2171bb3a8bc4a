/* What the C client is recorded doing: c_client HOST:PORT. See record.py for what it prints. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zookeeper/zookeeper.h>

static volatile int connected = 0;
static volatile int events = 0;
static volatile int authenticated = 0;

static void on_event(zhandle_t *client, int type, int state, const char *path, void *context) {
  (void)client, (void)path, (void)context;
  if (type == ZOO_SESSION_EVENT) {
    if (state == ZOO_CONNECTED_STATE) ++connected;
  } else {
    ++events;
  }
}

static void on_auth(int code, const void *data) {
  (void)data;
  if (code == ZOK) authenticated = 1;
}

static void heading(const char *words) {
  puts(words);
  fflush(stdout);
}

static void wait_for(volatile int *count, int wanted) {
  for (int i = 0; i < 6000 && *count < wanted; ++i) usleep(10000);
  if (*count < wanted) exit(3);
}

static void must(int code, int wanted, int line) {
  if (code == wanted) return;
  fprintf(stderr, "line %d: %d instead of %d\n", line, code, wanted);
  exit(4);
}
#define MUST(call, wanted) must((call), (wanted), __LINE__)

int main(int count, char **arguments) {
  char text[256];
  char data[64];
  int size = sizeof data;
  struct Stat stat;
  struct String_vector names;
  struct ACL_vector acl;
  if (count != 2) return 2;
  zoo_set_debug_level(ZOO_LOG_LEVEL_ERROR);

  heading("the handshake");
  zhandle_t *client = zookeeper_init(arguments[1], on_event, 30000, NULL, NULL, 0);
  wait_for(&connected, 1);

  heading("nodes");
  MUST(zoo_create(client, "/c", "data", 4, &ZOO_OPEN_ACL_UNSAFE, 0, text, sizeof text), ZOK);
  MUST(zoo_create(client, "/c/e", "e", 1, &ZOO_OPEN_ACL_UNSAFE, ZOO_EPHEMERAL, text, sizeof text), ZOK);
  MUST(zoo_create2(client, "/c/s-", "s", 1, &ZOO_OPEN_ACL_UNSAFE, ZOO_PERSISTENT_SEQUENTIAL, text, sizeof text, &stat), ZOK);
  MUST(zoo_create2(client, "/c/container", "c", 1, &ZOO_OPEN_ACL_UNSAFE, ZOO_CONTAINER, text, sizeof text, &stat), ZOK);
  MUST(zoo_create_ttl(client, "/c/ttl", "t", 1, &ZOO_OPEN_ACL_UNSAFE, ZOO_PERSISTENT_WITH_TTL, 600000, text, sizeof text), ZOK);
  MUST(zoo_create(client, "/c", "", 0, &ZOO_OPEN_ACL_UNSAFE, 0, text, sizeof text), ZNODEEXISTS);
  MUST(zoo_exists(client, "/c", 0, &stat), ZOK);
  MUST(zoo_exists(client, "/missing", 0, &stat), ZNONODE);
  MUST(zoo_get(client, "/c", 0, data, &size, &stat), ZOK);
  MUST(zoo_set2(client, "/c", "more", 4, 0, &stat), ZOK);
  MUST(zoo_set(client, "/c", "", 0, 7), ZBADVERSION);
  MUST(zoo_get_children(client, "/c", 0, &names), ZOK);
  deallocate_String_vector(&names);
  MUST(zoo_get_children2(client, "/c", 0, &names, &stat), ZOK);
  deallocate_String_vector(&names);
  MUST(zoo_get_acl(client, "/c", &acl, &stat), ZOK);
  MUST(zoo_set_acl(client, "/c", -1, &acl), ZOK);
  deallocate_ACL_vector(&acl);
  MUST(zoo_delete(client, "/c/ttl", -1), ZOK);
  MUST(zoo_delete(client, "/c", -1), ZNOTEMPTY);

  heading("null data");
  MUST(zoo_create(client, "/c/null", NULL, -1, &ZOO_OPEN_ACL_UNSAFE, 0, text, sizeof text), ZOK);
  size = sizeof data;
  MUST(zoo_get(client, "/c/null", 0, data, &size, &stat), ZOK);

  heading("a transaction");
  zoo_op_t ops[4];
  zoo_op_result_t results[4];
  zoo_check_op_init(&ops[0], "/c", 1);
  zoo_create_op_init(&ops[1], "/c/m", "m", 1, &ZOO_OPEN_ACL_UNSAFE, 0, text, sizeof text);
  zoo_set_op_init(&ops[2], "/c/m", "n", 1, 0, &stat);
  zoo_delete_op_init(&ops[3], "/c/m", 1);
  MUST(zoo_multi(client, 4, ops, results), ZOK);

  heading("a transaction that fails");
  zoo_check_op_init(&ops[2], "/c", 7);
  MUST(zoo_multi(client, 4, ops, results), ZBADVERSION);

  heading("watches");
  MUST(zoo_get(client, "/c", 1, data, &size, &stat), ZOK);
  MUST(zoo_exists(client, "/c/later", 1, &stat), ZNONODE);
  MUST(zoo_get_children(client, "/c", 1, &names), ZOK);
  deallocate_String_vector(&names);
  MUST(zoo_set(client, "/c", "again", 5, -1), ZOK);
  MUST(zoo_create(client, "/c/later", "", 0, &ZOO_OPEN_ACL_UNSAFE, 0, text, sizeof text), ZOK);
  wait_for(&events, 3);
  MUST(zoo_wget(client, "/c", on_event, NULL, data, &size, &stat), ZOK);
  MUST(zoo_remove_watches(client, "/c", ZWATCHTYPE_DATA, on_event, NULL, 0), ZOK);

  heading("another connection, with auth and setWatches");
  MUST(zoo_get(client, "/c", 1, data, &size, &stat), ZOK);
  MUST(zoo_exists(client, "/c/never", 1, &stat), ZNONODE);
  MUST(zoo_get_children(client, "/c", 1, &names), ZOK);
  deallocate_String_vector(&names);
  MUST(zoo_add_auth(client, "digest", "user:secret", 11, on_auth, NULL), ZOK);
  wait_for(&authenticated, 1);
  connected = 0;
  heading("cut");
  wait_for(&connected, 1);
  MUST(zoo_create(client, "/c/mine", "", 0, &ZOO_CREATOR_ALL_ACL, 0, text, sizeof text), ZOK);

  heading("the session ends");
  return zookeeper_close(client) == ZOK ? 0 : 5;
}
