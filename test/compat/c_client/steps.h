#pragma once

#include <zookeeper/zookeeper.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

/// Steps of a scenario with ZooKeeper's client for C, and how their results are written down.
namespace steps {

constexpr int session_ms = 300'000;

/// Where the server is, the tunnel's order port, and the way past the tunnel.
struct Place {
  std::string endpoint;
  std::string orders;
  std::string direct;
};
extern Place place;

void scenario(const std::string& name);
void say(const std::string& words, const std::string& result);
/// Says the result of a call that only succeeds or fails.
void said(const std::string& words, int code);

std::string text(int code);
std::string text(const Stat& stat);
std::string text(const ACL_vector& acl);
std::string sorted(const String_vector& names);
/// A session, so that one can be told from another.
std::string session(const clientid_t* id);

void order(const std::string& word);

/// Events or answers, as they come from the library's threads.
class Mailbox {
 public:
  void put(std::string what);
  /// The next one, waited for.
  std::string next();
  /// REQUIRES: an answer has come that a server sends behind the event.
  std::string none();

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<std::string> all_;
};

/// Puts what it is told into the mailbox that is its context.
void watch(zhandle_t* handle, int type, int state, const char* path, void* mailbox);

/// A client with a session of its own, or one that it resumes; ends it when it goes.
class Client {
 public:
  explicit Client(const std::string& where = place.endpoint, const clientid_t* resumed = nullptr,
                  int timeout_ms = session_ms);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  operator zhandle_t*() const { return handle_; }
  Mailbox events;  ///< Of the session.

  /// Everything that the server has sent up to now has come.
  void sync();
  /// Adds an identity; the result of it.
  std::string authenticate(const std::string& scheme, const std::string& secret);

 private:
  zhandle_t* handle_;
};

/// Creates a node, and says so.
void create(const Client& client, const std::string& path, int mode = 0);

}  // namespace steps
