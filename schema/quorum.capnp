@0xc38cff1c6ebcb099;
# The protocol between two servers of an ensemble.
#
# ## Connections and frames
#
# Every server listens on one port for other servers. Frames are as between clients and servers
# (client.capnp): Cap'n Proto messages in the standard stream framing, unpacked, here always in one
# segment. A frame has at most 16 MiB, header included; a handshake frame at most 4,096 bytes.
#
# Two servers keep one *control link*, for elections, proposals, acks and heartbeats; the one with
# the higher id dials. A learner that lacks much of the history dials a second connection, a
# *history stream*, on which only the leader speaks once it is open. A connection delivers in order
# or is torn down: nobody repeats a frame.
#
# ## Handshake
#
# The first frame of either side is a `hello`: of the side that dialled at once, of the other one as
# its answer. When the ensemble has a shared key, the second frame of either side is a `proof`; a
# server handles nothing else before it has seen the right one. Whoever will not go on says why in
# a `refusal` instead of the next frame of the handshake, and closes. Frames of the handshake have a
# PeerHandshake as their root, those behind it a PeerMessage on a control link and a HistoryFrame on a
# history stream.
#
# `proof.mac` is the HMAC-SHA256, under the shared key, of these bytes, numbers little-endian:
#
#   - "quorate peer proof 1", in ASCII, 20 bytes
#   - 0 when the sender of the proof has dialled, 1 when it was dialled, 1 byte
#   - of the hello of the side that dialled, and then of the other: cluster 16, server 4,
#     incarnation 8, versionMin 4, versionMax 4, features 8, the number of its purpose among the
#     members of the union 1, for `history` also epoch 4, keep.zxid 8, keep.chain 8, end.zxid 8,
#     end.chain 8, image 1; challenge 32
#
# so that a proof is good for one connection, one direction and what was agreed on it only.
#
# ## Numbers
#
# Epochs end at 2^31 - 1. A zxid is a place in the order of all writes: epoch in the high, counter in
# the low 32 bits; 0 is before the first. Server ids are 0 to 255. A frame with a number out of its
# range is refused like one that is not a valid message: the connection is torn down.
#
# ## Lists
#
# No list has more than 65,536 elements, `ends` not more than 4,096 and lists of servers not more
# than 256. What is longer comes as several messages that say the same one after another; `ends` are
# cut at their beginning, which only says less.
#
# ## Evolution
#
# Fields and union members are only ever added, never renumbered and never given another meaning.
# Member 0 of every union is `unset`, which nobody sends: a message with it is an error. So is a
# member or an enumerant that the receiver does not know: both sides know from the hello which version
# the other one speaks. A field that the sender does not know reads as its default, which always means
# "as before".

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("quorate::quorum");

using Log = import "record.capnp";

# --- Handshake -------------------------------------------------------------------------------------

struct PeerHandshake {
  # The root of the frames with which a connection begins.

  union {
    unset @0 :Void;
    # Never sent.

    hello @1 :PeerHello;
    # The first frame.

    proof @2 :PeerProof;
    # The second frame, where the ensemble has a shared key.

    refusal @3 :PeerRefusal;
    # The last frame: the sender closes.
  }
}

struct PeerHello {
  # Either side: "this is who I am and what I speak."

  magic @0 :UInt64;
  # 0x00657461726f7571: "quorate" in ASCII and a zero byte, little-endian. Tells a server from whatever
  # else may have dialled.

  versionMin @1 :UInt32;
  # The lowest version of this protocol that the sender speaks; this file is version 1. The highest
  # that both sides speak counts; if there is none, they part.

  versionMax @2 :UInt32;
  # The highest.

  features @3 :UInt64;
  # Bits for what the sender would use beyond the version; what either side lacks is off. Bit 0: it has
  # a shared key; either both sides do, or they refuse each other. Bit 1: it has never promised
  # anything, and takes over the cluster id of whomever it meets; then it closes. Bit 2: it answers
  # `adminRequest`.

  cluster @4 :Data;
  # The id of the sender's ensemble, 16 bytes. Servers of different ensembles part.

  server @5 :UInt32;
  # The sender's id in its ensemble.

  incarnation @6 :UInt64;
  # Counts the starts of the sender; a lower one than heard before is a copy of its store.

  challenge @7 :Data;
  # 32 random bytes, new for each connection, which the other side's proof covers.

  union {
    unset @8 :Void;
    # Never sent.

    control @9 :Void;
    # The sender has dialled for a control link.

    history @10 :HistoryWanted;
    # The sender, a learner, has dialled for a history stream.

    answer @11 :Void;
    # The sender was dialled, and agrees to what the other side wants.
  }
}

struct HistoryWanted {
  # Learner to leader: "send me this, as your `synchronise` has said."

  epoch @0 :UInt32;
  # The leader's.

  keep @1 :Position;
  # The learner has everything up to here. Says nothing when `image` is set.

  end @2 :Position;
  # Where the records end that the learner wants.

  image @3 :Bool;
  # An image is wanted, and no records.
}

struct PeerProof {
  # Either side: "I know the key that our ensemble shares."

  mac @0 :Data;
  # 32 bytes; see the head of this file.
}

struct PeerRefusal {
  # Either side: "I close this connection, for this reason."

  error @0 :Int32;
  # Why, as a number of the table at the head of client.capnp or one that servers have for each other
  # (-1006 damaged, -1007 foreign, -1008 ioError, -1009 purged, -1010 cut). Never 0.

  text @1 :Text;
  # The same for people, in English; absent where the number says it all.
}

# --- Parts -----------------------------------------------------------------------------------------

struct Position {
  # A place in the history that can be recognised. Absent: before the first record.

  zxid @0 :UInt64;
  # Of the last record before it.

  chain @1 :UInt64;
  # A hash over all records up to and including that one: XXH3 of the record's bytes, seeded with XXH3
  # of the previous hash and the zxid.
}

struct LoggedRecord {
  # A write as its leader has encoded it. The same bytes go to the log of every server.

  zxid @0 :UInt64;
  # Its place; the record says the same.

  bytes @1 :Data;
  # A log record (record.capnp), version byte included.
}

struct ServerProgress {
  # How far a server's log is known to be synced.

  server @0 :UInt32;
  # Its id.

  zxid @1 :UInt64;
  # This record and all before it are on its stable storage.
}

# --- The control link ------------------------------------------------------------------------------

struct PeerMessage {
  # The root of every frame of a control link.

  union {
    unset @0 :Void;
    # Never sent.

    notification @1 :Notification;
    # The sender's part in the election.

    join @2 :Join;
    # I follow you.

    newEpoch @3 :NewEpoch;
    # Will you follow nobody of a lower epoch?

    epochPromised @4 :EpochPromised;
    # I will, and here is where my history ends.

    amnesia @5 :Amnesia;
    # You have lost what you acked.

    synchronise @6 :Synchronise;
    # Make your history ours.

    adopted @7 :Adopted;
    # It is.

    serve @8 :Serve;
    # A quorum has adopted the epoch.

    proposals @9 :Proposals;
    # Records to log.

    ack @10 :Ack;
    # They are on stable storage.

    committed @11 :Committed;
    # They may be applied.

    heartbeat @12 :Heartbeat;
    # I live.

    alive @13 :Alive;
    # So do I.

    forward @14 :Forward;
    # What my clients want written.

    syncPoints @15 :SyncPoints;
    # How far you must apply before you answer these syncs.

    touches @16 :Touches;
    # Sessions that I heard from.

    handOver @17 :HandOver;
    # Let another lead.

    handOverAnswer @18 :HandOverAnswer;
    # So be it, or why not.

    diverged @19 :Diverged;
    # Your state is not that of a quorum.

    adminRequest @20 :AdminRequest;
    # An operator asks you something. Only to who has bit 2 of the features.

    adminReply @21 :AdminReply;
    # And this is the answer.
  }
}

enum Stance {
  # What a server does.

  looking @0;
  # It has no leader.

  following @1;
  # It follows one.

  leading @2;
  # It is one.
}

struct Notification {
  # Everybody to everybody: "this is my part in the election." Sent whenever it changes and when the
  # link comes up; the last one counts. Nothing durable depends on it.

  stance @0 :Stance;
  # What the sender does.

  round @1 :UInt64;
  # Counts elections; votes of different rounds are not compared.

  current @2 :UInt32;
  # The epoch of the last leader whose history the sender has adopted.

  last @3 :UInt64;
  # The zxid of the last record in the sender's log.

  stands @4 :Bool;
  # The sender may be voted for and counted.

  blank @5 :Bool;
  # The sender votes and has not a single record.

  leader @6 :UInt32 = 4294967295;
  # The server that the sender votes for, follows or is. 4294967295: none.

  established @7 :UInt32 = 4294967295;
  # The leader's epoch, once a quorum has adopted it. 4294967295: not yet.

  handedOver @8 :Bool;
  # The last leader has handed over to `successor`. Everybody who looks in the same round passes it on.

  successor @9 :UInt8;
  # Of servers that are equally recent, the one with this id is preferred. Says nothing unless
  # `handedOver` is set.
}

struct Join {
  # Learner to leader: "I follow you." Repeated when the leader may not have been one before.

  least @0 :UInt32;
  # The lowest epoch that the sender can still promise to this leader.

  counts @1 :Bool;
  # As in EpochPromised.
}

struct NewEpoch {
  # Leader to learner: "will you follow nobody of a lower epoch?"

  epoch @0 :UInt32;
  # The one in which the sender wants to lead.
}

struct EpochPromised {
  # Learner to leader: "I will, and here is where my history ends." Both are on stable storage.

  epoch @0 :UInt32;
  # The promised one.

  current @1 :UInt32;
  # The epoch of the last leader whose history the sender has adopted.

  ends @2 :List(Position);
  # Where each epoch of the sender's log ends, upwards; the first is where the log begins, as far as
  # it is known.

  counts @3 :Bool;
  # The sender's votes and acks count: it is a voter that lacks nothing it ever acked.

  rememberedEpoch @4 :UInt32;
  # The epoch in which `remembered` was heard from its leader. 0: never.

  remembered @5 :List(ServerProgress);
  # How far each voter's log had been synced, as that leader knew; server ids ascend. Who comes with
  # less has lost what it promised to keep.
}

struct Amnesia {
  # Leader to learner: "you have lost what you acked."

  zxid @0 :UInt64;
  # Up to and including this record.
}

struct Synchronise {
  # Leader to learner: "forget what is behind `keep`, log what follows up to `end`, adopt the epoch."
  # Live proposals follow at once.

  epoch @0 :UInt32;
  # The leader's.

  keep @1 :Position;
  # The last place that both histories have in common.

  end @2 :Position;
  # Where the history ends that the learner must have before it adopts the epoch.

  streamed @3 :Bool;
  # The history comes over a stream that the learner dials. Otherwise it comes here, as proposals.

  image @4 :Bool;
  # The leader's log begins behind what both have in common: the learner fetches an image, installs
  # it and joins again. `keep` says nothing, and no proposals follow.
}

struct Adopted {
  # Learner to leader: "all up to the end you named, and the current epoch, are on stable storage."

  epoch @0 :UInt32;
  # The leader's.
}

struct Serve {
  # Leader to learner: "a quorum has adopted the epoch; serve."

  epoch @0 :UInt32;
  # The leader's.

  committed @1 :UInt64;
  # This record and all before it may be applied.
}

struct Proposals {
  # Leader to learner: "log these." Followed by more without waiting.

  epoch @0 :UInt32;
  # The leader's.

  previous @1 :Position;
  # Before the first of the records, so that a gap is noticed.

  records @2 :List(LoggedRecord);
  # In order; zxids ascend.

  committed @3 :UInt64;
  # This record and all before it may be applied. May be ahead of the records.

  acked @4 :List(ServerProgress);
  # How far each voter's log is synced, as the leader knows; server ids ascend.
}

struct Ack {
  # Learner to leader: "this record and all before it are on stable storage."

  epoch @0 :UInt32;
  # The leader's.

  zxid @1 :UInt64;
  # The record.
}

struct Committed {
  # Leader to learner: "this record and all before it may be applied."

  epoch @0 :UInt32;
  # The leader's.

  zxid @1 :UInt64;
  # The record.
}

struct Heartbeat {
  # Leader to learner: "I live." Sent regularly, and when a sync asks for it.

  epoch @0 :UInt32;
  # The leader's.

  round @1 :UInt64;
  # Grows with each; 0 before the epoch is established.

  doubt @2 :Bool;
  # Servers differ, and no quorum of voters has one state: take no writes of clients.
}

struct Alive {
  # Learner to leader: "I live, and you still lead me."

  epoch @0 :UInt32;
  # The leader's; 0: the sender lives, but confirms nothing.

  round @1 :UInt64;
  # Of the heartbeat that is answered.

  marks @2 :List(DigestMark);
  # Of the sender's state, in the order of their zxids: those that it has not told this leader yet, 128
  # at most. None where `epoch` is 0.
}

struct DigestMark {
  # The digest of a server's state behind a record. Taken behind every 128th record of an epoch and
  # behind its first one, and while servers are in doubt also behind the last one.

  zxid @0 :UInt64;
  # Of the record.

  digest @1 :UInt64;
  # Of the tree with its stats and ACLs, the sessions and the settings.

  version @2 :UInt32;
  # Of the digest's definition. Digests of different versions cannot be compared.
}

struct Diverged {
  # Leader to learner: "a quorum of voters has another digest than you said that you have: begin anew."

  epoch @0 :UInt32;
  # The leader's.

  zxid @1 :UInt64;
  # Where.

  expected @2 :UInt64;
  # The digest of the quorum.

  version @3 :UInt32;
  # Of this digest.
}

struct AdminRequest {
  # Any server to any other: "an operator who is connected to me wants this of you." The sender has
  # made sure of who that is; the receiver trusts it as it trusts it with the history.

  number @0 :UInt64;
  # Chosen by the sender; the reply has the same.

  text @1 :Data;
  # A request of the admin API in JSON, at most 1 MiB.
}

struct AdminReply {
  # To who asked: "this is the answer." At most one for each request; none if the link breaks.

  number @0 :UInt64;
  # The request's.

  status @1 :UInt32;
  # As in HTTP.

  text @2 :Data;
  # The body of the answer in JSON, at most 4 MiB.
}

struct Forward {
  # Learner to leader: "my clients want this written." Sent once.

  writes @0 :List(Log.Txn);
  # In order. They have no stamp yet: zxid, timeMs and committed are 0.

  syncs @1 :List(SyncRequest);
  # Behind the writes: how far must the sender apply before it answers them?
}

struct SyncRequest {
  # Names a sync of a client of the learner.

  connection @0 :UInt64;
  # The serial of the client's connection.

  sequence @1 :UInt64;
  # Counts the syncs of the connection, from 1.
}

struct SyncPoint {
  # The answer to a SyncRequest.

  connection @0 :UInt64;
  # As in the request.

  sequence @1 :UInt64;
  # As in the request.

  point @2 :UInt64;
  # All that had been proposed when the leader was asked ends at this zxid.
}

struct SyncPoints {
  # Leader to learner: "apply so far, then answer."

  points @0 :List(SyncPoint);
  # One for each sync that is answered.
}

struct SessionTouch {
  # A session whose client was heard from.

  session @0 :Int64;
  # Its id.
}

struct Touches {
  # Learner to leader: "I heard from these."

  sessions @0 :List(SessionTouch);
  # Since the last time.
}

struct HandOver {
  # Learner to leader: "let another lead." An operator has asked for it.

  number @0 :UInt64;
  # The learner's, for the answer.

  to @1 :UInt32 = 4294967295;
  # The server that is to lead. 4294967295: whichever voter has come furthest.
}

struct HandOverAnswer {
  # Leader to learner: "so be it", as soon as all that is proposed is committed; or why not.

  number @0 :UInt64;
  # As in the request.

  successor @1 :UInt32;
  # Who is to lead. Says nothing when `refusal` is present.

  refusal @2 :PeerRefusal;
  # Why the leader goes on to lead; absent when it does not.
}

# --- The history stream ----------------------------------------------------------------------------

struct HistoryFrame {
  # The root of every frame of a history stream, all from the leader. Chunks of an image, or
  # records. The stream is over when the learner has the last chunk, or the record at `end`.

  union {
    unset @0 :Void;
    # Never sent.

    records @1 :HistoryRecords;
    # Records of the log.

    image @2 :ImageChunk;
    # A piece of an image.

    refusal @3 :PeerRefusal;
    # The leader can't go on, and closes.
  }
}

struct HistoryRecords {
  # Leader to learner: "log these."

  previous @0 :Position;
  # Before the first of the records.

  records @1 :List(LoggedRecord);
  # In order; zxids ascend.
}

struct ImageRecord {
  # A key and its value, as record.capnp describes the image's.

  key @0 :Data;
  # Not empty, and its first byte is not 0.

  value @1 :Data;
  # What the image has there.
}

struct ImageChunk {
  # Leader to learner: "this is the next piece of my image."

  index @0 :UInt64;
  # Counts the pieces of the image, from 0.

  records @1 :List(ImageRecord);
  # In the order of their keys, which all follow those of earlier pieces.

  crc32c @2 :UInt32;
  # Of these bytes, numbers little-endian: index 8; of each record the length of the key 4, the key, the
  # length of the value 4, the value; and in the last piece position.zxid 8, position.chain 8, timeMs 8,
  # digest 8, count 8.

  last @3 :ImageSummary;
  # Present in the last piece, and only there.
}

struct ImageSummary {
  # What the image says about itself.

  position @0 :Position;
  # It holds the state right behind this record.

  timeMs @1 :Int64;
  # That record's time, milliseconds since 1970.

  digest @2 :UInt64;
  # Of the state.

  count @3 :UInt64;
  # The records of all its pieces.
}
