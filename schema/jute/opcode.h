// What a ZooKeeper client can ask for, and the numbers it says it with.
#pragma once

#include <cstdint>

namespace quorate::jute {

/// Types of requests; also of the operations within a multi.
enum class Opcode : std::int32_t {
  error = -1,  ///< A failed operation of a multi, and the end of its list.
  create = 1,
  remove = 2,
  exists = 3,
  get_data = 4,
  set_data = 5,
  get_acl = 6,
  set_acl = 7,
  get_children = 8,
  sync = 9,
  ping = 11,
  get_children2 = 12,
  check = 13,  ///< Only within a multi.
  multi = 14,
  create2 = 15,
  reconfig = 16,
  check_watches = 17,
  remove_watches = 18,
  create_container = 19,
  create_ttl = 21,
  multi_read = 22,
  auth = 100,
  set_watches = 101,
  sasl = 102,
  get_ephemerals = 103,
  get_all_children_number = 104,
  set_watches2 = 105,
  add_watch = 106,
  who_am_i = 107,
  close_session = -11,
};

/// Numbers that a client gives to requests which are not counted.
inline constexpr std::int32_t event_xid = -1;
inline constexpr std::int32_t ping_xid = -2;
inline constexpr std::int32_t auth_xid = -4;
inline constexpr std::int32_t set_watches_xid = -8;

}  // namespace quorate::jute
