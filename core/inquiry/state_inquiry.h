// What the console asks the owner of the state, and what it asks of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/base/ids.h"
#include "core/tree/acl.h"
#include "core/txn/request.h"

namespace quorate {

/// Entries that an answer has at most, whatever is asked for.
inline constexpr std::size_t page_limit_max = 1000;
/// How far into a sorted list a page may reach.
inline constexpr std::size_t page_end_max = 10'000;

/// All sessions of the ensemble, and this server's local ones. Answered by SessionRows: whoever
/// asks searches, sorts and pages, because what it sorts by is not known to the state alone.
struct SessionsInquiry {};

/// Answered by SessionAnswer, or no_node.
struct SessionInquiry {
  SessionId session;
};

/// Answered by WatchesAnswer. REQUIRES for an answer: offset + limit <= page_end_max.
struct WatchesInquiry {
  enum class By : std::uint8_t { path, session };
  enum class Sort : std::uint8_t { name, watches };
  By by = By::path;
  Sort sort = Sort::watches;
  bool is_descending = true;
  std::string search;  ///< Only names that contain this.
  std::size_t offset = 0;
  std::size_t limit = 100;
};

/// Answered by NodeAnswer, or no_node. Stat and ACL are for whoever knows the path; data only for
/// who may READ it.
struct NodeInquiry {
  std::string path;
  std::vector<Identity> identities;
};

/// A page of children by name. Answered by ChildrenAnswer, no_node or no_auth.
struct ChildrenInquiry {
  std::string path;
  std::string after;  ///< The last name of the page before; empty: from the first one.
  std::size_t limit = 100;
  std::vector<Identity> identities;
};

/// Paths that contain a text. Answered by FoundAnswer, no_node or no_auth.
struct SearchInquiry {
  std::string text;
  std::string under = "/";
  std::size_t limit = 100;
  std::vector<Identity> identities;
};

/// The children with the most nodes below them, those with the most bytes first among equals.
/// Answered by BiggestAnswer, no_node or no_auth.
struct BiggestInquiry {
  std::string path;
  std::size_t limit = 100;
  std::vector<Identity> identities;
};

/// What a session connected here watches is forgotten. Answered by DoneAnswer, or no_node.
struct ForgetWatches {
  SessionId session;
};

/// Ends a session, of the ensemble or of this server. Answered by DoneAnswer when it has ended,
/// session_expired where there is none, or as EditTree is.
struct EndSession {
  SessionId session;
};

/// A write on nobody's session, judged by the identities. Answered by EditAnswer when it was
/// applied; with the code of why it is not, at once (not_serving, not_read_only, throttled) or
/// when it was applied; connection_loss when the leader was lost meanwhile and nobody can say.
struct EditTree {
  std::variant<Create, SetData, Delete, SetAcl> edit;
  std::vector<Identity> identities;
};

using StateInquiry =
    std::variant<SessionsInquiry, SessionInquiry, WatchesInquiry, NodeInquiry, ChildrenInquiry,
                 SearchInquiry, BiggestInquiry, ForgetWatches, EndSession, EditTree>;
using StateInquiryPtr = std::shared_ptr<const StateInquiry>;

}  // namespace quorate
