@0xee7f9465218da6da;
# The protocol between a client and a Quorate server.
#
# This file is all that a client in any language needs.
#
# ## Frames
#
# A client opens a TCP (or TLS) connection and both sides send *frames*: Cap'n Proto messages in the
# standard stream framing, unpacked. A frame is a segment table (UInt32 number of segments minus
# one, UInt32 words of each segment, padded to 8 bytes; little-endian) followed by the segments.
# Frames from the client have a ClientMessage as their root, frames from the server a
# ServerMessage. A server always sends one segment, so that its frames begin with four zero bytes
# and a UInt32 number of words. A client may send up to 16 segments.
#
# ## The first frame
#
# The first frame of a connection is the client's `hello`: one segment, at most 4,096 bytes. It
# must arrive within ten seconds. The server answers with `welcome`, and the session is open, or
# with `goodbye`, and closes the connection. A client may send requests right behind its hello; they
# are read when the session is open and lost when it is refused.
#
# A connection may send `inspect` instead of `hello`, under the same limits: the server says what it is
# within its ensemble (`inspection`) and closes the connection. This takes no session, and a server
# that serves nobody answers as well: it is for tools, health checks and load balancers. An operator's
# `transferLeadership` takes no session either. A server of before these were added answers `goodbye`
# with unimplemented (-6).
#
# ## Requests, replies, order
#
# A client may send requests without waiting for replies. Every request is answered by exactly one
# reply with the request's xid, in the order in which the requests were sent; writes take effect in
# that order, and a read sees all writes sent before it on the same connection. A request that
# cannot be executed is answered in its place like any other. When the connection breaks, the
# effect of unanswered writes is unknown; unanswered reads had none.
#
# Every write has a place in the order of all writes of the ensemble, its zxid: epoch of the leader
# in the high, counter in the low 32 bits. Zxids that a client sees on one session never go back.
#
# ## Limits
#
# `welcome` names the largest frame (header included) that the server accepts and sends; 1 MiB
# unless configured otherwise. A larger request is answered `goodbye` with requestTooLarge
# (-1003), because nothing of it was read. A reply that would be larger is replaced by
# replyTooLarge (-1002): ask for pages (listChildren). A connection with `requestsInFlightMax`
# unanswered requests is not read further until replies have left. At most 16 segments, pointers
# nested at most 16 deep, and a message may be traversed once: frames in which several pointers
# share a target may be refused. A frame that is not a valid message is answered `goodbye` with
# marshallingError (-5).
#
# ## Sessions
#
# A session outlives its connection. It expires when the server has heard nothing of the client for
# the session's timeout; a client with nothing to say sends `ping` at a third of it. On expiry, or
# on closeSession, its ephemeral nodes are deleted. Where a server gives local sessions, the server
# alone knows a new one: no other server can go on with it (sessionExpired), nor that server after a
# restart, and creating an ephemeral node is refused with ephemeralOnLocalSession, or makes the
# session one like all, as the server is configured. To go on with a session after the connection
# broke, say hello to any server of the ensemble with the session's id and password and the last
# zxid seen; then register the watches again with setWatches.
#
# ## Watches
#
# A watch belongs to its connection and dies with it. A read with `watch` set arms a standard
# watch, which fires once; addWatch arms one that stays. Events arrive in the same stream as
# replies: after the reply that registered the watch, and before any reply that shows the
# announced change. Whoever may not READ a node is not told about it.
#
# ## Errors
#
# `error` fields hold ZooKeeper's numbers, and numbers below -1000 for what ZooKeeper does not have:
#
#       0  ok
#      -1  systemError: something inside failed; nothing is known of the effect
#      -2  runtimeInconsistency: operation of a multi behind the one that failed
#      -3  dataInconsistency: stored data is damaged
#      -5  marshallingError: the request could not be decoded
#      -6  unimplemented: an operation this server does not know, or one that is switched off
#      -8  badArguments: path, mode, TTL or another argument is invalid
#     -12  unknownSession
#    -101  noNode
#    -102  noAuth: a permission is missing
#    -103  badVersion
#    -108  noChildrenForEphemerals
#    -110  nodeExists
#    -111  notEmpty
#    -112  sessionExpired: it does not exist any more, or the password is wrong
#    -114  invalidAcl
#    -115  authFailed
#    -118  sessionMoved: another connection owns the session now
#    -119  notReadOnly: this server cannot write at present; in goodbye, also: it can again
#          (Welcome.readOnly)
#    -120  ephemeralOnLocalSession
#    -121  noWatcher
#    -123  reconfigDisabled
#    -124  sessionClosedRequireAuth
#    -125  quotaExceeded
#    -127  throttled: waited longer than the request's deadline; not executed
#   -1001  tooManyNodes: a deleteTree met more nodes than its limit
#   -1002  replyTooLarge
#   -1003  requestTooLarge
#   -1004  notServing: no quorum, starting or stopping; try another server
#   -1005  serverBehind: the client has seen a later zxid than this server; try another one
#
# Take a number that you do not know for systemError.
#
# ## Paths, names, data
#
# Paths are UTF-8, begin with "/", have no empty, "." or ".." segment and no "/" at the end, and
# hold none of U+0000-U+001F, U+007F-U+009F, U+D800-U+F8FF and U+FFF0 or above. Names are ordered by
# their bytes. Data is any bytes. Empty data, and data that was never set, are the same.
#
# ## Evolution
#
# Fields and union members are only ever added, never renumbered and never given another meaning.
# Member 0 of every union is `unset`, which nobody sends on purpose: a message with it is an error.
# Both sides take a union member they do not know as follows: a server answers a request with an
# unknown operation `unimplemented` in its place; a client skips a ServerMessage it does not know
# and takes a reply it does not know as failed with unimplemented. A field that the sender does
# not know reads as its default, which always means "as before". Golden frames for testing one's
# own client are in schema/golden.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("quorate::wire");

# --- Frames ----------------------------------------------------------------------------------------

struct ClientMessage {
  # The root of every frame that a client sends.

  union {
    unset @0 :Void;
    # Never sent.

    hello @1 :Hello;
    # The first frame, and only the first.

    request @2 :Request;
    # Every other frame.

    inspect @3 :Inspect;
    # The first frame instead of hello, and the only one.

    transferLeadership @4 :TransferLeadership;
    # The first frame instead of hello, and the only one.
  }
}

struct ServerMessage {
  # The root of every frame that a server sends.

  union {
    unset @0 :Void;
    # Never sent.

    reply @1 :Reply;
    # The answer to the oldest unanswered request.

    event @2 :WatchEvent;
    # What a watch of this connection has to tell.

    welcome @3 :Welcome;
    # The answer to hello: the session is open.

    goodbye @4 :Goodbye;
    # The last frame before the server closes the connection.

    inspection @5 :Inspection;
    # The answer to inspect; the server closes the connection behind it.

    leadershipTransfer @6 :LeadershipTransfer;
    # The answer to transferLeadership when it is agreed to, else it is a goodbye; the server closes the
    # connection behind it.
  }
}

# --- Handshake -------------------------------------------------------------------------------------

struct Hello {
  # Client to server: "I speak these versions; open, or go on with, a session."

  versionMin @0 :UInt32 = 1;
  # Lowest protocol version that the client speaks.

  versionMax @1 :UInt32 = 1;
  # Highest protocol version that the client speaks. This file describes version 1.

  features @2 :UInt64;
  # Bits of optional features that the client would like. None is defined in version 1; unknown bits
  # are ignored.

  session @3 :Int64;
  # The session to go on with; 0 for a new one.

  password @4 :Data;
  # The 16 bytes that `welcome` gave for `session`; absent for a new one. Keep it secret: whoever
  # has it owns the session.

  timeoutMs @5 :Int64;
  # Wanted session timeout in milliseconds. The server clamps it to its own bounds.

  lastSeen @6 :UInt64;
  # The highest zxid that the client has seen, 0 for none. A server that is behind it refuses with
  # serverBehind, so that nobody sees the past again.

  readOnly @7 :Bool;
  # The client is content with a server that cannot write at present, and whose answers may be old:
  # one that has no leader. Others are told goodbye there with notReadOnly, and so is whoever names a
  # session, unless that is known to this server alone.
}

struct Welcome {
  # Server to client: "the session is open, and these are the terms."

  version @0 :UInt32;
  # The protocol version of this connection: the highest that both sides speak.

  features @1 :UInt64;
  # The wanted features that the server grants.

  server @2 :UInt32;
  # The id of the serving server within its ensemble.

  session @3 :Int64;
  # The session's id; never 0.

  password @4 :Data;
  # 16 bytes that let the client go on with the session on another connection.

  timeoutMs @5 :Int64;
  # The session's timeout in milliseconds after clamping.

  zxid @6 :UInt64;
  # The last write that this server had applied.

  frameBytesMax @7 :UInt32;
  # The largest frame in bytes, header included, in both directions.

  requestsInFlightMax @8 :UInt32;
  # Unanswered requests beyond which the server reads no further from this connection.

  readOnly @9 :Bool;
  # The server cannot write at present; writes and syncs are answered notReadOnly. Its answers are of
  # a state that was true once, and never older than what the client has seen. As soon as it can
  # write it says goodbye with notReadOnly; a session that was opened read-only has ended then, and
  # the next hello should ask for a new one. Meanwhile a client may ask other servers by `inspect`
  # whether they serve.
}

struct Goodbye {
  # Server to client: "I close this connection, for this reason."

  error @0 :Int32;
  # Why, as a number of the table at the head of this file. sessionExpired and authFailed are
  # final for the session; otherwise it may go on elsewhere.

  text @1 :Text;
  # The same for people, in English; absent where the number says it all. Do not parse it.
}

# --- Inspection ------------------------------------------------------------------------------------

struct Inspect {
  # Client to server: "what are you, and how are you doing?" Has no fields in version 1.
}

enum ServerRole {
  # What a server does within its ensemble.

  unknown @0;
  # Nothing that this version knows. Take a number from a later version for this one too.

  looking @1;
  # It looks for a leader, and serves nobody.

  following @2;
  # It follows a leader, and votes.

  observing @3;
  # It follows a leader, and does not vote.

  leading @4;
  # It leads.

  alone @5;
  # It is the only server.

  readOnly @6;
  # It has been without a leader for a while, and serves reads of what it knows to clients that are
  # content with that (`Hello.readOnly`).
}

struct Address {
  # Where something listens.

  host @0 :Text;
  # A name or an address, IPv6 without brackets.

  port @1 :UInt16;
  # TCP.
}

struct EnsembleMember {
  # A server of the ensemble, as the answering server's configuration has it.

  server @0 :UInt32;
  # Its id.

  observer @1 :Bool;
  # It does not vote.

  weight @2 :UInt32 = 1;
  # What its vote counts.

  group @3 :Int64 = -1;
  # The group in which it votes; -1 where there are none.

  peers @4 :List(Address);
  # Where the other servers reach it; one of them is enough.

  clients @5 :Address;
  # Where clients reach it. Absent: the answering server does not know. A host that means "every
  # interface" (0.0.0.0, ::) stands for one of `peers`.

  linked @6 :Bool;
  # The answering server has a connection with it now; true for itself.
}

struct Inspection {
  # Server to client: "this is what I am." What it says is some moments old at most.

  server @0 :UInt32;
  # The id of the answering server.

  version @1 :Text;
  # Of its program. Do not parse it.

  uptimeMs @2 :UInt64;
  # How long it has been listening to clients, in milliseconds.

  role @3 :ServerRole;
  # What it does.

  serving @4 :Bool;
  # It serves clients: it has all that was committed when its leader began to lead, and has heard of
  # the leader lately.

  recovering @5 :Bool;
  # It has lost what it once acknowledged, and neither votes nor leads until it has it again.

  quorumLinked @6 :Bool;
  # It and the servers that it is connected with are a quorum.

  leader @7 :Int32 = -1;
  # The id of the server that it follows, or of itself when it leads or is alone; -1 for none.

  epoch @8 :UInt32;
  # Of the leader, once a quorum has adopted it; 0 before.

  committed @9 :UInt64;
  # The last write that it knows to be committed.

  applied @10 :UInt64;
  # The last write that its clients see.

  logged @11 :UInt64;
  # The last write in its log, on stable storage.

  sessions @12 :UInt32;
  # Open sessions of the whole ensemble, as far as this server has applied.

  connections @13 :UInt32;
  # Open connections of clients to this server; the asking one is not counted.

  znodes @14 :UInt64;
  # Nodes in its tree.

  members @15 :List(EnsembleMember);
  # In the order of their ids; a server on its own lists itself.

  digestZxid @16 :UInt64;
  # Behind which write it took the last digest of its state; 0: none yet. Servers compare them.

  digest @17 :UInt64;
  # That digest.

  inDoubt @18 :Bool;
  # Servers differ in what they hold, and no quorum holds the same: writes are answered notReadOnly.

  sendsClientsAway @19 :Bool;
  # It leads, and is configured to leave clients to the others: whoever says hello is told goodbye
  # with notServing. `serving` then says that it does its part for the others.
}

# --- Leadership ------------------------------------------------------------------------------------

struct TransferLeadership {
  # Client to server: "let another server lead." Any server may be asked; it asks the leader. Only from
  # the server's own host (a loopback address), or with the credentials of the super user.

  to @0 :Int32 = -1;
  # The id of the server that is to lead; -1: whichever voter has come furthest.

  scheme @1 :Text;
  # As in Authenticate; absent: no credentials.

  credentials @2 :Data;
  # As in Authenticate.
}

struct LeadershipTransfer {
  # Server to client: "the leader hands over." It does so within moments: as soon as all that was
  # proposed is committed. What the successor makes of it is seen by asking again (inspect).
  # Otherwise the answer is a goodbye: noAuth, badArguments (no voter of this ensemble, or it leads
  # already), notServing (no leader, or nobody else is up to date), unimplemented.

  successor @0 :UInt32;
  # The id of the server that is to lead.
}

# --- Requests --------------------------------------------------------------------------------------

struct Request {
  # Client to server: "do this."

  xid @0 :Int64;
  # The client's own number for the request, returned with its reply. Any value.

  deadlineMs @1 :UInt32;
  # The request is answered `throttled` instead of executed when it has waited in the server for
  # longer than this many milliseconds. 0: no limit.

  trace @2 :TraceContext;
  # Lets the request be followed through a larger system. Absent: it is not.

  union {
    unset @3 :Void;
    # Never sent; answered marshallingError.

    ping @4 :Void;
    # Keeps the session alive. Answered `nothing`.

    getData @5 :GetData;
    # Reads a node's data and stat. Answered `data`.

    exists @6 :Exists;
    # Reads a node's stat. Answered `stat`.

    getChildren @7 :GetChildren;
    # Reads the names of all children. Answered `children`.

    setData @8 :SetData;
    # Replaces a node's data. Answered `stat`.

    create @9 :Create;
    # Creates a node. Answered `create`.

    delete @10 :Delete;
    # Deletes a node without children. Answered `nothing`.

    multi @11 :Multi;
    # Executes several writes, all or none. Answered `multi`, also when it fails.

    listChildren @12 :ListChildren;
    # Reads one page of children. Answered `list`.

    getAcl @13 :GetAcl;
    # Reads a node's ACL and stat. Answered `acl`.

    setAcl @14 :SetAcl;
    # Replaces a node's ACL. Answered `stat`.

    multiRead @15 :MultiRead;
    # Executes several reads on the same state. Answered `multiRead`.

    countDescendants @16 :CountDescendants;
    # Counts all nodes below a node. Answered `count`.

    getEphemerals @17 :GetEphemerals;
    # Lists ephemeral nodes of this session. Answered `paths`.

    sync @18 :Sync;
    # Waits until this server has applied every write that was proposed before. Answered `path`.

    deleteTree @19 :DeleteTree;
    # Deletes a node and everything below it. Answered `nothing`.

    addWatch @20 :AddWatch;
    # Arms a watch that stays. Answered `nothing`.

    checkWatches @21 :CheckWatches;
    # Asks whether this connection has such a watch. Answered `nothing`, or noWatcher.

    removeWatches @22 :RemoveWatches;
    # Removes watches of this connection. Answered `nothing`, or noWatcher.

    setWatches @23 :SetWatches;
    # Arms again, after a reconnect, the watches that the client had. Answered `nothing`; events for
    # what changed meanwhile follow.

    whoAmI @24 :Void;
    # Asks for the identities of this connection. Answered `identities`.

    authenticate @25 :Authenticate;
    # Adds an identity to this connection. Answered `nothing`, or authFailed, after which the server
    # closes the connection; also beyond 64 identities, or 8 KiB of them.

    reconfig @26 :Reconfig;
    # Changes the members of the ensemble. Answered reconfigDisabled where that is switched off.

    closeSession @27 :Void;
    # Ends the session and deletes its ephemeral nodes. Answered `nothing`; then the server closes the
    # connection.
  }
}

struct TraceContext {
  # The parts of a W3C `traceparent` header.

  traceHigh @0 :UInt64;
  # The first 16 hexadecimal digits of the trace id, read as a number.

  traceLow @1 :UInt64;
  # The last 16 hexadecimal digits of the trace id.

  span @2 :UInt64;
  # The 16 hexadecimal digits of the parent id.

  flags @3 :UInt8;
  # The trace flags.
}

enum CreateMode {
  # What kind of node to create.

  persistent @0;
  # Stays until it is deleted.

  ephemeral @1;
  # Deleted with its session. Has no children.

  persistentSequential @2;
  # Persistent; a number that grows with every child of the parent is appended to the path.

  ephemeralSequential @3;
  # Ephemeral, with a number appended.

  container @4;
  # Deleted by the server some time after its last child was.

  ttl @5;
  # Deleted by the server when it has no children and was not set for `ttlMs`.

  ttlSequential @6;
  # As ttl, with a number appended.
}

struct AclEntry {
  # Permissions for whoever matches `scheme:id`.

  perms @0 :UInt32;
  # Sum of read 1, write 2, create 4, delete 8, admin 16.

  scheme @1 :Text;
  # "world", "auth", "digest", "ip" or another scheme of the server.

  id @2 :Text;
  # "anyone" for world; empty for auth (the identities of this connection); "user:hash" for digest;
  # an address with an optional prefix length for ip.
}

struct Create {
  # Client to server: "let there be this node."

  path @0 :Text;
  # The node; for sequential modes the path without its number, which may then end in "/".

  data @1 :Data;
  # Absent: empty.

  acl @2 :List(AclEntry);
  # Who may do what. Must not be empty.

  mode @3 :CreateMode;
  # The kind of node.

  ttlMs @4 :Int64;
  # For ttl modes 1 to 2^40 - 1 milliseconds, otherwise 0.

  ifAbsent @5 :Bool;
  # When the node exists: succeed, report it as it is and change nothing. Not for sequential modes.

  nullData @6 :Bool;
  # The data is null, whatever is in the field. Null reads as no bytes, but ZooKeeper's clients can
  # tell it from these.
}

struct Delete {
  # Client to server: "delete this node."

  path @0 :Text;
  # A node without children.

  version @1 :Int32 = -1;
  # Only when the node's version is this one; -1: whatever it is.
}

struct DeleteTree {
  # Client to server: "delete this node and everything below it, in one step."

  path @0 :Text;
  # The topmost node.

  limit @1 :UInt32;
  # When there are more nodes than this, itself included, nothing is deleted and the answer is
  # tooManyNodes. 0: as many as the server allows.
}

struct SetData {
  # Client to server: "this is the node's data from now on."

  path @0 :Text;
  # The node.

  data @1 :Data;
  # Replaces the old data. Absent: empty.

  version @2 :Int32 = -1;
  # Only when the node's version is this one; -1: whatever it is.

  nullData @3 :Bool;
  # As of Create.
}

struct SetAcl {
  # Client to server: "this is the node's ACL from now on."

  path @0 :Text;
  # The node.

  acl @1 :List(AclEntry);
  # Replaces the old list. Must not be empty.

  version @2 :Int32 = -1;
  # Only when the node's ACL version (Stat.aversion) is this one; -1: whatever it is.
}

struct Check {
  # Client to server, within a multi: "only if this holds."

  path @0 :Text;
  # The node.

  version @1 :Int32 = -1;
  # The node must have this version; -1: it must exist.

  absent @2 :Bool;
  # The node must not exist; `version` is ignored.
}

struct MultiOp {
  # One operation of a multi.

  union {
    unset @0 :Void;
    # Never sent.

    create @1 :Create;
    # As the request of this name; its result is `create`.

    delete @2 :Delete;
    # As the request of this name; its result is `nothing`.

    setData @3 :SetData;
    # As the request of this name; its result is `stat`.

    check @4 :Check;
    # A condition; its result is `nothing`.
  }
}

struct Multi {
  # Client to server: "all of these, in this order, or none."

  ops @0 :List(MultiOp);
  # Later operations see what earlier ones did. All get the same zxid. At most 4,096 unless
  # configured otherwise.
}

struct Sync {
  # Client to server: "answer when you are up to date."

  path @0 :Text;
  # Returned with the reply.
}

struct Reconfig {
  # Client to server: "change the members of the ensemble." Has no fields in version 1, whose servers
  # answer reconfigDisabled.
}

struct Exists {
  # Client to server: "is there such a node?"

  path @0 :Text;
  # The node.

  watch @1 :Bool;
  # Arm a watch that fires once: when the node is created, deleted or its data set. It is armed
  # whether the node exists or not.
}

struct GetData {
  # Client to server: "what is the node's data?"

  path @0 :Text;
  # The node.

  watch @1 :Bool;
  # Arm a watch that fires once: when the node is deleted or its data set. Not armed when the node
  # does not exist.
}

struct GetAcl {
  # Client to server: "what is the node's ACL?" Hashes in it are masked for whoever has no admin
  # permission.

  path @0 :Text;
  # The node.
}

struct GetChildren {
  # Client to server: "what are the children's names?"

  path @0 :Text;
  # The parent.

  watch @1 :Bool;
  # Arm a watch that fires once: when a child is created or deleted, or the node is deleted. Not
  # armed when the node does not exist.
}

struct ListChildren {
  # Client to server: "what are the next children, in the order of their names?"

  path @0 :Text;
  # The parent.

  startAfter @1 :Text;
  # The last name of the page before. Absent: begin with the first child.

  limit @2 :UInt32;
  # At most this many children. 0: as many as fit into a frame.

  withStat @3 :Bool;
  # Report each child's stat.

  withData @4 :Bool;
  # Report each child's data, as far as the caller may read it.

  watch @5 :Bool;
  # As in GetChildren.
}

struct CountDescendants {
  # Client to server: "how many nodes are below this one?"

  path @0 :Text;
  # The node; not counted itself.
}

struct GetEphemerals {
  # Client to server: "which ephemeral nodes does my session own?"

  prefix @0 :Text;
  # Only those whose path begins with this string. Absent: all.
}

struct MultiReadOp {
  # One operation of a multiRead.

  union {
    unset @0 :Void;
    # Never sent.

    getData @1 :GetData;
    # As the request of this name, but `watch` is ignored.

    getChildren @2 :GetChildren;
    # As the request of this name, but `watch` is ignored.
  }
}

struct MultiRead {
  # Client to server: "read all of these at one moment." Each succeeds or fails on its own.

  ops @0 :List(MultiReadOp);
  # In the order of the results.
}

enum WatchMode {
  # What a watch that stays is told.

  persistent @0;
  # Created, deleted, data and children changed, of exactly the path.

  persistentRecursive @1;
  # Created, deleted and data changed, of the path and everything below it.
}

struct AddWatch {
  # Client to server: "tell me about this from now on."

  path @0 :Text;
  # The node, which need not exist.

  mode @1 :WatchMode;
  # What to tell. Replaces the mode of a watch that stays on the same path.
}

enum WatcherType {
  # Which watches are meant.

  unset @0;
  # Never sent.

  children @1;
  # Standard watches of getChildren and listChildren.

  data @2;
  # Standard watches of getData and exists.

  any @3;
  # All watches of the path.

  persistent @4;
  # Watches that stay, on exactly the path.

  persistentRecursive @5;
  # Watches that stay, on the path and everything below it.
}

struct CheckWatches {
  # Client to server: "have I such a watch?"

  path @0 :Text;
  # The watch's path.

  type @1 :WatcherType;
  # The kind of watch.
}

struct RemoveWatches {
  # Client to server: "forget this watch."

  path @0 :Text;
  # The watch's path.

  type @1 :WatcherType;
  # The kind of watch.
}

struct WatchedPath {
  # One watch that the client had.

  path @0 :Text;
  # The watch's path.
}

struct SetWatches {
  # Client to server, after a reconnect: "arm these again, and tell me what I have missed."

  relativeZxid @0 :UInt64;
  # The highest zxid that the client has seen; changes after it are told at once.

  data @1 :List(WatchedPath);
  # Armed by getData, or by exists of a node that existed.

  exist @2 :List(WatchedPath);
  # Armed by exists of a node that did not exist.

  child @3 :List(WatchedPath);
  # Armed by getChildren or listChildren.

  persistent @4 :List(WatchedPath);
  # Armed by addWatch. Changes meanwhile are not told.

  persistentRecursive @5 :List(WatchedPath);
  # Armed by addWatch with persistentRecursive. Changes meanwhile are not told.
}

struct Authenticate {
  # Client to server: "I am also this."

  scheme @0 :Text;
  # "digest", or another scheme of the server.

  credentials @1 :Data;
  # "user:password" for digest. Use TLS: it is sent as it is.
}

# --- Replies ---------------------------------------------------------------------------------------

struct Reply {
  # Server to client: "this is what became of the request."

  xid @0 :Int64;
  # The request's.

  zxid @1 :UInt64;
  # Of the write; for other requests the last write that this server had applied.

  error @2 :Int32;
  # 0, or a number of the table at the head of this file. Where it isn't 0, the body is `nothing`,
  # except for a multi that failed.

  union {
    unset @3 :Void;
    # Never sent.

    nothing @4 :Void;
    # Error and zxid say everything.

    data @5 :DataReply;
    # To getData.

    stat @6 :StatReply;
    # To exists, setData and setAcl.

    children @7 :ChildrenReply;
    # To getChildren.

    create @8 :CreateReply;
    # To create.

    list @9 :ListReply;
    # To listChildren.

    acl @10 :AclReply;
    # To getAcl.

    multi @11 :MultiReply;
    # To multi, also when it failed.

    multiRead @12 :MultiReadReply;
    # To multiRead.

    count @13 :CountReply;
    # To countDescendants.

    paths @14 :PathsReply;
    # To getEphemerals.

    path @15 :PathReply;
    # To sync.

    identities @16 :IdentitiesReply;
    # To whoAmI.
  }
}

struct Stat {
  # What is known about a node besides its data and ACL. Times are milliseconds since 1970 on the
  # leader's clock.

  czxid @0 :UInt64;
  # The write that created the node.

  mzxid @1 :UInt64;
  # The write that last set its data.

  pzxid @2 :UInt64;
  # The write that last created or deleted a child.

  ctimeMs @3 :Int64;
  # When it was created.

  mtimeMs @4 :Int64;
  # When its data was last set.

  version @5 :Int32;
  # How often its data was set.

  aversion @6 :Int32;
  # How often its ACL was set.

  cversion @7 :Int64;
  # How often a child was created or deleted.

  ephemeralOwner @8 :Int64;
  # The session that owns an ephemeral node; 0 for other nodes.

  dataLength @9 :UInt32;
  # Bytes of data.

  numChildren @10 :UInt32;
  # Number of children.
}

struct DataReply {
  # A node's data.

  data @0 :Data;
  # Absent: empty. There, but without bytes: null (see Create).

  stat @1 :Stat;
  # Of the node.
}

struct StatReply {
  # A node's stat.

  stat @0 :Stat;
  # Of the node, after the write where there was one.
}

struct ChildName {
  # One child.

  name @0 :Text;
  # The last segment of its path.
}

struct ChildrenReply {
  # All children of a node.

  children @0 :List(ChildName);
  # In no particular order.

  stat @1 :Stat;
  # Of the parent.
}

struct CreateReply {
  # The node that was created.

  path @0 :Text;
  # With its number, where the mode is sequential.

  stat @1 :Stat;
  # Of the node.

  created @2 :Bool = true;
  # False: `ifAbsent` found the node, nothing was changed.
}

struct ListedChild {
  # One child of a page.

  name @0 :Text;
  # The last segment of its path.

  stat @1 :Stat;
  # Absent unless asked for.

  data @2 :Data;
  # Absent when empty, not asked for or not readable. There, but without bytes: null.

  readable @3 :Bool = true;
  # False: data was asked for, but the caller has no read permission on the child.
}

struct ListReply {
  # One page of children, ordered by the bytes of their names.

  children @0 :List(ListedChild);
  # At most as many as asked for.

  more @1 :Bool;
  # There are more: ask again with `startAfter` set to the last name.

  stat @2 :Stat;
  # Of the parent.
}

struct AclReply {
  # A node's ACL.

  acl @0 :List(AclEntry);
  # In the order in which it was given.

  stat @1 :Stat;
  # Of the node.
}

struct MultiResult {
  # The result of one operation of a multi.

  error @0 :Int32;
  # 0 when the multi succeeded. When it failed: 0 for operations before the culprit, the culprit's
  # error, runtimeInconsistency (-2) for those behind it.

  union {
    unset @1 :Void;
    # Never sent.

    nothing @2 :Void;
    # Delete, check and whatever failed.

    create @3 :CreateReply;
    # The node that was created.

    stat @4 :StatReply;
    # The stat after setData.
  }
}

struct MultiReply {
  # The results of a multi.

  results @0 :List(MultiResult);
  # One for each operation, in their order.
}

struct MultiReadResult {
  # The result of one operation of a multiRead.

  error @0 :Int32;
  # 0, or why this operation failed.

  union {
    unset @1 :Void;
    # Never sent.

    nothing @2 :Void;
    # The operation failed.

    data @3 :DataReply;
    # To getData.

    children @4 :ChildrenReply;
    # To getChildren.
  }
}

struct MultiReadReply {
  # The results of a multiRead.

  results @0 :List(MultiReadResult);
  # One for each operation, in their order.
}

struct CountReply {
  # A number of nodes.

  count @0 :UInt64;
  # Never absent; 0 is a number.
}

struct NodePath {
  # One node.

  path @0 :Text;
  # Its full path.
}

struct PathsReply {
  # Some nodes.

  paths @0 :List(NodePath);
  # In the order of their bytes.
}

struct PathReply {
  # The path that was sent along.

  path @0 :Text;
  # As in the request.
}

struct Identity {
  # One way in which a connection is known to be somebody.

  scheme @0 :Text;
  # "ip", "digest" and so on.

  id @1 :Text;
  # The address or user name; never a hash.
}

struct IdentitiesReply {
  # Who the server takes this connection for.

  identities @0 :List(Identity);
  # The peer's address first, then in the order of authentication.
}

# --- Events ----------------------------------------------------------------------------------------

enum EventType {
  # What happened to a node.

  none @0;
  # Nothing that this version knows. Take a number from a later version for this one too.

  created @1;
  # It was created.

  deleted @2;
  # It was deleted.

  dataChanged @3;
  # Its data was set.

  childrenChanged @4;
  # A child was created or deleted.
}

struct WatchEvent {
  # Server to client: "what you watch has changed."

  type @0 :EventType;
  # What happened.

  path @1 :Text;
  # The node it happened to.

  zxid @2 :UInt64;
  # The write that did it; 0 for what setWatches found to have changed earlier.
}
