#include "sessions.h"

#include <algorithm>
#include <memory>

#include "steps.h"

namespace {

using steps::Client;
using steps::create;
using steps::Mailbox;
using steps::said;
using steps::say;
using steps::text;

int watch_data(const Client& client, const char* path, Mailbox& events) {
  char data[256];
  int length = sizeof data;
  return zoo_wget(client, path, steps::watch, &events, data, &length, nullptr);
}

int watch_children(const Client& client, const char* path, Mailbox& events) {
  String_vector names{};
  const int code = zoo_wget_children(client, path, steps::watch, &events, &names);
  if (code == ZOK) deallocate_String_vector(&names);
  return code;
}

void set(const Client& client, const char* path) {
  said(std::string("setData ") + path, zoo_set(client, path, "y", 1, -1));
}

}  // namespace

void watches() {
  Client a;
  Client b;
  Mailbox events;
  said("exists /w watched", zoo_wexists(a, "/w", steps::watch, &events, nullptr));
  create(b, "/w");
  say("event exists: created", events.next());
  said("getData /w watched", watch_data(a, "/w", events));
  set(b, "/w");
  say("event getData: changed", events.next());
  set(b, "/w");
  a.sync();
  say("event getData: only once", events.none());
  said("getChildren /w watched", watch_children(a, "/w", events));
  create(b, "/w/x");
  say("event getChildren: created", events.next());
  said("getChildren /w watched", watch_children(a, "/w", events));
  said("delete /w/x", zoo_delete(b, "/w/x", -1));
  say("event getChildren: deleted", events.next());
  said("getData /w watched", watch_data(a, "/w", events));
  said("delete /w", zoo_delete(b, "/w", -1));
  say("event getData: deleted", events.next());
  said("getData /w watched", watch_data(a, "/w", events));
  create(b, "/w");
  a.sync();
  say("event of a failed getData", events.none());
  said("exists /w watched by the default watcher", zoo_exists(a, "/w", 1, nullptr));
  set(b, "/w");
  say("event exists: the default watcher", a.events.next());
}

void watches_taken_back() {
  Client a;
  Client b;
  Mailbox events;
  create(b, "/r");
  said("getData /r watched", watch_data(a, "/r", events));
  said("getChildren /r watched", watch_children(a, "/r", events));
  said("checkWatches /r data",
       zoo_remove_watches(a, "/r", ZWATCHTYPE_DATA, steps::watch, &events, 0));
  said("checkWatches /r data again",
       zoo_remove_watches(a, "/r", ZWATCHTYPE_DATA, steps::watch, &events, 0));
  set(b, "/r");
  a.sync();
  say("event checkWatches: it is gone", events.none());
  create(b, "/r/x");
  say("event getChildren: it is still there", events.next());
  said("getChildren /r watched", watch_children(a, "/r", events));
  said("removeWatches /r children", zoo_remove_all_watches(a, "/r", ZWATCHTYPE_CHILD, 0));
  said("removeWatches /r any", zoo_remove_all_watches(a, "/r", ZWATCHTYPE_ANY, 0));
  create(b, "/r/y");
  a.sync();
  say("event removeWatches: it is gone", events.none());
}

void cut_connection() {
  Client a;
  Mailbox changed, deleted, created, children, same;
  for (const char* path : {"/c", "/c/changed", "/c/deleted", "/c/parent", "/c/same"})
    create(a, path);
  create(a, "/c/e", ZOO_EPHEMERAL);
  watch_data(a, "/c/changed", changed);
  watch_data(a, "/c/deleted", deleted);
  zoo_wexists(a, "/c/created", steps::watch, &created, nullptr);
  watch_children(a, "/c/parent", children);
  watch_data(a, "/c/same", same);
  say("session of a", steps::session(zoo_client_id(a)));
  {
    Client direct(steps::place.direct);
    steps::order("hold");
    say("event of the session", a.events.next());
    set(direct, "/c/changed");
    said("delete /c/deleted", zoo_delete(direct, "/c/deleted", -1));
    create(direct, "/c/created");
    create(direct, "/c/parent/x");
  }
  steps::order("release");
  while (true) {
    // How often it tried in vain is a matter of time.
    const std::string event = a.events.next();
    if (event == "session connecting ") continue;
    say("event of the session", event);
    break;
  }
  say("session of a", steps::session(zoo_client_id(a)));
  a.sync();
  for (Mailbox* each : {&changed, &deleted, &created, &children}) {
    std::string event;
    do event = each->next();
    while (event.starts_with("session"));
    say("event missed meanwhile", event);
  }
  set(a, "/c/same");
  std::string event;
  do event = same.next();
  while (event.starts_with("session"));
  say("event of what was restored", event);
  Stat stat{};
  said("exists /c/e", zoo_exists(a, "/c/e", 0, &stat));
  say("exists /c/e its owner", "sid:" + std::to_string(stat.ephemeralOwner));
}

void session_resumed() {
  // The longer its session, the longer this library waits before it connects again.
  auto a = std::make_unique<Client>(steps::place.endpoint, nullptr, 10'000);
  create(*a, "/e", ZOO_EPHEMERAL);
  const clientid_t id = *zoo_client_id(*a);
  say("session of a", steps::session(&id));
  say("session of a, its time-out", std::to_string(zoo_recv_timeout(*a)));
  // Held up, lest the two take the session from each other again and again.
  steps::order("hold");
  {
    Client twin(steps::place.direct, &id);
    say("event of the twin", twin.events.next());
    say("session of the twin", steps::session(zoo_client_id(twin)));
    said("exists /e by the twin", zoo_exists(twin, "/e", 0, nullptr));
  }
  steps::order("release");
  // The twin has ended it.
  std::string event;
  do event = a->events.next();
  while (event == "session connecting " || event == "session connected ");
  say("event of a", event);
  a.reset();
  Client b;
  said("exists /e", zoo_exists(b, "/e", 0, nullptr));
  for (const int wanted_ms : {500, 5'000, 100'000'000}) {
    Client other(steps::place.endpoint, nullptr, wanted_ms);
    say("session of " + std::to_string(wanted_ms) + " ms", std::to_string(zoo_recv_timeout(other)));
  }
}

void sessions_that_are_none() {
  Client a;
  clientid_t id = *zoo_client_id(a);
  std::fill(std::begin(id.passwd), std::end(id.passwd), 'x');
  {
    Client wrong(steps::place.endpoint, &id);
    say("event with a wrong password", wrong.events.next());
    said("exists / with a wrong password", zoo_exists(wrong, "/", 0, nullptr));
  }
  id.client_id = 0x7777777777777777;
  Client unknown(steps::place.endpoint, &id);
  say("event of a session that never was", unknown.events.next());
}

void changed_root() {
  Client a;
  create(a, "/base");
  Client inner(steps::place.endpoint + "/base");
  Mailbox events;
  char made[64] = {};
  said("chroot create /s-", zoo_create(inner, "/s-", "x", 1, &ZOO_OPEN_ACL_UNSAFE,
                                       ZOO_PERSISTENT_SEQUENTIAL, made, sizeof made));
  say("chroot create /s-", made);
  said("chroot getData watched", watch_data(inner, made, events));
  set(a, ("/base" + std::string(made)).c_str());
  say("event chroot: changed", events.next());
  String_vector names{};
  zoo_get_children(inner, "/", 0, &names);
  say("chroot getChildren /", steps::sorted(names));
  deallocate_String_vector(&names);
}
