import * as $ from "capnp-es";
export declare const _capnpFileId = 17185617865144641242n;
/**
* The root of every frame that a client sends.
*
*/
export declare const ClientMessage_Which: {
  /**
* Never sent.
*
*/
  readonly UNSET: 0;
  /**
* The first frame, and only the first.
*
*/
  readonly HELLO: 1;
  /**
* Every other frame.
*
*/
  readonly REQUEST: 2;
  /**
* The first frame instead of hello, and the only one.
*
*/
  readonly INSPECT: 3;
  /**
* The first frame instead of hello, and the only one.
*
*/
  readonly TRANSFER_LEADERSHIP: 4;
};
export type ClientMessage_Which = (typeof ClientMessage_Which)[keyof typeof ClientMessage_Which];
/**
* The root of every frame that a client sends.
*
*/
export declare class ClientMessage extends $.Struct {
  static readonly UNSET: 0;
  static readonly HELLO: 1;
  static readonly REQUEST: 2;
  static readonly INSPECT: 3;
  static readonly TRANSFER_LEADERSHIP: 4;
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  get _isUnset(): boolean;
  set unset(_: true);
  _adoptHello(value: $.Orphan<Hello>): void;
  _disownHello(): $.Orphan<Hello>;
  /**
* The first frame, and only the first.
*
*/
  get hello(): Hello;
  _hasHello(): boolean;
  _initHello(): Hello;
  get _isHello(): boolean;
  set hello(value: Hello);
  _adoptRequest(value: $.Orphan<Request>): void;
  _disownRequest(): $.Orphan<Request>;
  /**
* Every other frame.
*
*/
  get request(): Request;
  _hasRequest(): boolean;
  _initRequest(): Request;
  get _isRequest(): boolean;
  set request(value: Request);
  _adoptInspect(value: $.Orphan<Inspect>): void;
  _disownInspect(): $.Orphan<Inspect>;
  /**
* The first frame instead of hello, and the only one.
*
*/
  get inspect(): Inspect;
  _hasInspect(): boolean;
  _initInspect(): Inspect;
  get _isInspect(): boolean;
  set inspect(value: Inspect);
  _adoptTransferLeadership(value: $.Orphan<TransferLeadership>): void;
  _disownTransferLeadership(): $.Orphan<TransferLeadership>;
  /**
* The first frame instead of hello, and the only one.
*
*/
  get transferLeadership(): TransferLeadership;
  _hasTransferLeadership(): boolean;
  _initTransferLeadership(): TransferLeadership;
  get _isTransferLeadership(): boolean;
  set transferLeadership(value: TransferLeadership);
  toString(): string;
  which(): ClientMessage_Which;
}
/**
* The root of every frame that a server sends.
*
*/
export declare const ServerMessage_Which: {
  /**
* Never sent.
*
*/
  readonly UNSET: 0;
  /**
* The answer to the oldest unanswered request.
*
*/
  readonly REPLY: 1;
  /**
* What a watch of this connection has to tell.
*
*/
  readonly EVENT: 2;
  /**
* The answer to hello: the session is open.
*
*/
  readonly WELCOME: 3;
  /**
* The last frame before the server closes the connection.
*
*/
  readonly GOODBYE: 4;
  /**
* The answer to inspect; the server closes the connection behind it.
*
*/
  readonly INSPECTION: 5;
  /**
* The answer to transferLeadership when it is agreed to, else it is a goodbye; the server closes the
* connection behind it.
*
*/
  readonly LEADERSHIP_TRANSFER: 6;
};
export type ServerMessage_Which = (typeof ServerMessage_Which)[keyof typeof ServerMessage_Which];
/**
* The root of every frame that a server sends.
*
*/
export declare class ServerMessage extends $.Struct {
  static readonly UNSET: 0;
  static readonly REPLY: 1;
  static readonly EVENT: 2;
  static readonly WELCOME: 3;
  static readonly GOODBYE: 4;
  static readonly INSPECTION: 5;
  static readonly LEADERSHIP_TRANSFER: 6;
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  get _isUnset(): boolean;
  set unset(_: true);
  _adoptReply(value: $.Orphan<Reply>): void;
  _disownReply(): $.Orphan<Reply>;
  /**
* The answer to the oldest unanswered request.
*
*/
  get reply(): Reply;
  _hasReply(): boolean;
  _initReply(): Reply;
  get _isReply(): boolean;
  set reply(value: Reply);
  _adoptEvent(value: $.Orphan<WatchEvent>): void;
  _disownEvent(): $.Orphan<WatchEvent>;
  /**
* What a watch of this connection has to tell.
*
*/
  get event(): WatchEvent;
  _hasEvent(): boolean;
  _initEvent(): WatchEvent;
  get _isEvent(): boolean;
  set event(value: WatchEvent);
  _adoptWelcome(value: $.Orphan<Welcome>): void;
  _disownWelcome(): $.Orphan<Welcome>;
  /**
* The answer to hello: the session is open.
*
*/
  get welcome(): Welcome;
  _hasWelcome(): boolean;
  _initWelcome(): Welcome;
  get _isWelcome(): boolean;
  set welcome(value: Welcome);
  _adoptGoodbye(value: $.Orphan<Goodbye>): void;
  _disownGoodbye(): $.Orphan<Goodbye>;
  /**
* The last frame before the server closes the connection.
*
*/
  get goodbye(): Goodbye;
  _hasGoodbye(): boolean;
  _initGoodbye(): Goodbye;
  get _isGoodbye(): boolean;
  set goodbye(value: Goodbye);
  _adoptInspection(value: $.Orphan<Inspection>): void;
  _disownInspection(): $.Orphan<Inspection>;
  /**
* The answer to inspect; the server closes the connection behind it.
*
*/
  get inspection(): Inspection;
  _hasInspection(): boolean;
  _initInspection(): Inspection;
  get _isInspection(): boolean;
  set inspection(value: Inspection);
  _adoptLeadershipTransfer(value: $.Orphan<LeadershipTransfer>): void;
  _disownLeadershipTransfer(): $.Orphan<LeadershipTransfer>;
  /**
* The answer to transferLeadership when it is agreed to, else it is a goodbye; the server closes the
* connection behind it.
*
*/
  get leadershipTransfer(): LeadershipTransfer;
  _hasLeadershipTransfer(): boolean;
  _initLeadershipTransfer(): LeadershipTransfer;
  get _isLeadershipTransfer(): boolean;
  set leadershipTransfer(value: LeadershipTransfer);
  toString(): string;
  which(): ServerMessage_Which;
}
/**
* Client to server: "I speak these versions; open, or go on with, a session."
*
*/
export declare class Hello extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
    defaultVersionMin: DataView<ArrayBufferLike>;
    defaultVersionMax: DataView<ArrayBufferLike>;
  };
  /**
* Lowest protocol version that the client speaks.
*
*/
  get versionMin(): number;
  set versionMin(value: number);
  /**
* Highest protocol version that the client speaks. This file describes version 1.
*
*/
  get versionMax(): number;
  set versionMax(value: number);
  /**
* Bits of optional features that the client would like. None is defined in version 1; unknown bits
* are ignored.
*
*/
  get features(): bigint;
  set features(value: bigint);
  /**
* The session to go on with; 0 for a new one.
*
*/
  get session(): bigint;
  set session(value: bigint);
  _adoptPassword(value: $.Orphan<$.Data>): void;
  _disownPassword(): $.Orphan<$.Data>;
  /**
* The 16 bytes that `welcome` gave for `session`; absent for a new one. Keep it secret: whoever
* has it owns the session.
*
*/
  get password(): $.Data;
  _hasPassword(): boolean;
  _initPassword(length: number): $.Data;
  set password(value: $.Data);
  /**
* Wanted session timeout in milliseconds. The server clamps it to its own bounds.
*
*/
  get timeoutMs(): bigint;
  set timeoutMs(value: bigint);
  /**
* The highest zxid that the client has seen, 0 for none. A server that is behind it refuses with
* serverBehind, so that nobody sees the past again.
*
*/
  get lastSeen(): bigint;
  set lastSeen(value: bigint);
  /**
* The client is content with a server that cannot write at present, and whose answers may be old:
* one that has no leader. Others are told goodbye there with notReadOnly, and so is whoever names a
* session, unless that is known to this server alone.
*
*/
  get readOnly(): boolean;
  set readOnly(value: boolean);
  toString(): string;
}
/**
* Server to client: "the session is open, and these are the terms."
*
*/
export declare class Welcome extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  /**
* The protocol version of this connection: the highest that both sides speak.
*
*/
  get version(): number;
  set version(value: number);
  /**
* The wanted features that the server grants.
*
*/
  get features(): bigint;
  set features(value: bigint);
  /**
* The id of the serving server within its ensemble.
*
*/
  get server(): number;
  set server(value: number);
  /**
* The session's id; never 0.
*
*/
  get session(): bigint;
  set session(value: bigint);
  _adoptPassword(value: $.Orphan<$.Data>): void;
  _disownPassword(): $.Orphan<$.Data>;
  /**
* 16 bytes that let the client go on with the session on another connection.
*
*/
  get password(): $.Data;
  _hasPassword(): boolean;
  _initPassword(length: number): $.Data;
  set password(value: $.Data);
  /**
* The session's timeout in milliseconds after clamping.
*
*/
  get timeoutMs(): bigint;
  set timeoutMs(value: bigint);
  /**
* The last write that this server had applied.
*
*/
  get zxid(): bigint;
  set zxid(value: bigint);
  /**
* The largest frame in bytes, header included, in both directions.
*
*/
  get frameBytesMax(): number;
  set frameBytesMax(value: number);
  /**
* Unanswered requests beyond which the server reads no further from this connection.
*
*/
  get requestsInFlightMax(): number;
  set requestsInFlightMax(value: number);
  /**
* The server cannot write at present; writes and syncs are answered notReadOnly. Its answers are of
* a state that was true once, and never older than what the client has seen. As soon as it can
* write it says goodbye with notReadOnly; a session that was opened read-only has ended then, and
* the next hello should ask for a new one. Meanwhile a client may ask other servers by `inspect`
* whether they serve.
*
*/
  get readOnly(): boolean;
  set readOnly(value: boolean);
  toString(): string;
}
/**
* Server to client: "I close this connection, for this reason."
*
*/
export declare class Goodbye extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  /**
* Why, as a number of the table at the head of this file. sessionExpired and authFailed are
* final for the session; otherwise it may go on elsewhere.
*
*/
  get error(): number;
  set error(value: number);
  /**
* The same for people, in English; absent where the number says it all. Do not parse it.
*
*/
  get text(): string;
  set text(value: string);
  toString(): string;
}
/**
* Client to server: "what are you, and how are you doing?" Has no fields in version 1.
*
*/
export declare class Inspect extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  toString(): string;
}
/**
* What a server does within its ensemble.
*
*/
export declare const ServerRole: {
  /**
* Nothing that this version knows. Take a number from a later version for this one too.
*
*/
  readonly UNKNOWN: 0;
  /**
* It looks for a leader, and serves nobody.
*
*/
  readonly LOOKING: 1;
  /**
* It follows a leader, and votes.
*
*/
  readonly FOLLOWING: 2;
  /**
* It follows a leader, and does not vote.
*
*/
  readonly OBSERVING: 3;
  /**
* It leads.
*
*/
  readonly LEADING: 4;
  /**
* It is the only server.
*
*/
  readonly ALONE: 5;
  /**
* It has been without a leader for a while, and serves reads of what it knows to clients that are
* content with that (`Hello.readOnly`).
*
*/
  readonly READ_ONLY: 6;
};
export type ServerRole = (typeof ServerRole)[keyof typeof ServerRole];
/**
* Where something listens.
*
*/
export declare class Address extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  /**
* A name or an address, IPv6 without brackets.
*
*/
  get host(): string;
  set host(value: string);
  /**
* TCP.
*
*/
  get port(): number;
  set port(value: number);
  toString(): string;
}
/**
* A server of the ensemble, as the answering server's configuration has it.
*
*/
export declare class EnsembleMember extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
    defaultWeight: DataView<ArrayBufferLike>;
    defaultGroup: DataView<ArrayBufferLike>;
  };
  static _Peers: $.ListCtor<Address>;
  /**
* Its id.
*
*/
  get server(): number;
  set server(value: number);
  /**
* It does not vote.
*
*/
  get observer(): boolean;
  set observer(value: boolean);
  /**
* What its vote counts.
*
*/
  get weight(): number;
  set weight(value: number);
  /**
* The group in which it votes; -1 where there are none.
*
*/
  get group(): bigint;
  set group(value: bigint);
  _adoptPeers(value: $.Orphan<$.List<Address>>): void;
  _disownPeers(): $.Orphan<$.List<Address>>;
  /**
* Where the other servers reach it; one of them is enough.
*
*/
  get peers(): $.List<Address>;
  _hasPeers(): boolean;
  _initPeers(length: number): $.List<Address>;
  set peers(value: $.List<Address>);
  _adoptClients(value: $.Orphan<Address>): void;
  _disownClients(): $.Orphan<Address>;
  /**
* Where clients reach it. Absent: the answering server does not know. A host that means "every
* interface" (0.0.0.0, ::) stands for one of `peers`.
*
*/
  get clients(): Address;
  _hasClients(): boolean;
  _initClients(): Address;
  set clients(value: Address);
  /**
* The answering server has a connection with it now; true for itself.
*
*/
  get linked(): boolean;
  set linked(value: boolean);
  toString(): string;
}
/**
* Server to client: "this is what I am." What it says is some moments old at most.
*
*/
export declare class Inspection extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
    defaultLeader: DataView<ArrayBufferLike>;
  };
  static _Members: $.ListCtor<EnsembleMember>;
  /**
* The id of the answering server.
*
*/
  get server(): number;
  set server(value: number);
  /**
* Of its program. Do not parse it.
*
*/
  get version(): string;
  set version(value: string);
  /**
* How long it has been listening to clients, in milliseconds.
*
*/
  get uptimeMs(): bigint;
  set uptimeMs(value: bigint);
  /**
* What it does.
*
*/
  get role(): ServerRole;
  set role(value: ServerRole);
  /**
* It serves clients: it has all that was committed when its leader began to lead, and has heard of
* the leader lately.
*
*/
  get serving(): boolean;
  set serving(value: boolean);
  /**
* It has lost what it once acknowledged, and neither votes nor leads until it has it again.
*
*/
  get recovering(): boolean;
  set recovering(value: boolean);
  /**
* It and the servers that it is connected with are a quorum.
*
*/
  get quorumLinked(): boolean;
  set quorumLinked(value: boolean);
  /**
* The id of the server that it follows, or of itself when it leads or is alone; -1 for none.
*
*/
  get leader(): number;
  set leader(value: number);
  /**
* Of the leader, once a quorum has adopted it; 0 before.
*
*/
  get epoch(): number;
  set epoch(value: number);
  /**
* The last write that it knows to be committed.
*
*/
  get committed(): bigint;
  set committed(value: bigint);
  /**
* The last write that its clients see.
*
*/
  get applied(): bigint;
  set applied(value: bigint);
  /**
* The last write in its log, on stable storage.
*
*/
  get logged(): bigint;
  set logged(value: bigint);
  /**
* Open sessions of the whole ensemble, as far as this server has applied.
*
*/
  get sessions(): number;
  set sessions(value: number);
  /**
* Open connections of clients to this server; the asking one is not counted.
*
*/
  get connections(): number;
  set connections(value: number);
  /**
* Nodes in its tree.
*
*/
  get znodes(): bigint;
  set znodes(value: bigint);
  _adoptMembers(value: $.Orphan<$.List<EnsembleMember>>): void;
  _disownMembers(): $.Orphan<$.List<EnsembleMember>>;
  /**
* In the order of their ids; a server on its own lists itself.
*
*/
  get members(): $.List<EnsembleMember>;
  _hasMembers(): boolean;
  _initMembers(length: number): $.List<EnsembleMember>;
  set members(value: $.List<EnsembleMember>);
  /**
* Behind which write it took the last digest of its state; 0: none yet. Servers compare them.
*
*/
  get digestZxid(): bigint;
  set digestZxid(value: bigint);
  /**
* That digest.
*
*/
  get digest(): bigint;
  set digest(value: bigint);
  /**
* Servers differ in what they hold, and no quorum holds the same: writes are answered notReadOnly.
*
*/
  get inDoubt(): boolean;
  set inDoubt(value: boolean);
  /**
* It leads, and is configured to leave clients to the others: whoever says hello is told goodbye
* with notServing. `serving` then says that it does its part for the others.
*
*/
  get sendsClientsAway(): boolean;
  set sendsClientsAway(value: boolean);
  toString(): string;
}
/**
* Client to server: "let another server lead." Any server may be asked; it asks the leader. Only from
* the server's own host (a loopback address), or with the credentials of the super user.
*
*/
export declare class TransferLeadership extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
    defaultTo: DataView<ArrayBufferLike>;
  };
  /**
* The id of the server that is to lead; -1: whichever voter has come furthest.
*
*/
  get to(): number;
  set to(value: number);
  /**
* As in Authenticate; absent: no credentials.
*
*/
  get scheme(): string;
  set scheme(value: string);
  _adoptCredentials(value: $.Orphan<$.Data>): void;
  _disownCredentials(): $.Orphan<$.Data>;
  /**
* As in Authenticate.
*
*/
  get credentials(): $.Data;
  _hasCredentials(): boolean;
  _initCredentials(length: number): $.Data;
  set credentials(value: $.Data);
  toString(): string;
}
/**
* Server to client: "the leader hands over." It does so within moments: as soon as all that was
* proposed is committed. What the successor makes of it is seen by asking again (inspect).
* Otherwise the answer is a goodbye: noAuth, badArguments (no voter of this ensemble, or it leads
* already), notServing (no leader, or nobody else is up to date), unimplemented.
*
*/
export declare class LeadershipTransfer extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  /**
* The id of the server that is to lead.
*
*/
  get successor(): number;
  set successor(value: number);
  toString(): string;
}
/**
* Client to server: "do this."
*
*/
export declare const Request_Which: {
  /**
* Never sent; answered marshallingError.
*
*/
  readonly UNSET: 0;
  /**
* Keeps the session alive. Answered `nothing`.
*
*/
  readonly PING: 1;
  /**
* Reads a node's data and stat. Answered `data`.
*
*/
  readonly GET_DATA: 2;
  /**
* Reads a node's stat. Answered `stat`.
*
*/
  readonly EXISTS: 3;
  /**
* Reads the names of all children. Answered `children`.
*
*/
  readonly GET_CHILDREN: 4;
  /**
* Replaces a node's data. Answered `stat`.
*
*/
  readonly SET_DATA: 5;
  /**
* Creates a node. Answered `create`.
*
*/
  readonly CREATE: 6;
  /**
* Deletes a node without children. Answered `nothing`.
*
*/
  readonly DELETE: 7;
  /**
* Executes several writes, all or none. Answered `multi`, also when it fails.
*
*/
  readonly MULTI: 8;
  /**
* Reads one page of children. Answered `list`.
*
*/
  readonly LIST_CHILDREN: 9;
  /**
* Reads a node's ACL and stat. Answered `acl`.
*
*/
  readonly GET_ACL: 10;
  /**
* Replaces a node's ACL. Answered `stat`.
*
*/
  readonly SET_ACL: 11;
  /**
* Executes several reads on the same state. Answered `multiRead`.
*
*/
  readonly MULTI_READ: 12;
  /**
* Counts all nodes below a node. Answered `count`.
*
*/
  readonly COUNT_DESCENDANTS: 13;
  /**
* Lists ephemeral nodes of this session. Answered `paths`.
*
*/
  readonly GET_EPHEMERALS: 14;
  /**
* Waits until this server has applied every write that was proposed before. Answered `path`.
*
*/
  readonly SYNC: 15;
  /**
* Deletes a node and everything below it. Answered `nothing`.
*
*/
  readonly DELETE_TREE: 16;
  /**
* Arms a watch that stays. Answered `nothing`.
*
*/
  readonly ADD_WATCH: 17;
  /**
* Asks whether this connection has such a watch. Answered `nothing`, or noWatcher.
*
*/
  readonly CHECK_WATCHES: 18;
  /**
* Removes watches of this connection. Answered `nothing`, or noWatcher.
*
*/
  readonly REMOVE_WATCHES: 19;
  /**
* Arms again, after a reconnect, the watches that the client had. Answered `nothing`; events for
* what changed meanwhile follow.
*
*/
  readonly SET_WATCHES: 20;
  /**
* Asks for the identities of this connection. Answered `identities`.
*
*/
  readonly WHO_AM_I: 21;
  /**
* Adds an identity to this connection. Answered `nothing`, or authFailed, after which the server
* closes the connection; also beyond 64 identities, or 8 KiB of them.
*
*/
  readonly AUTHENTICATE: 22;
  /**
* Changes the members of the ensemble. Answered reconfigDisabled where that is switched off.
*
*/
  readonly RECONFIG: 23;
  /**
* Ends the session and deletes its ephemeral nodes. Answered `nothing`; then the server closes the
* connection.
*
*/
  readonly CLOSE_SESSION: 24;
};
export type Request_Which = (typeof Request_Which)[keyof typeof Request_Which];
/**
* Client to server: "do this."
*
*/
export declare class Request extends $.Struct {
  static readonly UNSET: 0;
  static readonly PING: 1;
  static readonly GET_DATA: 2;
  static readonly EXISTS: 3;
  static readonly GET_CHILDREN: 4;
  static readonly SET_DATA: 5;
  static readonly CREATE: 6;
  static readonly DELETE: 7;
  static readonly MULTI: 8;
  static readonly LIST_CHILDREN: 9;
  static readonly GET_ACL: 10;
  static readonly SET_ACL: 11;
  static readonly MULTI_READ: 12;
  static readonly COUNT_DESCENDANTS: 13;
  static readonly GET_EPHEMERALS: 14;
  static readonly SYNC: 15;
  static readonly DELETE_TREE: 16;
  static readonly ADD_WATCH: 17;
  static readonly CHECK_WATCHES: 18;
  static readonly REMOVE_WATCHES: 19;
  static readonly SET_WATCHES: 20;
  static readonly WHO_AM_I: 21;
  static readonly AUTHENTICATE: 22;
  static readonly RECONFIG: 23;
  static readonly CLOSE_SESSION: 24;
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  /**
* The client's own number for the request, returned with its reply. Any value.
*
*/
  get xid(): bigint;
  set xid(value: bigint);
  /**
* The request is answered `throttled` instead of executed when it has waited in the server for
* longer than this many milliseconds. 0: no limit.
*
*/
  get deadlineMs(): number;
  set deadlineMs(value: number);
  _adoptTrace(value: $.Orphan<TraceContext>): void;
  _disownTrace(): $.Orphan<TraceContext>;
  /**
* Lets the request be followed through a larger system. Absent: it is not.
*
*/
  get trace(): TraceContext;
  _hasTrace(): boolean;
  _initTrace(): TraceContext;
  set trace(value: TraceContext);
  get _isUnset(): boolean;
  set unset(_: true);
  get _isPing(): boolean;
  set ping(_: true);
  _adoptGetData(value: $.Orphan<GetData>): void;
  _disownGetData(): $.Orphan<GetData>;
  /**
* Reads a node's data and stat. Answered `data`.
*
*/
  get getData(): GetData;
  _hasGetData(): boolean;
  _initGetData(): GetData;
  get _isGetData(): boolean;
  set getData(value: GetData);
  _adoptExists(value: $.Orphan<Exists>): void;
  _disownExists(): $.Orphan<Exists>;
  /**
* Reads a node's stat. Answered `stat`.
*
*/
  get exists(): Exists;
  _hasExists(): boolean;
  _initExists(): Exists;
  get _isExists(): boolean;
  set exists(value: Exists);
  _adoptGetChildren(value: $.Orphan<GetChildren>): void;
  _disownGetChildren(): $.Orphan<GetChildren>;
  /**
* Reads the names of all children. Answered `children`.
*
*/
  get getChildren(): GetChildren;
  _hasGetChildren(): boolean;
  _initGetChildren(): GetChildren;
  get _isGetChildren(): boolean;
  set getChildren(value: GetChildren);
  _adoptSetData(value: $.Orphan<SetData>): void;
  _disownSetData(): $.Orphan<SetData>;
  /**
* Replaces a node's data. Answered `stat`.
*
*/
  get setData(): SetData;
  _hasSetData(): boolean;
  _initSetData(): SetData;
  get _isSetData(): boolean;
  set setData(value: SetData);
  _adoptCreate(value: $.Orphan<Create>): void;
  _disownCreate(): $.Orphan<Create>;
  /**
* Creates a node. Answered `create`.
*
*/
  get create(): Create;
  _hasCreate(): boolean;
  _initCreate(): Create;
  get _isCreate(): boolean;
  set create(value: Create);
  _adoptDelete(value: $.Orphan<Delete>): void;
  _disownDelete(): $.Orphan<Delete>;
  /**
* Deletes a node without children. Answered `nothing`.
*
*/
  get delete(): Delete;
  _hasDelete(): boolean;
  _initDelete(): Delete;
  get _isDelete(): boolean;
  set delete(value: Delete);
  _adoptMulti(value: $.Orphan<Multi>): void;
  _disownMulti(): $.Orphan<Multi>;
  /**
* Executes several writes, all or none. Answered `multi`, also when it fails.
*
*/
  get multi(): Multi;
  _hasMulti(): boolean;
  _initMulti(): Multi;
  get _isMulti(): boolean;
  set multi(value: Multi);
  _adoptListChildren(value: $.Orphan<ListChildren>): void;
  _disownListChildren(): $.Orphan<ListChildren>;
  /**
* Reads one page of children. Answered `list`.
*
*/
  get listChildren(): ListChildren;
  _hasListChildren(): boolean;
  _initListChildren(): ListChildren;
  get _isListChildren(): boolean;
  set listChildren(value: ListChildren);
  _adoptGetAcl(value: $.Orphan<GetAcl>): void;
  _disownGetAcl(): $.Orphan<GetAcl>;
  /**
* Reads a node's ACL and stat. Answered `acl`.
*
*/
  get getAcl(): GetAcl;
  _hasGetAcl(): boolean;
  _initGetAcl(): GetAcl;
  get _isGetAcl(): boolean;
  set getAcl(value: GetAcl);
  _adoptSetAcl(value: $.Orphan<SetAcl>): void;
  _disownSetAcl(): $.Orphan<SetAcl>;
  /**
* Replaces a node's ACL. Answered `stat`.
*
*/
  get setAcl(): SetAcl;
  _hasSetAcl(): boolean;
  _initSetAcl(): SetAcl;
  get _isSetAcl(): boolean;
  set setAcl(value: SetAcl);
  _adoptMultiRead(value: $.Orphan<MultiRead>): void;
  _disownMultiRead(): $.Orphan<MultiRead>;
  /**
* Executes several reads on the same state. Answered `multiRead`.
*
*/
  get multiRead(): MultiRead;
  _hasMultiRead(): boolean;
  _initMultiRead(): MultiRead;
  get _isMultiRead(): boolean;
  set multiRead(value: MultiRead);
  _adoptCountDescendants(value: $.Orphan<CountDescendants>): void;
  _disownCountDescendants(): $.Orphan<CountDescendants>;
  /**
* Counts all nodes below a node. Answered `count`.
*
*/
  get countDescendants(): CountDescendants;
  _hasCountDescendants(): boolean;
  _initCountDescendants(): CountDescendants;
  get _isCountDescendants(): boolean;
  set countDescendants(value: CountDescendants);
  _adoptGetEphemerals(value: $.Orphan<GetEphemerals>): void;
  _disownGetEphemerals(): $.Orphan<GetEphemerals>;
  /**
* Lists ephemeral nodes of this session. Answered `paths`.
*
*/
  get getEphemerals(): GetEphemerals;
  _hasGetEphemerals(): boolean;
  _initGetEphemerals(): GetEphemerals;
  get _isGetEphemerals(): boolean;
  set getEphemerals(value: GetEphemerals);
  _adoptSync(value: $.Orphan<Sync>): void;
  _disownSync(): $.Orphan<Sync>;
  /**
* Waits until this server has applied every write that was proposed before. Answered `path`.
*
*/
  get sync(): Sync;
  _hasSync(): boolean;
  _initSync(): Sync;
  get _isSync(): boolean;
  set sync(value: Sync);
  _adoptDeleteTree(value: $.Orphan<DeleteTree>): void;
  _disownDeleteTree(): $.Orphan<DeleteTree>;
  /**
* Deletes a node and everything below it. Answered `nothing`.
*
*/
  get deleteTree(): DeleteTree;
  _hasDeleteTree(): boolean;
  _initDeleteTree(): DeleteTree;
  get _isDeleteTree(): boolean;
  set deleteTree(value: DeleteTree);
  _adoptAddWatch(value: $.Orphan<AddWatch>): void;
  _disownAddWatch(): $.Orphan<AddWatch>;
  /**
* Arms a watch that stays. Answered `nothing`.
*
*/
  get addWatch(): AddWatch;
  _hasAddWatch(): boolean;
  _initAddWatch(): AddWatch;
  get _isAddWatch(): boolean;
  set addWatch(value: AddWatch);
  _adoptCheckWatches(value: $.Orphan<CheckWatches>): void;
  _disownCheckWatches(): $.Orphan<CheckWatches>;
  /**
* Asks whether this connection has such a watch. Answered `nothing`, or noWatcher.
*
*/
  get checkWatches(): CheckWatches;
  _hasCheckWatches(): boolean;
  _initCheckWatches(): CheckWatches;
  get _isCheckWatches(): boolean;
  set checkWatches(value: CheckWatches);
  _adoptRemoveWatches(value: $.Orphan<RemoveWatches>): void;
  _disownRemoveWatches(): $.Orphan<RemoveWatches>;
  /**
* Removes watches of this connection. Answered `nothing`, or noWatcher.
*
*/
  get removeWatches(): RemoveWatches;
  _hasRemoveWatches(): boolean;
  _initRemoveWatches(): RemoveWatches;
  get _isRemoveWatches(): boolean;
  set removeWatches(value: RemoveWatches);
  _adoptSetWatches(value: $.Orphan<SetWatches>): void;
  _disownSetWatches(): $.Orphan<SetWatches>;
  /**
* Arms again, after a reconnect, the watches that the client had. Answered `nothing`; events for
* what changed meanwhile follow.
*
*/
  get setWatches(): SetWatches;
  _hasSetWatches(): boolean;
  _initSetWatches(): SetWatches;
  get _isSetWatches(): boolean;
  set setWatches(value: SetWatches);
  get _isWhoAmI(): boolean;
  set whoAmI(_: true);
  _adoptAuthenticate(value: $.Orphan<Authenticate>): void;
  _disownAuthenticate(): $.Orphan<Authenticate>;
  /**
* Adds an identity to this connection. Answered `nothing`, or authFailed, after which the server
* closes the connection; also beyond 64 identities, or 8 KiB of them.
*
*/
  get authenticate(): Authenticate;
  _hasAuthenticate(): boolean;
  _initAuthenticate(): Authenticate;
  get _isAuthenticate(): boolean;
  set authenticate(value: Authenticate);
  _adoptReconfig(value: $.Orphan<Reconfig>): void;
  _disownReconfig(): $.Orphan<Reconfig>;
  /**
* Changes the members of the ensemble. Answered reconfigDisabled where that is switched off.
*
*/
  get reconfig(): Reconfig;
  _hasReconfig(): boolean;
  _initReconfig(): Reconfig;
  get _isReconfig(): boolean;
  set reconfig(value: Reconfig);
  get _isCloseSession(): boolean;
  set closeSession(_: true);
  toString(): string;
  which(): Request_Which;
}
/**
* The parts of a W3C `traceparent` header.
*
*/
export declare class TraceContext extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  /**
* The first 16 hexadecimal digits of the trace id, read as a number.
*
*/
  get traceHigh(): bigint;
  set traceHigh(value: bigint);
  /**
* The last 16 hexadecimal digits of the trace id.
*
*/
  get traceLow(): bigint;
  set traceLow(value: bigint);
  /**
* The 16 hexadecimal digits of the parent id.
*
*/
  get span(): bigint;
  set span(value: bigint);
  /**
* The trace flags.
*
*/
  get flags(): number;
  set flags(value: number);
  toString(): string;
}
/**
* What kind of node to create.
*
*/
export declare const CreateMode: {
  /**
* Stays until it is deleted.
*
*/
  readonly PERSISTENT: 0;
  /**
* Deleted with its session. Has no children.
*
*/
  readonly EPHEMERAL: 1;
  /**
* Persistent; a number that grows with every child of the parent is appended to the path.
*
*/
  readonly PERSISTENT_SEQUENTIAL: 2;
  /**
* Ephemeral, with a number appended.
*
*/
  readonly EPHEMERAL_SEQUENTIAL: 3;
  /**
* Deleted by the server some time after its last child was.
*
*/
  readonly CONTAINER: 4;
  /**
* Deleted by the server when it has no children and was not set for `ttlMs`.
*
*/
  readonly TTL: 5;
  /**
* As ttl, with a number appended.
*
*/
  readonly TTL_SEQUENTIAL: 6;
};
export type CreateMode = (typeof CreateMode)[keyof typeof CreateMode];
/**
* Permissions for whoever matches `scheme:id`.
*
*/
export declare class AclEntry extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  /**
* Sum of read 1, write 2, create 4, delete 8, admin 16.
*
*/
  get perms(): number;
  set perms(value: number);
  /**
* "world", "auth", "digest", "ip" or another scheme of the server.
*
*/
  get scheme(): string;
  set scheme(value: string);
  /**
* "anyone" for world; empty for auth (the identities of this connection); "user:hash" for digest;
* an address with an optional prefix length for ip.
*
*/
  get id(): string;
  set id(value: string);
  toString(): string;
}
/**
* Client to server: "let there be this node."
*
*/
export declare class Create extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  static _Acl: $.ListCtor<AclEntry>;
  /**
* The node; for sequential modes the path without its number, which may then end in "/".
*
*/
  get path(): string;
  set path(value: string);
  _adoptData(value: $.Orphan<$.Data>): void;
  _disownData(): $.Orphan<$.Data>;
  /**
* Absent: empty.
*
*/
  get data(): $.Data;
  _hasData(): boolean;
  _initData(length: number): $.Data;
  set data(value: $.Data);
  _adoptAcl(value: $.Orphan<$.List<AclEntry>>): void;
  _disownAcl(): $.Orphan<$.List<AclEntry>>;
  /**
* Who may do what. Must not be empty.
*
*/
  get acl(): $.List<AclEntry>;
  _hasAcl(): boolean;
  _initAcl(length: number): $.List<AclEntry>;
  set acl(value: $.List<AclEntry>);
  /**
* The kind of node.
*
*/
  get mode(): CreateMode;
  set mode(value: CreateMode);
  /**
* For ttl modes 1 to 2^40 - 1 milliseconds, otherwise 0.
*
*/
  get ttlMs(): bigint;
  set ttlMs(value: bigint);
  /**
* When the node exists: succeed, report it as it is and change nothing. Not for sequential modes.
*
*/
  get ifAbsent(): boolean;
  set ifAbsent(value: boolean);
  /**
* The data is null, whatever is in the field. Null reads as no bytes, but ZooKeeper's clients can
* tell it from these.
*
*/
  get nullData(): boolean;
  set nullData(value: boolean);
  toString(): string;
}
/**
* Client to server: "delete this node."
*
*/
export declare class Delete extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
    defaultVersion: DataView<ArrayBufferLike>;
  };
  /**
* A node without children.
*
*/
  get path(): string;
  set path(value: string);
  /**
* Only when the node's version is this one; -1: whatever it is.
*
*/
  get version(): number;
  set version(value: number);
  toString(): string;
}
/**
* Client to server: "delete this node and everything below it, in one step."
*
*/
export declare class DeleteTree extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  /**
* The topmost node.
*
*/
  get path(): string;
  set path(value: string);
  /**
* When there are more nodes than this, itself included, nothing is deleted and the answer is
* tooManyNodes. 0: as many as the server allows.
*
*/
  get limit(): number;
  set limit(value: number);
  toString(): string;
}
/**
* Client to server: "this is the node's data from now on."
*
*/
export declare class SetData extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
    defaultVersion: DataView<ArrayBufferLike>;
  };
  /**
* The node.
*
*/
  get path(): string;
  set path(value: string);
  _adoptData(value: $.Orphan<$.Data>): void;
  _disownData(): $.Orphan<$.Data>;
  /**
* Replaces the old data. Absent: empty.
*
*/
  get data(): $.Data;
  _hasData(): boolean;
  _initData(length: number): $.Data;
  set data(value: $.Data);
  /**
* Only when the node's version is this one; -1: whatever it is.
*
*/
  get version(): number;
  set version(value: number);
  /**
* As of Create.
*
*/
  get nullData(): boolean;
  set nullData(value: boolean);
  toString(): string;
}
/**
* Client to server: "this is the node's ACL from now on."
*
*/
export declare class SetAcl extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
    defaultVersion: DataView<ArrayBufferLike>;
  };
  static _Acl: $.ListCtor<AclEntry>;
  /**
* The node.
*
*/
  get path(): string;
  set path(value: string);
  _adoptAcl(value: $.Orphan<$.List<AclEntry>>): void;
  _disownAcl(): $.Orphan<$.List<AclEntry>>;
  /**
* Replaces the old list. Must not be empty.
*
*/
  get acl(): $.List<AclEntry>;
  _hasAcl(): boolean;
  _initAcl(length: number): $.List<AclEntry>;
  set acl(value: $.List<AclEntry>);
  /**
* Only when the node's ACL version (Stat.aversion) is this one; -1: whatever it is.
*
*/
  get version(): number;
  set version(value: number);
  toString(): string;
}
/**
* Client to server, within a multi: "only if this holds."
*
*/
export declare class Check extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
    defaultVersion: DataView<ArrayBufferLike>;
  };
  /**
* The node.
*
*/
  get path(): string;
  set path(value: string);
  /**
* The node must have this version; -1: it must exist.
*
*/
  get version(): number;
  set version(value: number);
  /**
* The node must not exist; `version` is ignored.
*
*/
  get absent(): boolean;
  set absent(value: boolean);
  toString(): string;
}
/**
* One operation of a multi.
*
*/
export declare const MultiOp_Which: {
  /**
* Never sent.
*
*/
  readonly UNSET: 0;
  /**
* As the request of this name; its result is `create`.
*
*/
  readonly CREATE: 1;
  /**
* As the request of this name; its result is `nothing`.
*
*/
  readonly DELETE: 2;
  /**
* As the request of this name; its result is `stat`.
*
*/
  readonly SET_DATA: 3;
  /**
* A condition; its result is `nothing`.
*
*/
  readonly CHECK: 4;
};
export type MultiOp_Which = (typeof MultiOp_Which)[keyof typeof MultiOp_Which];
/**
* One operation of a multi.
*
*/
export declare class MultiOp extends $.Struct {
  static readonly UNSET: 0;
  static readonly CREATE: 1;
  static readonly DELETE: 2;
  static readonly SET_DATA: 3;
  static readonly CHECK: 4;
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  get _isUnset(): boolean;
  set unset(_: true);
  _adoptCreate(value: $.Orphan<Create>): void;
  _disownCreate(): $.Orphan<Create>;
  /**
* As the request of this name; its result is `create`.
*
*/
  get create(): Create;
  _hasCreate(): boolean;
  _initCreate(): Create;
  get _isCreate(): boolean;
  set create(value: Create);
  _adoptDelete(value: $.Orphan<Delete>): void;
  _disownDelete(): $.Orphan<Delete>;
  /**
* As the request of this name; its result is `nothing`.
*
*/
  get delete(): Delete;
  _hasDelete(): boolean;
  _initDelete(): Delete;
  get _isDelete(): boolean;
  set delete(value: Delete);
  _adoptSetData(value: $.Orphan<SetData>): void;
  _disownSetData(): $.Orphan<SetData>;
  /**
* As the request of this name; its result is `stat`.
*
*/
  get setData(): SetData;
  _hasSetData(): boolean;
  _initSetData(): SetData;
  get _isSetData(): boolean;
  set setData(value: SetData);
  _adoptCheck(value: $.Orphan<Check>): void;
  _disownCheck(): $.Orphan<Check>;
  /**
* A condition; its result is `nothing`.
*
*/
  get check(): Check;
  _hasCheck(): boolean;
  _initCheck(): Check;
  get _isCheck(): boolean;
  set check(value: Check);
  toString(): string;
  which(): MultiOp_Which;
}
/**
* Client to server: "all of these, in this order, or none."
*
*/
export declare class Multi extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  static _Ops: $.ListCtor<MultiOp>;
  _adoptOps(value: $.Orphan<$.List<MultiOp>>): void;
  _disownOps(): $.Orphan<$.List<MultiOp>>;
  /**
* Later operations see what earlier ones did. All get the same zxid. At most 4,096 unless
* configured otherwise.
*
*/
  get ops(): $.List<MultiOp>;
  _hasOps(): boolean;
  _initOps(length: number): $.List<MultiOp>;
  set ops(value: $.List<MultiOp>);
  toString(): string;
}
/**
* Client to server: "answer when you are up to date."
*
*/
export declare class Sync extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  /**
* Returned with the reply.
*
*/
  get path(): string;
  set path(value: string);
  toString(): string;
}
/**
* Client to server: "change the members of the ensemble." Has no fields in version 1, whose servers
* answer reconfigDisabled.
*
*/
export declare class Reconfig extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  toString(): string;
}
/**
* Client to server: "is there such a node?"
*
*/
export declare class Exists extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  /**
* The node.
*
*/
  get path(): string;
  set path(value: string);
  /**
* Arm a watch that fires once: when the node is created, deleted or its data set. It is armed
* whether the node exists or not.
*
*/
  get watch(): boolean;
  set watch(value: boolean);
  toString(): string;
}
/**
* Client to server: "what is the node's data?"
*
*/
export declare class GetData extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  /**
* The node.
*
*/
  get path(): string;
  set path(value: string);
  /**
* Arm a watch that fires once: when the node is deleted or its data set. Not armed when the node
* does not exist.
*
*/
  get watch(): boolean;
  set watch(value: boolean);
  toString(): string;
}
/**
* Client to server: "what is the node's ACL?" Hashes in it are masked for whoever has no admin
* permission.
*
*/
export declare class GetAcl extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  /**
* The node.
*
*/
  get path(): string;
  set path(value: string);
  toString(): string;
}
/**
* Client to server: "what are the children's names?"
*
*/
export declare class GetChildren extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  /**
* The parent.
*
*/
  get path(): string;
  set path(value: string);
  /**
* Arm a watch that fires once: when a child is created or deleted, or the node is deleted. Not
* armed when the node does not exist.
*
*/
  get watch(): boolean;
  set watch(value: boolean);
  toString(): string;
}
/**
* Client to server: "what are the next children, in the order of their names?"
*
*/
export declare class ListChildren extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  /**
* The parent.
*
*/
  get path(): string;
  set path(value: string);
  /**
* The last name of the page before. Absent: begin with the first child.
*
*/
  get startAfter(): string;
  set startAfter(value: string);
  /**
* At most this many children. 0: as many as fit into a frame.
*
*/
  get limit(): number;
  set limit(value: number);
  /**
* Report each child's stat.
*
*/
  get withStat(): boolean;
  set withStat(value: boolean);
  /**
* Report each child's data, as far as the caller may read it.
*
*/
  get withData(): boolean;
  set withData(value: boolean);
  /**
* As in GetChildren.
*
*/
  get watch(): boolean;
  set watch(value: boolean);
  toString(): string;
}
/**
* Client to server: "how many nodes are below this one?"
*
*/
export declare class CountDescendants extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  /**
* The node; not counted itself.
*
*/
  get path(): string;
  set path(value: string);
  toString(): string;
}
/**
* Client to server: "which ephemeral nodes does my session own?"
*
*/
export declare class GetEphemerals extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  /**
* Only those whose path begins with this string. Absent: all.
*
*/
  get prefix(): string;
  set prefix(value: string);
  toString(): string;
}
/**
* One operation of a multiRead.
*
*/
export declare const MultiReadOp_Which: {
  /**
* Never sent.
*
*/
  readonly UNSET: 0;
  /**
* As the request of this name, but `watch` is ignored.
*
*/
  readonly GET_DATA: 1;
  /**
* As the request of this name, but `watch` is ignored.
*
*/
  readonly GET_CHILDREN: 2;
};
export type MultiReadOp_Which = (typeof MultiReadOp_Which)[keyof typeof MultiReadOp_Which];
/**
* One operation of a multiRead.
*
*/
export declare class MultiReadOp extends $.Struct {
  static readonly UNSET: 0;
  static readonly GET_DATA: 1;
  static readonly GET_CHILDREN: 2;
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  get _isUnset(): boolean;
  set unset(_: true);
  _adoptGetData(value: $.Orphan<GetData>): void;
  _disownGetData(): $.Orphan<GetData>;
  /**
* As the request of this name, but `watch` is ignored.
*
*/
  get getData(): GetData;
  _hasGetData(): boolean;
  _initGetData(): GetData;
  get _isGetData(): boolean;
  set getData(value: GetData);
  _adoptGetChildren(value: $.Orphan<GetChildren>): void;
  _disownGetChildren(): $.Orphan<GetChildren>;
  /**
* As the request of this name, but `watch` is ignored.
*
*/
  get getChildren(): GetChildren;
  _hasGetChildren(): boolean;
  _initGetChildren(): GetChildren;
  get _isGetChildren(): boolean;
  set getChildren(value: GetChildren);
  toString(): string;
  which(): MultiReadOp_Which;
}
/**
* Client to server: "read all of these at one moment." Each succeeds or fails on its own.
*
*/
export declare class MultiRead extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  static _Ops: $.ListCtor<MultiReadOp>;
  _adoptOps(value: $.Orphan<$.List<MultiReadOp>>): void;
  _disownOps(): $.Orphan<$.List<MultiReadOp>>;
  /**
* In the order of the results.
*
*/
  get ops(): $.List<MultiReadOp>;
  _hasOps(): boolean;
  _initOps(length: number): $.List<MultiReadOp>;
  set ops(value: $.List<MultiReadOp>);
  toString(): string;
}
/**
* What a watch that stays is told.
*
*/
export declare const WatchMode: {
  /**
* Created, deleted, data and children changed, of exactly the path.
*
*/
  readonly PERSISTENT: 0;
  /**
* Created, deleted and data changed, of the path and everything below it.
*
*/
  readonly PERSISTENT_RECURSIVE: 1;
};
export type WatchMode = (typeof WatchMode)[keyof typeof WatchMode];
/**
* Client to server: "tell me about this from now on."
*
*/
export declare class AddWatch extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  /**
* The node, which need not exist.
*
*/
  get path(): string;
  set path(value: string);
  /**
* What to tell. Replaces the mode of a watch that stays on the same path.
*
*/
  get mode(): WatchMode;
  set mode(value: WatchMode);
  toString(): string;
}
/**
* Which watches are meant.
*
*/
export declare const WatcherType: {
  /**
* Never sent.
*
*/
  readonly UNSET: 0;
  /**
* Standard watches of getChildren and listChildren.
*
*/
  readonly CHILDREN: 1;
  /**
* Standard watches of getData and exists.
*
*/
  readonly DATA: 2;
  /**
* All watches of the path.
*
*/
  readonly ANY: 3;
  /**
* Watches that stay, on exactly the path.
*
*/
  readonly PERSISTENT: 4;
  /**
* Watches that stay, on the path and everything below it.
*
*/
  readonly PERSISTENT_RECURSIVE: 5;
};
export type WatcherType = (typeof WatcherType)[keyof typeof WatcherType];
/**
* Client to server: "have I such a watch?"
*
*/
export declare class CheckWatches extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  /**
* The watch's path.
*
*/
  get path(): string;
  set path(value: string);
  /**
* The kind of watch.
*
*/
  get type(): WatcherType;
  set type(value: WatcherType);
  toString(): string;
}
/**
* Client to server: "forget this watch."
*
*/
export declare class RemoveWatches extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  /**
* The watch's path.
*
*/
  get path(): string;
  set path(value: string);
  /**
* The kind of watch.
*
*/
  get type(): WatcherType;
  set type(value: WatcherType);
  toString(): string;
}
/**
* One watch that the client had.
*
*/
export declare class WatchedPath extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  /**
* The watch's path.
*
*/
  get path(): string;
  set path(value: string);
  toString(): string;
}
/**
* Client to server, after a reconnect: "arm these again, and tell me what I have missed."
*
*/
export declare class SetWatches extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  static _Data: $.ListCtor<WatchedPath>;
  static _Exist: $.ListCtor<WatchedPath>;
  static _Child: $.ListCtor<WatchedPath>;
  static _Persistent: $.ListCtor<WatchedPath>;
  static _PersistentRecursive: $.ListCtor<WatchedPath>;
  /**
* The highest zxid that the client has seen; changes after it are told at once.
*
*/
  get relativeZxid(): bigint;
  set relativeZxid(value: bigint);
  _adoptData(value: $.Orphan<$.List<WatchedPath>>): void;
  _disownData(): $.Orphan<$.List<WatchedPath>>;
  /**
* Armed by getData, or by exists of a node that existed.
*
*/
  get data(): $.List<WatchedPath>;
  _hasData(): boolean;
  _initData(length: number): $.List<WatchedPath>;
  set data(value: $.List<WatchedPath>);
  _adoptExist(value: $.Orphan<$.List<WatchedPath>>): void;
  _disownExist(): $.Orphan<$.List<WatchedPath>>;
  /**
* Armed by exists of a node that did not exist.
*
*/
  get exist(): $.List<WatchedPath>;
  _hasExist(): boolean;
  _initExist(length: number): $.List<WatchedPath>;
  set exist(value: $.List<WatchedPath>);
  _adoptChild(value: $.Orphan<$.List<WatchedPath>>): void;
  _disownChild(): $.Orphan<$.List<WatchedPath>>;
  /**
* Armed by getChildren or listChildren.
*
*/
  get child(): $.List<WatchedPath>;
  _hasChild(): boolean;
  _initChild(length: number): $.List<WatchedPath>;
  set child(value: $.List<WatchedPath>);
  _adoptPersistent(value: $.Orphan<$.List<WatchedPath>>): void;
  _disownPersistent(): $.Orphan<$.List<WatchedPath>>;
  /**
* Armed by addWatch. Changes meanwhile are not told.
*
*/
  get persistent(): $.List<WatchedPath>;
  _hasPersistent(): boolean;
  _initPersistent(length: number): $.List<WatchedPath>;
  set persistent(value: $.List<WatchedPath>);
  _adoptPersistentRecursive(value: $.Orphan<$.List<WatchedPath>>): void;
  _disownPersistentRecursive(): $.Orphan<$.List<WatchedPath>>;
  /**
* Armed by addWatch with persistentRecursive. Changes meanwhile are not told.
*
*/
  get persistentRecursive(): $.List<WatchedPath>;
  _hasPersistentRecursive(): boolean;
  _initPersistentRecursive(length: number): $.List<WatchedPath>;
  set persistentRecursive(value: $.List<WatchedPath>);
  toString(): string;
}
/**
* Client to server: "I am also this."
*
*/
export declare class Authenticate extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  /**
* "digest", or another scheme of the server.
*
*/
  get scheme(): string;
  set scheme(value: string);
  _adoptCredentials(value: $.Orphan<$.Data>): void;
  _disownCredentials(): $.Orphan<$.Data>;
  /**
* "user:password" for digest. Use TLS: it is sent as it is.
*
*/
  get credentials(): $.Data;
  _hasCredentials(): boolean;
  _initCredentials(length: number): $.Data;
  set credentials(value: $.Data);
  toString(): string;
}
/**
* Server to client: "this is what became of the request."
*
*/
export declare const Reply_Which: {
  /**
* Never sent.
*
*/
  readonly UNSET: 0;
  /**
* Error and zxid say everything.
*
*/
  readonly NOTHING: 1;
  /**
* To getData.
*
*/
  readonly DATA: 2;
  /**
* To exists, setData and setAcl.
*
*/
  readonly STAT: 3;
  /**
* To getChildren.
*
*/
  readonly CHILDREN: 4;
  /**
* To create.
*
*/
  readonly CREATE: 5;
  /**
* To listChildren.
*
*/
  readonly LIST: 6;
  /**
* To getAcl.
*
*/
  readonly ACL: 7;
  /**
* To multi, also when it failed.
*
*/
  readonly MULTI: 8;
  /**
* To multiRead.
*
*/
  readonly MULTI_READ: 9;
  /**
* To countDescendants.
*
*/
  readonly COUNT: 10;
  /**
* To getEphemerals.
*
*/
  readonly PATHS: 11;
  /**
* To sync.
*
*/
  readonly PATH: 12;
  /**
* To whoAmI.
*
*/
  readonly IDENTITIES: 13;
};
export type Reply_Which = (typeof Reply_Which)[keyof typeof Reply_Which];
/**
* Server to client: "this is what became of the request."
*
*/
export declare class Reply extends $.Struct {
  static readonly UNSET: 0;
  static readonly NOTHING: 1;
  static readonly DATA: 2;
  static readonly STAT: 3;
  static readonly CHILDREN: 4;
  static readonly CREATE: 5;
  static readonly LIST: 6;
  static readonly ACL: 7;
  static readonly MULTI: 8;
  static readonly MULTI_READ: 9;
  static readonly COUNT: 10;
  static readonly PATHS: 11;
  static readonly PATH: 12;
  static readonly IDENTITIES: 13;
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  /**
* The request's.
*
*/
  get xid(): bigint;
  set xid(value: bigint);
  /**
* Of the write; for other requests the last write that this server had applied.
*
*/
  get zxid(): bigint;
  set zxid(value: bigint);
  /**
* 0, or a number of the table at the head of this file. Where it isn't 0, the body is `nothing`,
* except for a multi that failed.
*
*/
  get error(): number;
  set error(value: number);
  get _isUnset(): boolean;
  set unset(_: true);
  get _isNothing(): boolean;
  set nothing(_: true);
  _adoptData(value: $.Orphan<DataReply>): void;
  _disownData(): $.Orphan<DataReply>;
  /**
* To getData.
*
*/
  get data(): DataReply;
  _hasData(): boolean;
  _initData(): DataReply;
  get _isData(): boolean;
  set data(value: DataReply);
  _adoptStat(value: $.Orphan<StatReply>): void;
  _disownStat(): $.Orphan<StatReply>;
  /**
* To exists, setData and setAcl.
*
*/
  get stat(): StatReply;
  _hasStat(): boolean;
  _initStat(): StatReply;
  get _isStat(): boolean;
  set stat(value: StatReply);
  _adoptChildren(value: $.Orphan<ChildrenReply>): void;
  _disownChildren(): $.Orphan<ChildrenReply>;
  /**
* To getChildren.
*
*/
  get children(): ChildrenReply;
  _hasChildren(): boolean;
  _initChildren(): ChildrenReply;
  get _isChildren(): boolean;
  set children(value: ChildrenReply);
  _adoptCreate(value: $.Orphan<CreateReply>): void;
  _disownCreate(): $.Orphan<CreateReply>;
  /**
* To create.
*
*/
  get create(): CreateReply;
  _hasCreate(): boolean;
  _initCreate(): CreateReply;
  get _isCreate(): boolean;
  set create(value: CreateReply);
  _adoptList(value: $.Orphan<ListReply>): void;
  _disownList(): $.Orphan<ListReply>;
  /**
* To listChildren.
*
*/
  get list(): ListReply;
  _hasList(): boolean;
  _initList(): ListReply;
  get _isList(): boolean;
  set list(value: ListReply);
  _adoptAcl(value: $.Orphan<AclReply>): void;
  _disownAcl(): $.Orphan<AclReply>;
  /**
* To getAcl.
*
*/
  get acl(): AclReply;
  _hasAcl(): boolean;
  _initAcl(): AclReply;
  get _isAcl(): boolean;
  set acl(value: AclReply);
  _adoptMulti(value: $.Orphan<MultiReply>): void;
  _disownMulti(): $.Orphan<MultiReply>;
  /**
* To multi, also when it failed.
*
*/
  get multi(): MultiReply;
  _hasMulti(): boolean;
  _initMulti(): MultiReply;
  get _isMulti(): boolean;
  set multi(value: MultiReply);
  _adoptMultiRead(value: $.Orphan<MultiReadReply>): void;
  _disownMultiRead(): $.Orphan<MultiReadReply>;
  /**
* To multiRead.
*
*/
  get multiRead(): MultiReadReply;
  _hasMultiRead(): boolean;
  _initMultiRead(): MultiReadReply;
  get _isMultiRead(): boolean;
  set multiRead(value: MultiReadReply);
  _adoptCount(value: $.Orphan<CountReply>): void;
  _disownCount(): $.Orphan<CountReply>;
  /**
* To countDescendants.
*
*/
  get count(): CountReply;
  _hasCount(): boolean;
  _initCount(): CountReply;
  get _isCount(): boolean;
  set count(value: CountReply);
  _adoptPaths(value: $.Orphan<PathsReply>): void;
  _disownPaths(): $.Orphan<PathsReply>;
  /**
* To getEphemerals.
*
*/
  get paths(): PathsReply;
  _hasPaths(): boolean;
  _initPaths(): PathsReply;
  get _isPaths(): boolean;
  set paths(value: PathsReply);
  _adoptPath(value: $.Orphan<PathReply>): void;
  _disownPath(): $.Orphan<PathReply>;
  /**
* To sync.
*
*/
  get path(): PathReply;
  _hasPath(): boolean;
  _initPath(): PathReply;
  get _isPath(): boolean;
  set path(value: PathReply);
  _adoptIdentities(value: $.Orphan<IdentitiesReply>): void;
  _disownIdentities(): $.Orphan<IdentitiesReply>;
  /**
* To whoAmI.
*
*/
  get identities(): IdentitiesReply;
  _hasIdentities(): boolean;
  _initIdentities(): IdentitiesReply;
  get _isIdentities(): boolean;
  set identities(value: IdentitiesReply);
  toString(): string;
  which(): Reply_Which;
}
/**
* What is known about a node besides its data and ACL. Times are milliseconds since 1970 on the
* leader's clock.
*
*/
export declare class Stat extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  /**
* The write that created the node.
*
*/
  get czxid(): bigint;
  set czxid(value: bigint);
  /**
* The write that last set its data.
*
*/
  get mzxid(): bigint;
  set mzxid(value: bigint);
  /**
* The write that last created or deleted a child.
*
*/
  get pzxid(): bigint;
  set pzxid(value: bigint);
  /**
* When it was created.
*
*/
  get ctimeMs(): bigint;
  set ctimeMs(value: bigint);
  /**
* When its data was last set.
*
*/
  get mtimeMs(): bigint;
  set mtimeMs(value: bigint);
  /**
* How often its data was set.
*
*/
  get version(): number;
  set version(value: number);
  /**
* How often its ACL was set.
*
*/
  get aversion(): number;
  set aversion(value: number);
  /**
* How often a child was created or deleted.
*
*/
  get cversion(): bigint;
  set cversion(value: bigint);
  /**
* The session that owns an ephemeral node; 0 for other nodes.
*
*/
  get ephemeralOwner(): bigint;
  set ephemeralOwner(value: bigint);
  /**
* Bytes of data.
*
*/
  get dataLength(): number;
  set dataLength(value: number);
  /**
* Number of children.
*
*/
  get numChildren(): number;
  set numChildren(value: number);
  toString(): string;
}
/**
* A node's data.
*
*/
export declare class DataReply extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  _adoptData(value: $.Orphan<$.Data>): void;
  _disownData(): $.Orphan<$.Data>;
  /**
* Absent: empty. There, but without bytes: null (see Create).
*
*/
  get data(): $.Data;
  _hasData(): boolean;
  _initData(length: number): $.Data;
  set data(value: $.Data);
  _adoptStat(value: $.Orphan<Stat>): void;
  _disownStat(): $.Orphan<Stat>;
  /**
* Of the node.
*
*/
  get stat(): Stat;
  _hasStat(): boolean;
  _initStat(): Stat;
  set stat(value: Stat);
  toString(): string;
}
/**
* A node's stat.
*
*/
export declare class StatReply extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  _adoptStat(value: $.Orphan<Stat>): void;
  _disownStat(): $.Orphan<Stat>;
  /**
* Of the node, after the write where there was one.
*
*/
  get stat(): Stat;
  _hasStat(): boolean;
  _initStat(): Stat;
  set stat(value: Stat);
  toString(): string;
}
/**
* One child.
*
*/
export declare class ChildName extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  /**
* The last segment of its path.
*
*/
  get name(): string;
  set name(value: string);
  toString(): string;
}
/**
* All children of a node.
*
*/
export declare class ChildrenReply extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  static _Children: $.ListCtor<ChildName>;
  _adoptChildren(value: $.Orphan<$.List<ChildName>>): void;
  _disownChildren(): $.Orphan<$.List<ChildName>>;
  /**
* In no particular order.
*
*/
  get children(): $.List<ChildName>;
  _hasChildren(): boolean;
  _initChildren(length: number): $.List<ChildName>;
  set children(value: $.List<ChildName>);
  _adoptStat(value: $.Orphan<Stat>): void;
  _disownStat(): $.Orphan<Stat>;
  /**
* Of the parent.
*
*/
  get stat(): Stat;
  _hasStat(): boolean;
  _initStat(): Stat;
  set stat(value: Stat);
  toString(): string;
}
/**
* The node that was created.
*
*/
export declare class CreateReply extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
    defaultCreated: DataView<ArrayBufferLike>;
  };
  /**
* With its number, where the mode is sequential.
*
*/
  get path(): string;
  set path(value: string);
  _adoptStat(value: $.Orphan<Stat>): void;
  _disownStat(): $.Orphan<Stat>;
  /**
* Of the node.
*
*/
  get stat(): Stat;
  _hasStat(): boolean;
  _initStat(): Stat;
  set stat(value: Stat);
  /**
* False: `ifAbsent` found the node, nothing was changed.
*
*/
  get created(): boolean;
  set created(value: boolean);
  toString(): string;
}
/**
* One child of a page.
*
*/
export declare class ListedChild extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
    defaultReadable: DataView<ArrayBufferLike>;
  };
  /**
* The last segment of its path.
*
*/
  get name(): string;
  set name(value: string);
  _adoptStat(value: $.Orphan<Stat>): void;
  _disownStat(): $.Orphan<Stat>;
  /**
* Absent unless asked for.
*
*/
  get stat(): Stat;
  _hasStat(): boolean;
  _initStat(): Stat;
  set stat(value: Stat);
  _adoptData(value: $.Orphan<$.Data>): void;
  _disownData(): $.Orphan<$.Data>;
  /**
* Absent when empty, not asked for or not readable. There, but without bytes: null.
*
*/
  get data(): $.Data;
  _hasData(): boolean;
  _initData(length: number): $.Data;
  set data(value: $.Data);
  /**
* False: data was asked for, but the caller has no read permission on the child.
*
*/
  get readable(): boolean;
  set readable(value: boolean);
  toString(): string;
}
/**
* One page of children, ordered by the bytes of their names.
*
*/
export declare class ListReply extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  static _Children: $.ListCtor<ListedChild>;
  _adoptChildren(value: $.Orphan<$.List<ListedChild>>): void;
  _disownChildren(): $.Orphan<$.List<ListedChild>>;
  /**
* At most as many as asked for.
*
*/
  get children(): $.List<ListedChild>;
  _hasChildren(): boolean;
  _initChildren(length: number): $.List<ListedChild>;
  set children(value: $.List<ListedChild>);
  /**
* There are more: ask again with `startAfter` set to the last name.
*
*/
  get more(): boolean;
  set more(value: boolean);
  _adoptStat(value: $.Orphan<Stat>): void;
  _disownStat(): $.Orphan<Stat>;
  /**
* Of the parent.
*
*/
  get stat(): Stat;
  _hasStat(): boolean;
  _initStat(): Stat;
  set stat(value: Stat);
  toString(): string;
}
/**
* A node's ACL.
*
*/
export declare class AclReply extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  static _Acl: $.ListCtor<AclEntry>;
  _adoptAcl(value: $.Orphan<$.List<AclEntry>>): void;
  _disownAcl(): $.Orphan<$.List<AclEntry>>;
  /**
* In the order in which it was given.
*
*/
  get acl(): $.List<AclEntry>;
  _hasAcl(): boolean;
  _initAcl(length: number): $.List<AclEntry>;
  set acl(value: $.List<AclEntry>);
  _adoptStat(value: $.Orphan<Stat>): void;
  _disownStat(): $.Orphan<Stat>;
  /**
* Of the node.
*
*/
  get stat(): Stat;
  _hasStat(): boolean;
  _initStat(): Stat;
  set stat(value: Stat);
  toString(): string;
}
/**
* The result of one operation of a multi.
*
*/
export declare const MultiResult_Which: {
  /**
* Never sent.
*
*/
  readonly UNSET: 0;
  /**
* Delete, check and whatever failed.
*
*/
  readonly NOTHING: 1;
  /**
* The node that was created.
*
*/
  readonly CREATE: 2;
  /**
* The stat after setData.
*
*/
  readonly STAT: 3;
};
export type MultiResult_Which = (typeof MultiResult_Which)[keyof typeof MultiResult_Which];
/**
* The result of one operation of a multi.
*
*/
export declare class MultiResult extends $.Struct {
  static readonly UNSET: 0;
  static readonly NOTHING: 1;
  static readonly CREATE: 2;
  static readonly STAT: 3;
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  /**
* 0 when the multi succeeded. When it failed: 0 for operations before the culprit, the culprit's
* error, runtimeInconsistency (-2) for those behind it.
*
*/
  get error(): number;
  set error(value: number);
  get _isUnset(): boolean;
  set unset(_: true);
  get _isNothing(): boolean;
  set nothing(_: true);
  _adoptCreate(value: $.Orphan<CreateReply>): void;
  _disownCreate(): $.Orphan<CreateReply>;
  /**
* The node that was created.
*
*/
  get create(): CreateReply;
  _hasCreate(): boolean;
  _initCreate(): CreateReply;
  get _isCreate(): boolean;
  set create(value: CreateReply);
  _adoptStat(value: $.Orphan<StatReply>): void;
  _disownStat(): $.Orphan<StatReply>;
  /**
* The stat after setData.
*
*/
  get stat(): StatReply;
  _hasStat(): boolean;
  _initStat(): StatReply;
  get _isStat(): boolean;
  set stat(value: StatReply);
  toString(): string;
  which(): MultiResult_Which;
}
/**
* The results of a multi.
*
*/
export declare class MultiReply extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  static _Results: $.ListCtor<MultiResult>;
  _adoptResults(value: $.Orphan<$.List<MultiResult>>): void;
  _disownResults(): $.Orphan<$.List<MultiResult>>;
  /**
* One for each operation, in their order.
*
*/
  get results(): $.List<MultiResult>;
  _hasResults(): boolean;
  _initResults(length: number): $.List<MultiResult>;
  set results(value: $.List<MultiResult>);
  toString(): string;
}
/**
* The result of one operation of a multiRead.
*
*/
export declare const MultiReadResult_Which: {
  /**
* Never sent.
*
*/
  readonly UNSET: 0;
  /**
* The operation failed.
*
*/
  readonly NOTHING: 1;
  /**
* To getData.
*
*/
  readonly DATA: 2;
  /**
* To getChildren.
*
*/
  readonly CHILDREN: 3;
};
export type MultiReadResult_Which = (typeof MultiReadResult_Which)[keyof typeof MultiReadResult_Which];
/**
* The result of one operation of a multiRead.
*
*/
export declare class MultiReadResult extends $.Struct {
  static readonly UNSET: 0;
  static readonly NOTHING: 1;
  static readonly DATA: 2;
  static readonly CHILDREN: 3;
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  /**
* 0, or why this operation failed.
*
*/
  get error(): number;
  set error(value: number);
  get _isUnset(): boolean;
  set unset(_: true);
  get _isNothing(): boolean;
  set nothing(_: true);
  _adoptData(value: $.Orphan<DataReply>): void;
  _disownData(): $.Orphan<DataReply>;
  /**
* To getData.
*
*/
  get data(): DataReply;
  _hasData(): boolean;
  _initData(): DataReply;
  get _isData(): boolean;
  set data(value: DataReply);
  _adoptChildren(value: $.Orphan<ChildrenReply>): void;
  _disownChildren(): $.Orphan<ChildrenReply>;
  /**
* To getChildren.
*
*/
  get children(): ChildrenReply;
  _hasChildren(): boolean;
  _initChildren(): ChildrenReply;
  get _isChildren(): boolean;
  set children(value: ChildrenReply);
  toString(): string;
  which(): MultiReadResult_Which;
}
/**
* The results of a multiRead.
*
*/
export declare class MultiReadReply extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  static _Results: $.ListCtor<MultiReadResult>;
  _adoptResults(value: $.Orphan<$.List<MultiReadResult>>): void;
  _disownResults(): $.Orphan<$.List<MultiReadResult>>;
  /**
* One for each operation, in their order.
*
*/
  get results(): $.List<MultiReadResult>;
  _hasResults(): boolean;
  _initResults(length: number): $.List<MultiReadResult>;
  set results(value: $.List<MultiReadResult>);
  toString(): string;
}
/**
* A number of nodes.
*
*/
export declare class CountReply extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  /**
* Never absent; 0 is a number.
*
*/
  get count(): bigint;
  set count(value: bigint);
  toString(): string;
}
/**
* One node.
*
*/
export declare class NodePath extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  /**
* Its full path.
*
*/
  get path(): string;
  set path(value: string);
  toString(): string;
}
/**
* Some nodes.
*
*/
export declare class PathsReply extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  static _Paths: $.ListCtor<NodePath>;
  _adoptPaths(value: $.Orphan<$.List<NodePath>>): void;
  _disownPaths(): $.Orphan<$.List<NodePath>>;
  /**
* In the order of their bytes.
*
*/
  get paths(): $.List<NodePath>;
  _hasPaths(): boolean;
  _initPaths(length: number): $.List<NodePath>;
  set paths(value: $.List<NodePath>);
  toString(): string;
}
/**
* The path that was sent along.
*
*/
export declare class PathReply extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  /**
* As in the request.
*
*/
  get path(): string;
  set path(value: string);
  toString(): string;
}
/**
* One way in which a connection is known to be somebody.
*
*/
export declare class Identity extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  /**
* "ip", "digest" and so on.
*
*/
  get scheme(): string;
  set scheme(value: string);
  /**
* The address or user name; never a hash.
*
*/
  get id(): string;
  set id(value: string);
  toString(): string;
}
/**
* Who the server takes this connection for.
*
*/
export declare class IdentitiesReply extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  static _Identities: $.ListCtor<Identity>;
  _adoptIdentities(value: $.Orphan<$.List<Identity>>): void;
  _disownIdentities(): $.Orphan<$.List<Identity>>;
  /**
* The peer's address first, then in the order of authentication.
*
*/
  get identities(): $.List<Identity>;
  _hasIdentities(): boolean;
  _initIdentities(length: number): $.List<Identity>;
  set identities(value: $.List<Identity>);
  toString(): string;
}
/**
* What happened to a node.
*
*/
export declare const EventType: {
  /**
* Nothing that this version knows. Take a number from a later version for this one too.
*
*/
  readonly NONE: 0;
  /**
* It was created.
*
*/
  readonly CREATED: 1;
  /**
* It was deleted.
*
*/
  readonly DELETED: 2;
  /**
* Its data was set.
*
*/
  readonly DATA_CHANGED: 3;
  /**
* A child was created or deleted.
*
*/
  readonly CHILDREN_CHANGED: 4;
};
export type EventType = (typeof EventType)[keyof typeof EventType];
/**
* Server to client: "what you watch has changed."
*
*/
export declare class WatchEvent extends $.Struct {
  static readonly _capnp: {
    displayName: string;
    id: string;
    size: $.ObjectSize;
  };
  /**
* What happened.
*
*/
  get type(): EventType;
  set type(value: EventType);
  /**
* The node it happened to.
*
*/
  get path(): string;
  set path(value: string);
  /**
* The write that did it; 0 for what setWatches found to have changed earlier.
*
*/
  get zxid(): bigint;
  set zxid(value: bigint);
  toString(): string;
}
