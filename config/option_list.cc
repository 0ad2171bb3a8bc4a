// The one list of options. Parsing, checks, --print-config, --help and docs/configuration.md all
// read the table that is built from it: a new option is one entry here and one member of Config.
#include <chrono>
#include <type_traits>

#include "config/options.h"

namespace quorate {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t no_limit_u32 = 0xffffffff;
constexpr std::uint32_t kibibyte = 1U << 10;
constexpr std::uint32_t mebibyte = 1U << 20;
constexpr std::uint64_t gibibyte = std::uint64_t{1} << 30;
constexpr std::uint64_t tebibyte = std::uint64_t{1} << 40;

NumberUnit unit_of(std::string_view name) {
  return name.find("bytes") == std::string_view::npos ? NumberUnit::count : NumberUnit::bytes;
}

template <class Period>
constexpr NumberUnit unit_of_period() {
  if (std::is_same_v<Period, std::milli>) return NumberUnit::milliseconds;
  return std::is_same_v<Period, std::ratio<1>> ? NumberUnit::seconds : NumberUnit::hours;
}

/// Turns visits into the table, whatever the type of the member.
class TableBuilder {
 public:
  void group(std::string_view name) { group_ = name; }

  template <class Number>
  void operator()(OptionKey key, Number Config::*member, std::type_identity_t<Number> min,
                  std::type_identity_t<Number> max, std::string_view text) {
    NumberDomain domain{min, max, unit_of(key.name), {}, {}};
    domain.get = [member](const Config& c) { return std::uint64_t{c.*member}; };
    domain.set = [member](Config& c, std::uint64_t number) {
      c.*member = static_cast<Number>(number);
    };
    add(std::move(key), std::move(domain), text);
  }

  template <class Count, class Period>
  void operator()(OptionKey key, std::chrono::duration<Count, Period> Config::*member,
                  std::type_identity_t<std::chrono::duration<Count, Period>> min,
                  std::type_identity_t<std::chrono::duration<Count, Period>> max,
                  std::string_view text) {
    NumberDomain domain{static_cast<std::uint64_t>(min.count()),
                        static_cast<std::uint64_t>(max.count()),
                        unit_of_period<Period>(),
                        {},
                        {}};
    domain.get = [member](const Config& c) {
      return static_cast<std::uint64_t>((c.*member).count());
    };
    domain.set = [member](Config& c, std::uint64_t number) {
      c.*member = std::chrono::duration<Count, Period>(static_cast<Count>(number));
    };
    add(std::move(key), std::move(domain), text);
  }

  void operator()(OptionKey key, ServerId Config::*member, ServerId min, ServerId max,
                  std::string_view text) {
    NumberDomain domain{min.value, max.value, NumberUnit::count, {}, {}};
    domain.get = [member](const Config& c) { return std::uint64_t{(c.*member).value}; };
    domain.set = [member](Config& c, std::uint64_t number) {
      (c.*member).value = static_cast<std::uint32_t>(number);
    };
    add(std::move(key), std::move(domain), text);
  }

  template <class Enum>
  void operator()(OptionKey key, Enum Config::*member, std::vector<std::string_view> words,
                  std::string_view text) {
    WordDomain domain{std::move(words), {}, {}};
    domain.get = [member](const Config& c) { return static_cast<std::size_t>(c.*member); };
    domain.set = [member](Config& c, std::size_t at) { c.*member = static_cast<Enum>(at); };
    add(std::move(key), std::move(domain), text);
  }

  void operator()(OptionKey key, bool Config::*member, std::string_view text) {
    add(std::move(key), FlagDomain{member}, text);
  }

  void operator()(OptionKey key, std::string Config::*member, TextRule rule,
                  std::string_view text) {
    add(std::move(key), TextDomain{member, rule}, text);
  }

  std::vector<Option> take() { return std::move(options_); }

 private:
  template <class Domain>
  void add(OptionKey key, Domain domain, std::string_view text) {
    options_.push_back({group_, std::move(key), std::move(domain), text});
  }

  std::string_view group_;
  std::vector<Option> options_;
};

template <class Visitor>
void visit_place(Visitor& visit) {
  visit.group("Place and identity");
  visit({"data_dir", {{"dataDir"}}}, &Config::data_dir, TextRule::path,
        "Where the image of the tree, its checkpoints and the file `myid` live. Relative paths "
        "start at the working directory.");
  visit({"data_log_dir", {{"dataLogDir"}}}, &Config::data_log_dir, TextRule::path,
        "Where the transaction log lives. By default the same as data_dir; a disk of its own "
        "keeps the log's syncs from waiting for writes of the image.");
  visit({"data_dir_create", {{"datadir.autocreate"}}}, &Config::data_dir_create,
        "Whether missing directories are made. With false, a server whose volume was not mounted "
        "refuses to start instead of starting empty.");
  visit("server_id", &Config::server_id, ServerId{0}, ServerId{server_id_max},
        "Which server this is: the N of its server.N line. By default the number in the file "
        "`myid` in data_dir, else that of the only server.N line, else 1. If it is also in "
        "`myid`, both must agree.");
  visit("cluster_id", &Config::cluster_id, TextRule::identifier,
        "The name of the ensemble. The store is stamped with it at its first start, and a store "
        "of another name is refused later. Empty takes whatever the store says, which does not "
        "catch a volume of another ensemble.");
  visit({"dynamic_config_file", {{"dynamicConfigFile"}}}, &Config::dynamic_config_file,
        TextRule::optional_path,
        "A file with the server.N, group.N and weight.N lines, which then may not stand in the "
        "main file too. Relative paths start at the working directory.");
}

template <class Visitor>
void visit_network(Visitor& visit) {
  visit.group("Network");
  visit({"client_address", {{"clientPortAddress"}}}, &Config::client_address, TextRule::host,
        "The address clients connect to. The default admits this machine only. 0.0.0.0 or :: "
        "admits the network, as do `clientPort` in a file without `clientPortAddress`, and a "
        "server.N line without a client address, which both mean 0.0.0.0 in ZooKeeper.");
  visit(
      {"client_port", {{"clientPort"}}}, &Config::client_port, 0, 65535,
      "The port clients connect to, of ZooKeeper and our own. 0 lets the system choose one, which "
      "the ready line shows.");
  visit(
      "native_port", &Config::native_port, 0, 65535,
      "A port for Cap'n Proto alone; client_port then speaks ZooKeeper's protocol alone, so that a "
      "firewall can tell them apart. 0: client_port speaks both.");
  visit(
      {"four_letter_words", {{"4lw.commands.whitelist"}}}, &Config::four_letter_words,
      TextRule::words,
      "Which of ZooKeeper's four-letter words are answered on the client port, without a session, "
      "to whoever reaches it: words between commas, or * for all. isro is always among them "
      "where read_only_mode is on. Monitors want srvr, mntr, ruok and conf; cons, dump and wchc "
      "tell who is connected and the names of nodes, and srst and crst reset what others "
      "count.");
  visit("peer_address", &Config::peer_address, TextRule::host,
        "The address other servers connect to. A server on its own opens no peer port.");
  visit("peer_port", &Config::peer_port, 1, 65535,
        "The port other servers connect to; the quorum port of this server's server.N line wins.");
  visit("peer_key_file", &Config::peer_key_file, TextRule::optional_path,
        "A file with a key that all servers of the ensemble share, and that only its owner may "
        "read; each proves to the others that it has it. Without one, whoever reaches the peer "
        "port can take part: then only the network keeps strangers out. The key does not encrypt "
        "what the servers say.");
  visit("io_backend", &Config::io_backend, {"own", "stock"},
        "Which loop serves the sockets. own needs fewer system calls per request and bounds "
        "output; stock is the actor library's, slower, for comparison when own is suspected.");
  visit("io_threads", &Config::io_threads, 1, 1,
        "How many threads read and write client sockets. One serves all connections of a server.");
}

template <class Visitor>
void visit_console(Visitor& visit) {
  visit.group("Console");
  visit({"console_enabled", {{"admin.enableServer"}}}, &Config::console_enabled,
        "Whether the console is served. Off saves its thread and port; metrics and health checks "
        "are then not to be had over HTTP.");
  visit({"console_address", {{"admin.serverAddress"}}}, &Config::console_address, TextRule::host,
        "The address of the console. On one of this machine alone, whoever is on it may do "
        "anything unless console_tokens_file is set. On any other the console needs TLS, and "
        "tokens or certificates: it can change the server. Where a file of ZooKeeper names the "
        "address and these are missing, the console is served at 127.0.0.1.");
  visit({"console_port", {{"admin.serverPort"}}}, &Config::console_port, 0, 65535,
        "The port of the console. 0 lets the system choose one, which the log shows.");
  visit("console_names", &Config::console_names, TextRule::names,
        "Further names by which browsers reach the console, as behind a proxy: "
        "console.example.com, or with a port console.example.com:9090. A request that names "
        "another host is refused, so that no page elsewhere can lead a browser here.");
  visit("console_certificate_file", &Config::console_certificate_file, TextRule::optional_path,
        "The console's certificate in PEM, and behind it those that lead to the root; the console "
        "then speaks TLS alone. By default that of tls_certificate_file. A changed file is taken "
        "up within seconds, for new connections.");
  visit("console_key_file", &Config::console_key_file, TextRule::optional_path,
        "Its key in PEM, without a password. By default that of tls_key_file.");
  visit("console_client_ca_file", &Config::console_client_ca_file, TextRule::optional_path,
        "Certificates in PEM of who may vouch for people and programs that use the console. Lines "
        "`cert:SUBJECT ROLE` of console_tokens_file say what each may do; without such a file all "
        "of them may look. Empty: nobody is asked for a certificate.");
  visit("console_tokens_file", &Config::console_tokens_file, TextRule::optional_path,
        "Who may use the console: lines of name, role (viewer, operator, admin), SHA-256 of a "
        "token, and perhaps the last day it is valid on, as `quorate console token` makes them. "
        "Only its owner may be able to read it. A changed file is taken up within seconds. Empty: "
        "there are no tokens.");
  visit("console_read_only", &Config::console_read_only,
        "Whether nothing can be changed through the console, whoever asks.");
}

template <class Visitor>
void visit_time(Visitor& visit) {
  visit.group("Time and sessions");
  visit({"tick_time_ms", {{"tickTime"}}}, &Config::tick_time, 10ms, 600000ms,
        "The unit of the other times, and the grain in which sessions expire. Shorter notices "
        "dead clients sooner and expires slow ones by mistake. ZooKeeper's own default is 3000, "
        "its sample file says 2000.");
  visit({"init_limit_ticks", {{"initLimit"}}}, &Config::init_limit_ticks, 1, 10000,
        "How long a new leader waits until a quorum has fetched its history. Longer admits larger "
        "trees and slower disks; shorter finds a hanging leader sooner.");
  visit(
      {"sync_limit_ticks", {{"syncLimit"}}}, &Config::sync_limit_ticks, 1, 10000,
      "Read for the sake of old files, and without effect: a follower is dropped when it is silent "
      "for a second, or when 64 MiB wait to be sent to it.");
  visit({"session_timeout_min_ms", {{"minSessionTimeout", 1, true}}}, &Config::session_timeout_min,
        1ms, 2147483647ms,
        "The shortest session time-out a client gets. By default two ticks. Shorter lets clients "
        "notice failures sooner and expires them on shorter pauses.");
  visit({"session_timeout_max_ms", {{"maxSessionTimeout", 1, true}}}, &Config::session_timeout_max,
        1ms, 2147483647ms,
        "The longest session time-out a client gets. By default twenty ticks. Longer keeps "
        "ephemeral nodes of dead clients that much longer.");
  visit({"handshake_timeout_ms", {{"nio.sessionlessCnxnTimeout"}}}, &Config::handshake_timeout,
        100ms, 600000ms,
        "How long a connection may stay open without a completed handshake. Shorter frees "
        "descriptors sooner under a flood and cuts clients on very slow links.");
  visit({"leader_serves", {{"leaderServes"}}}, &Config::leader_serves,
        "Whether a server that leads others takes clients. With false they are told to go to "
        "another server, also those that are connected when it begins to lead: that leaves the "
        "leader's time to the writes of all, and the clients to one server fewer. A server without "
        "others always serves.");
  visit({"read_only_mode", {{"readonlymode.enabled"}}}, &Config::read_only_mode,
        "Whether a server that has had no leader for a tick, and for at least 2s, serves reads to "
        "clients that say they are content with old answers. Writes, syncs and sessions of the "
        "ensemble are refused meanwhile, and when there is a leader again these clients are told "
        "to come anew. Off, sessions that are open wait for a leader, and who wants one is told "
        "to go to another server.");
  visit({"local_sessions", {{"localSessionsEnabled"}}}, &Config::local_sessions,
        "Whether new sessions are known to the server that opened them alone. They cost no write "
        "to open and to close, and end with their server; clients then need a new one, and other "
        "servers expire those that try. They own no ephemeral nodes; see local_sessions_upgrade.");
  visit({"local_sessions_upgrade", {{"localSessionsUpgradingEnabled"}}},
        &Config::local_sessions_upgrade,
        "Whether a local session becomes one of the ensemble when it first creates an ephemeral "
        "node. Without, such a create is refused (ephemeral_on_local_session).");
}

template <class Visitor>
void visit_connection_limits(Visitor& visit) {
  visit.group("Limits of connections");
  visit({"connections_per_ip_max", {{"maxClientCnxns"}}}, &Config::connections_per_ip_max, 0,
        1'000'000,
        "Connections from one address; more are closed at once. 0 sets no such limit: one host "
        "may then take all of connections_max.");
  visit({"connections_max", {{"maxCnxns"}}}, &Config::connections_max, 0, 1'000'000,
        "Client connections in total; more are closed at once. 0 leaves only the limit of open "
        "files.");
  visit({"frame_bytes_max", {{"jute.maxbuffer"}}}, &Config::frame_bytes_max, 64 * kibibyte,
        64 * mebibyte,
        "The largest request, and the largest reply. Larger admits bigger listings and costs "
        "memory per connection and longer pauses for everyone. One write never exceeds 8MiB in "
        "the log, whatever this says.");
  visit(
      "requests_in_flight_max", &Config::requests_in_flight_max, 1, 65536,
      "Unanswered requests of one connection; beyond it the server reads no further until some "
      "are answered. By default 1024, at most outstanding_requests_max. More helps deep pipelines "
      "and lets one client crowd out others.");
  visit("bytes_in_flight_max", &Config::bytes_in_flight_max, 64 * kibibyte, gibibyte,
        "Bytes of unanswered requests of one connection; beyond it the server reads no further. "
        "At least frame_bytes_max, to which the default rises.");
  visit("output_bytes_max", &Config::output_bytes_max, 64 * kibibyte, 4 * gibibyte,
        "Bytes that wait for a client to read them; beyond it the connection is closed. With a "
        "quarter of it waiting, what the client asks is answered only as it reads. At least "
        "frame_bytes_max; the default is 16MiB or twice that. Larger makes large replies faster "
        "over slow links and costs memory.");
  visit("watches_per_connection_max", &Config::watches_per_connection_max, 1, 100'000'000,
        "Watches of one connection; more are refused. A watch costs up to about 64 bytes.");
}

template <class Visitor>
void visit_server_limits(Visitor& visit) {
  visit.group("Limits of the server");
  visit({"outstanding_requests_max", {{"globalOutstandingLimit"}}},
        &Config::outstanding_requests_max, 1, 10'000'000,
        "Unanswered requests of all connections together; beyond it connections that have some "
        "are not read until the number falls. More takes bursts in, at the price of memory and "
        "of latency for all.");
  visit("outstanding_bytes_max", &Config::outstanding_bytes_max, mebibyte, tebibyte,
        "Bytes of unanswered requests of all connections together; acts likewise. At least "
        "bytes_in_flight_max, to which the default rises.");
  visit("multi_ops_max", &Config::multi_ops_max, 1, 1'000'000,
        "Operations in one multi. A multi is applied in one piece, in which nobody else is served: "
        "about 2 ms per 1000 operations. The leader's value holds for the ensemble.");
  visit(
      "delete_tree_max", &Config::delete_tree_max, 1, 10'000'000,
      "Nodes that one recursive delete may remove; takes, acts and holds likewise. Clients of this "
      "project delete larger trees in several steps, which others can see half done.");
}

template <class Visitor>
void visit_nodes(Visitor& visit) {
  visit.group("Nodes and access");
  visit({"extended_types", {{"extendedTypesEnabled"}}}, &Config::extended_types,
        "Whether nodes with a time to live may be created. On here, off in ZooKeeper: switch it "
        "off if data must be able to move back to a ZooKeeper without the feature. The leader's "
        "value holds for the ensemble.");
  visit({"container_check_interval_ms", {{"znode.container.checkIntervalMs"}}},
        &Config::container_check_interval, 100ms, 86400000ms,
        "How often empty containers and lapsed nodes are looked for. Shorter removes them sooner "
        "and looks through the candidates more often.");
  visit({"container_deletes_per_minute_max", {{"znode.container.maxPerMinute"}}},
        &Config::container_deletes_per_minute_max, 1, 10'000'000,
        "The pace at which they are removed. Faster cleans up sooner and competes with clients' "
        "writes.");
  visit(
      {"container_never_used_max_ms", {{"znode.container.maxNeverUsedIntervalMs"}}},
      &Config::container_never_used_max, 0ms, 31536000000ms,
      "After how long a container that never had a child, and whose data was not set, is removed; "
      "at least a second. 0 never removes it: a client that creates the container and is slow to "
      "fill it is safe, one that died in between leaves it for ever.");
  visit({"enforce_quota", {{"enforceQuota"}}}, &Config::enforce_quota,
        "Whether writes beyond a hard quota are refused. Off only warns. The leader's value holds "
        "for the ensemble.");
  visit({"skip_acl", {{"skipACL"}}}, &Config::skip_acl,
        "Switches all permission checks off. For recovery from lost credentials: everyone who "
        "connects may then do everything. The leader's value holds for the ensemble.");
  visit({"enforce_auth", {{"enforce.auth.enabled"}}}, &Config::enforce_auth,
        "Whether a connection is closed that asks for anything before it has authenticated with "
        "one of enforce_auth_schemes. Off leaves it to the permissions of nodes what strangers may "
        "do.");
  visit({"enforce_auth_schemes", {{"enforce.auth.schemes"}}}, &Config::enforce_auth_schemes,
        TextRule::schemes,
        "The schemes of which one is enough: digest, ip, x509. Every connection has ip, and who "
        "showed a certificate x509.");
  visit({"super_digest", {{"DigestAuthenticationProvider.superDigest"}}}, &Config::super_digest,
        TextRule::super_digest,
        "Who may do everything: user:base64(sha1(user:password)). Empty: nobody. Give it in the "
        "file or the environment; flags can be seen by everyone on the machine. It is never "
        "printed.");
}

template <class Visitor>
void visit_tls(Visitor& visit) {
  visit.group("TLS");
  visit("tls_certificate_file", &Config::tls_certificate_file, TextRule::optional_path,
        "The server's certificate in PEM, and behind it those that lead to the root. With it, "
        "clients may speak TLS on the ports they know. A changed file is taken up within seconds, "
        "for new connections.");
  visit("tls_key_file", &Config::tls_key_file, TextRule::optional_path,
        "The certificate's key in PEM, without a password; only its owner should be able to read "
        "it. Keys on elliptic curves make connecting cheap.");
  visit("tls_client_ca_file", &Config::tls_client_ca_file, TextRule::optional_path,
        "Certificates in PEM of who may vouch for clients. The subject of a client's certificate "
        "is then its identity of scheme x509. Empty: clients are not asked for one.");
  visit("tls_client_auth", &Config::tls_client_auth,
        {tls_client_auth_words.begin(), tls_client_auth_words.end()},
        "Where tls_client_ca_file is set: need refuses clients of TLS without a certificate, want "
        "lets them in without that identity.");
  visit("tls_required", &Config::tls_required,
        "Whether clients must speak TLS. Those on this machine (127.0.0.1, ::1) need not: health "
        "checks and the command line go on.");
}

template <class Visitor>
void visit_storage(Visitor& visit) {
  visit.group("Storage");
  visit("snapshot_interval_s", &Config::snapshot_interval, 1s, 86400s,
        "How old the oldest change may be that is not in the image on disk. Whichever of the four "
        "snapshot limits is reached first starts a write; sooner shortens restarts and writes "
        "more.");
  visit("snapshot_bytes", &Config::snapshot_bytes, 64 * kibibyte, 16 * gibibyte,
        "Changed bytes that start a write of the image. More writes less often, and needs that "
        "much more memory.");
  visit({"snapshot_records", {{"snapCount"}}}, &Config::snapshot_records, 1000, no_limit_u32,
        "Transactions behind the image that start a write. More means more to replay at restart.");
  visit({"snapshot_log_bytes", {{"snapSizeLimitInKb", kibibyte, true}}},
        &Config::snapshot_log_bytes, mebibyte, tebibyte,
        "Bytes of log behind the image that start a write; acts likewise.");
  visit("checkpoint_interval_s", &Config::checkpoint_interval, 60s, 2592000s,
        "How often a checkpoint of the image is taken and read back whole. The log is kept from "
        "the older of the last two: more often keeps less log and reads more.");
  visit("checkpoint_log_bytes", &Config::checkpoint_log_bytes, 16 * mebibyte, tebibyte,
        "Bytes of log after which a checkpoint is taken before its time.");
  visit("history_records", &Config::history_records, 0, std::uint64_t{1} << 40,
        "Transactions kept at least, beyond what safety needs, so that servers that were away "
        "catch up without fetching the whole tree. More costs disk.");
  visit("history_h", &Config::history, 0h, 87600h,
        "Hours of transactions kept at least, for restoring to a point in time. 0 keeps none for "
        "that purpose; more costs disk in proportion to the writes.");
  visit(
      "disk_low_bytes", &Config::disk_low_bytes, 0, tebibyte,
      "Free bytes of data_log_dir or data_dir below which writes are refused with not_read_only, "
      "while reads and sessions go on. Below a quarter of it the reserve is given up and the image "
      "is not written any more. 0 never refuses: the server then ends when a disk is full.");
  visit("disk_resume_bytes", &Config::disk_resume_bytes, 0, 2 * tebibyte,
        "Free bytes from which on writes are served again. By default twice disk_low_bytes. Close "
        "to it, writes come and go with what others do on the disk.");
  visit("disk_reserve_bytes", &Config::disk_reserve_bytes, 0, 16 * gibibyte,
        "Bytes in data_log_dir that are taken while there is plenty and given back when the log is "
        "about to have no room. More lets clients without writes go on for longer on a full disk.");
}

template <class Visitor>
void visit_logging(Visitor& visit) {
  visit.group("Logging");
  visit("log_level", &Config::log_level, {log_level_words.begin(), log_level_words.end()},
        "What is logged. info reads as the server's history; debug and trace cost speed.");
  visit("log_levels", &Config::log_levels, TextRule::levels,
        "Other levels for single components, such as journal=debug,listener=warn.");
  visit("log_format", &Config::log_format, {log_format_words.begin(), log_format_words.end()},
        "text for people, json (an object on each line) for log collectors.");
  visit("log_file", &Config::log_file, TextRule::optional_path,
        "Where the log goes; empty means standard error, which service managers collect. A file "
        "grows until something rotates it; logrotate needs its option copytruncate.");
  visit("log_queue_events", &Config::log_queue_events, 64, 1 << 20,
        "Events that may wait to be written. When a slow disk or terminal fills the queue the "
        "oldest are dropped and counted, so that logging never stops the server.");
}

template <class Visitor>
void visit_options(Visitor& visit) {
  visit_place(visit);
  visit_network(visit);
  visit_console(visit);
  visit_time(visit);
  visit_connection_limits(visit);
  visit_server_limits(visit);
  visit_nodes(visit);
  visit_tls(visit);
  visit_storage(visit);
  visit_logging(visit);
}

}  // namespace

const std::vector<Option>& options() {
  static const std::vector<Option> table = [] {
    TableBuilder builder;
    visit_options(builder);
    return builder.take();
  }();
  return table;
}

}  // namespace quorate
