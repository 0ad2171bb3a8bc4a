#include "steps.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>

namespace steps {

namespace {

constexpr std::chrono::seconds patience{60};

std::string name_of_event(int type) {
  if (type == ZOO_CREATED_EVENT) return "created";
  if (type == ZOO_DELETED_EVENT) return "deleted";
  if (type == ZOO_CHANGED_EVENT) return "changed";
  if (type == ZOO_CHILD_EVENT) return "children";
  if (type == ZOO_SESSION_EVENT) return "session";
  if (type == ZOO_NOTWATCHING_EVENT) return "not watching";
  return std::to_string(type);
}

std::string name_of_state(int state) {
  if (state == ZOO_CONNECTED_STATE) return "connected";
  if (state == ZOO_CONNECTING_STATE) return "connecting";
  if (state == ZOO_ASSOCIATING_STATE) return "associating";
  if (state == ZOO_EXPIRED_SESSION_STATE) return "expired";
  if (state == ZOO_AUTH_FAILED_STATE) return "authentication failed";
  return std::to_string(state);
}

}  // namespace

Place place;

void scenario(const std::string& name) { std::printf("= %s\n", name.c_str()); }

void say(const std::string& words, const std::string& result) {
  std::printf("%s -> %s\n", words.c_str(), result.c_str());
  std::fflush(stdout);
}

void said(const std::string& words, int code) { say(words, text(code)); }

std::string text(int code) { return zerror(code); }

std::string text(const Stat& stat) {
  char line[400];
  std::snprintf(line, sizeof line,
                "{cz=zxid:%ld mz=zxid:%ld pz=zxid:%ld ct=time:%ld mt=time:%ld v=%d cv=%d av=%d "
                "owner=sid:%ld len=%d kids=%d}",
                stat.czxid, stat.mzxid, stat.pzxid, stat.ctime, stat.mtime, stat.version,
                stat.cversion, stat.aversion, stat.ephemeralOwner, stat.dataLength,
                stat.numChildren);
  return line;
}

std::string text(const ACL_vector& acl) {
  std::string all;
  for (int i = 0; i < acl.count; ++i) {
    const ACL& entry = acl.data[i];
    all += (i > 0 ? ", " : "") + std::to_string(entry.perms) + " " + entry.id.scheme + ":" +
           entry.id.id;
  }
  return "[" + all + "]";
}

std::string sorted(const String_vector& names) {
  std::vector<std::string> all(names.data, names.data + names.count);
  std::sort(all.begin(), all.end());
  std::string line;
  for (const std::string& name : all) line += (line.empty() ? "" : ", ") + name;
  return "[" + line + "]";
}

std::string session(const clientid_t* id) { return "sid:" + std::to_string(id->client_id); }

void order(const std::string& word) {
  addrinfo* address = nullptr;
  char answer[16] = {};
  if (getaddrinfo("127.0.0.1", place.orders.c_str(), nullptr, &address) != 0) std::abort();
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  const std::string line = word + "\n";
  if (connect(socket, address->ai_addr, address->ai_addrlen) != 0 ||
      write(socket, line.data(), line.size()) < 0 || read(socket, answer, sizeof answer) <= 0 ||
      std::string(answer) != "done\n")
    std::abort();
  close(socket);
  freeaddrinfo(address);
}

void Mailbox::put(std::string what) {
  const std::lock_guard lock(mutex_);
  all_.push_back(std::move(what));
  came_.notify_all();
}

std::string Mailbox::next() {
  std::unique_lock lock(mutex_);
  if (!came_.wait_for(lock, patience, [this] { return !all_.empty(); })) return "nothing came";
  std::string first = std::move(all_.front());
  all_.pop_front();
  return first;
}

std::string Mailbox::none() {
  std::this_thread::sleep_for(std::chrono::milliseconds(100));  // Between the library's threads.
  const std::lock_guard lock(mutex_);
  return all_.empty() ? "none" : all_.front() + ", unexpected";
}

void watch(zhandle_t*, int type, int state, const char* path, void* mailbox) {
  static_cast<Mailbox*>(mailbox)->put(name_of_event(type) + " " + name_of_state(state) + " " +
                                      path);
}

Client::Client(const std::string& where, const clientid_t* resumed, int timeout_ms)
    : handle_(zookeeper_init(where.c_str(), watch, timeout_ms, resumed, &events, 0)) {
  if (handle_ == nullptr) std::abort();
  if (resumed == nullptr && events.next() != "session connected ") std::abort();
}

Client::~Client() { zookeeper_close(handle_); }

void Client::sync() {
  Mailbox answer;
  zoo_async(
      handle_, "/",
      [](int code, const char*, const void* to) {
        static_cast<Mailbox*>(const_cast<void*>(to))->put(text(code));
      },
      &answer);
  answer.next();
}

std::string Client::authenticate(const std::string& scheme, const std::string& secret) {
  Mailbox answer;
  zoo_add_auth(
      handle_, scheme.c_str(), secret.data(), static_cast<int>(secret.size()),
      [](int code, const void* to) {
        static_cast<Mailbox*>(const_cast<void*>(to))->put(text(code));
      },
      &answer);
  return answer.next();
}

void create(const Client& client, const std::string& path, int mode) {
  char made[256] = {};
  const int code =
      zoo_create(client, path.c_str(), "x", 1, &ZOO_OPEN_ACL_UNSAFE, mode, made, sizeof made);
  say("create " + path, code == ZOK ? made : text(code));
}

}  // namespace steps
