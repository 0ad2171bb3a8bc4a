@0x9458c1b645a83861;
# What a server keeps on disk: the records of its log and of its image.
#
# A log record is one byte, the format's version, then a message of one segment with a Txn as its
# root, without a segment table. An image record is a key and a value; the value is a version byte
# and a message whose root the key's first byte names:
#
#   'a' + acl id, 4 bytes                  AclRecord
#   'c'                                    SettingsRecord
#   's' + session id, 8 bytes              SessionRecord
#   'z' + path + 0x00 + 'n'                NodeRecord
#   'z' + path + 0x00 + 't'                DataRecord
#
# Numbers in keys are big-endian, so that keys sort as their numbers do. What a node refers to sorts
# before it, a parent before its children, and a node right before its data.
#
# Bytes are canonical: equal values give equal bytes. Structs are written in one order, and empty
# text, data and lists are left out. Fields are only ever added, with defaults that mean "as
# before"; a kind of record is added only under a new feature level, and a server refuses a kind
# or a version that it does not know instead of skipping it. Whatever changes the bytes of an
# existing value takes a new version byte.
#
# This version is 1.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("quorate::record");

# --- The log ---------------------------------------------------------------------------------------

struct Txn {
  # Leader to everybody: "this write has this place in the order." Every server executes the same on it.

  zxid @0 :UInt64;
  # Its place: epoch in the high, counter in the low 32 bits.

  timeMs @1 :Int64;
  # The leader's wall clock, milliseconds since 1970; never goes back.

  committed @2 :UInt64;
  # The leader's commit point when the record was made.

  session @3 :Int64;
  # Who asked; for the writes about sessions, which one. 0: the servers themselves.

  server @4 :UInt32;
  # Origin: the server that took the request.

  incarnation @5 :UInt64;
  # Origin: which start of that server.

  connection @6 :UInt64;
  # Origin: which of its connections; 0 is the server itself.

  sequence @7 :UInt64;
  # Origin: which write of the connection, from 1.

  identities @8 :List(Identity);
  # Who the connection was known to be.

  union {
    unset @9 :Void;
    # Never written.

    refused @10 :Int32;
    # A write that was refused before it was stamped, and why (ZooKeeper's number); takes its
    # place in the order and changes nothing.

    create @11 :Create;
    # Creates a node.

    delete @12 :Delete;
    # Deletes a node without children.

    deleteTree @13 :DeleteTree;
    # Deletes a node and everything below it.

    setData @14 :SetData;
    # Replaces a node's data.

    setAcl @15 :SetAcl;
    # Replaces a node's ACL.

    multi @16 :Multi;
    # All or nothing.

    createSession @17 :SessionTerms;
    # Opens `session`, owned by the origin.

    attachSession @18 :SessionTerms;
    # Makes the origin the owner of `session`, if it lives and the password is right.

    closeSession @19 :Void;
    # Ends `session` at its client's wish.

    expireSession @20 :Void;
    # Ends `session`, which was silent for its timeout.

    reap @21 :Reap;
    # Deletes an empty container or a lapsed TTL node, if it still is one.

    setSettings @22 :Settings;
    # Replaces the settings of the ensemble.
  }
}

struct Identity {
  # One way in which a connection was known to be somebody.

  scheme @0 :Text;
  # "digest", "ip", "super" and so on.

  id @1 :Text;
  # As ACL entries of the scheme name it.
}

struct AclEntry {
  # Permissions for whoever matches `scheme:id`.

  perms @0 :UInt32;
  # Sum of read 1, write 2, create 4, delete 8, admin 16.

  scheme @1 :Text;
  # Never "auth": the serving server has replaced it by identities.

  id @2 :Text;
  # Whom it means.
}

enum CreateMode {
  # What kind of node to create; as in client.capnp.

  persistent @0;
  # Stays until it is deleted.

  ephemeral @1;
  # Deleted with its session.

  persistentSequential @2;
  # Persistent, with a number appended.

  ephemeralSequential @3;
  # Ephemeral, with a number appended.

  container @4;
  # Reaped some time after its last child was deleted.

  ttl @5;
  # Reaped when it has no children and was not set for `ttlMs`.

  ttlSequential @6;
  # As ttl, with a number appended.
}

struct Create {
  # "Let there be this node."

  path @0 :Text;
  # For sequential modes without the number.

  data @1 :Data;
  # Absent: empty.

  acl @2 :List(AclEntry);
  # Expanded by the serving server.

  mode @3 :CreateMode;
  # The kind of node.

  ttlMs @4 :Int64;
  # Milliseconds; 0 unless the mode is a ttl mode.

  ifAbsent @5 :Bool;
  # When the node exists, succeed and change nothing.

  nullData @6 :Bool;
  # The data is null, whatever is in the field.
}

struct Delete {
  # "Delete this node."

  path @0 :Text;
  # A node without children.

  version @1 :Int32 = -1;
  # The version it must have; -1: any.
}

struct DeleteTree {
  # "Delete this node and everything below it."

  path @0 :Text;
  # The topmost node.

  limit @1 :UInt32;
  # When there are more nodes than this, nothing is deleted. 0: as many as the settings allow.
}

struct SetData {
  # "This is the node's data from now on."

  path @0 :Text;
  # The node.

  data @1 :Data;
  # Absent: empty.

  version @2 :Int32 = -1;
  # The version the node must have; -1: any.

  nullData @3 :Bool;
  # As of Create.
}

struct SetAcl {
  # "This is the node's ACL from now on."

  path @0 :Text;
  # The node.

  acl @1 :List(AclEntry);
  # Expanded by the serving server.

  version @2 :Int32 = -1;
  # The ACL version the node must have; -1: any.
}

struct Check {
  # "Only if this holds."

  path @0 :Text;
  # The node.

  version @1 :Int32 = -1;
  # The version it must have; -1: any.

  absent @2 :Bool;
  # It must not exist; `version` is ignored.
}

struct MultiOp {
  # One operation of a multi.

  union {
    unset @0 :Void;
    # Never written.

    create @1 :Create;
    # As the write of this name.

    delete @2 :Delete;
    # As the write of this name.

    setData @3 :SetData;
    # As the write of this name.

    check @4 :Check;
    # A condition.

    refused @5 :Int32;
    # Refused before the multi was stamped, and why; makes the multi fail here.
  }
}

struct Multi {
  # "All of these, in this order, or none."

  ops @0 :List(MultiOp);
  # Later ones see what earlier ones did.
}

struct SessionTerms {
  # What the session is to be, or what its client presented.

  timeoutMs @0 :Int64;
  # Milliseconds, within the limits of the serving server.

  password @1 :Data;
  # SHA-256 of the session's password, 32 bytes. The password itself is stored nowhere.
}

struct Reap {
  # "Delete this node if it still is an empty container, or lapsed."

  path @0 :Text;
  # The node.
}

struct Settings {
  # What executing a record depends on besides the tree and the record.

  skipAcl @0 :Bool;
  # Permissions are not checked.

  enforceQuota @1 :Bool;
  # Hard quotas refuse writes.

  extendedTypes @2 :Bool;
  # TTL nodes may be created.

  multiOpsMax @3 :UInt32;
  # The most operations of one multi.

  deleteTreeMax @4 :UInt32;
  # Upper bound of DeleteTree.limit.

  featureLevel @5 :UInt32;
  # The rules in force.
}

# --- The image -------------------------------------------------------------------------------------

struct AclRecord {
  # An ACL that nodes share. The key has its id.

  acl @0 :List(AclEntry);
  # In the order in which it was given.
}

struct SettingsRecord {
  # The settings in force at the image's zxid.

  settings @0 :Settings;
  # Never absent.
}

struct SessionRecord {
  # An open session. The key has its id.

  timeoutMs @0 :Int64;
  # Milliseconds.

  password @1 :Data;
  # SHA-256 of the session's password, 32 bytes.

  server @2 :UInt32;
  # Of the connection that owns it.

  incarnation @3 :UInt64;
  # Of that server.

  connection @4 :UInt64;
  # The connection's serial.

  sequence @5 :UInt64;
  # The connection's write that made it the owner.
}

struct NodeRecord {
  # Everything about a node but its data. The key has its path.

  czxid @0 :UInt64;
  # The write that created it.

  mzxid @1 :UInt64;
  # The write that last set its data.

  pzxid @2 :UInt64;
  # The write that last created or deleted a child.

  ctimeMs @3 :Int64;
  # When it was created, milliseconds since 1970.

  mtimeMs @4 :Int64;
  # When its data was last set.

  version @5 :Int32;
  # How often its data was set.

  aversion @6 :Int32;
  # How often its ACL was set.

  childrenCreated @7 :Int64;
  # How many children were ever created: the sequence counter.

  childrenDeleted @8 :Int64;
  # How many children were ever deleted.

  acl @9 :UInt32;
  # The id of an AclRecord.

  container @10 :Bool;
  # It is a container.

  ephemeralOwner @11 :Int64;
  # The session that owns it; 0: it is not ephemeral.

  ttlMs @12 :Int64;
  # Milliseconds; 0: none.

  nullData @13 :Bool;
  # It has no DataRecord because its data is null, which is not quite the same as empty.
}

struct DataRecord {
  # The data of a node. The key has its path; absent where the data is empty or null.

  data @0 :Data;
  # Any bytes.
}
