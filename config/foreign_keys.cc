#include "config/foreign_keys.h"

#include <algorithm>

#include "config/options.h"
#include "config/words.h"

namespace quorate {

using namespace words;

namespace {

constexpr auto ignored = ForeignKey::Treatment::ignored;
constexpr auto refused = ForeignKey::Treatment::refused;

constexpr std::string_view off = "false|no|off|0";
constexpr std::string_view on = "true|yes|on|1";
constexpr std::string_view own_tls =
    "TLS is spoken on client_port, as tls_certificate_file and tls_key_file (PEM) say";
constexpr std::string_view no_tls = "TLS is spoken with clients alone";
constexpr std::string_view console_tls =
    "the console speaks TLS, and nothing else, where console_certificate_file is set, and asks for "
    "certificates where console_client_ca_file is";
constexpr std::string_view no_sasl =
    "this server does not speak SASL; without it everyone could connect";
constexpr std::string_view no_jvm = "there is no Java virtual machine";
constexpr std::string_view no_pool = "there is no such thread pool or buffer";
constexpr std::string_view own_way =
    "servers reach each other, and bring each other up to date, in a way of their own";
constexpr std::string_view store = "the store sizes and writes its files by its own rules";
constexpr std::string_view not_by_rate =
    "nothing is throttled by rate; outstanding_requests_max and outstanding_bytes_max bound load";

void add_refused(std::vector<ForeignKey>& keys) {
  const std::vector<ForeignKey> more = {
      {"secureClientPort", refused, "", own_tls},
      {"secureClientPortAddress", refused, "", own_tls},
      {"sslQuorum", refused, off, no_tls},
      {"portUnification", refused, off, no_tls},
      {"client.portUnification", ignored, "", own_tls},
      {"admin.forceHttps", refused, off, console_tls},
      {"admin.portUnification", refused, off, console_tls},
      {"admin.needClientAuth", refused, off, console_tls},
      {"metricsProvider.httpsPort", refused, "", no_tls},
      {"electionAlg", refused, "3", "only the fast leader election exists"},
      {"oraclePath", refused, "", "two servers cannot elect with the help of an oracle"},
      {"db.autocreate", refused, on,
       "an empty store is always made where there is none; data_dir_create=false refuses a missing "
       "directory"},
      {"audit.enable", refused, off, "no audit log is written"},
      {"quorum.auth.enableSasl", refused, off, no_sasl},
      {"quorum.auth.serverRequireSasl", refused, off, no_sasl},
      {"quorum.auth.learnerRequireSasl", refused, off, no_sasl},
      {"sessionRequireClientSASLAuth", refused, off, no_sasl},
      {"requireClientAuthScheme", refused, "", no_sasl},
      {"ensembleAuthName", refused, "",
       "clients that name another ensemble are not refused, which this key asks for"},
      {"authProvider.*", refused,
       "org.apache.zookeeper.server.auth.digestauthenticationprovider|"
       "org.apache.zookeeper.server.auth.ipauthenticationprovider|"
       "org.apache.zookeeper.server.auth.x509authenticationprovider|"
       // Whose clients are told that it fails; what is for `sasl` alone stays closed.
       "org.apache.zookeeper.server.auth.saslauthenticationprovider",
       "classes of Java cannot be loaded; world, auth, digest, ip, x509 and super are built in"},
      {"DigestAuthenticationProvider.enabled", refused, on, "the digest scheme is always on"},
      {"DigestAuthenticationProvider.digestAlg", refused, "sha1", "digests are SHA-1"},
  };
  keys.insert(keys.end(), more.begin(), more.end());
}

void add_ensemble_and_security(std::vector<ForeignKey>& keys) {
  const std::vector<ForeignKey> more = {
      {"standaloneEnabled", ignored, "", "a server on its own is a quorum of one in either case"},
      {"reconfigEnabled", ignored, "",
       "the members of the ensemble are those of the configuration; reconfig is answered with "
       "ReconfigDisabled"},
      {"peerType", ignored, "",
       "the server line says who observes: server.N=host:port:port:observer"},
      {"connectToLearnerMasterLimit", ignored, "", own_way},
      {"quorumListenOnAllIPs", ignored, "",
       "a server listens for the others at the address of its own server line; "
       "peer_address=0.0.0.0 "
       "lets it listen at all"},
      {"observerMasterPort", ignored, "", own_way},
      {"observer.*", ignored, "", own_way},
      {"syncEnabled", ignored, "", own_way},
      {"election.*", ignored, "", own_way},
      {"electionPortBindRetry", ignored, "", own_way},
      {"cnxTimeout", ignored, "", own_way},
      {"quorumCnxnTimeoutMs", ignored, "", own_way},
      {"fastleader.*", ignored, "", own_way},
      {"leader.*", ignored, "", own_way},
      {"learner.*", ignored, "", own_way},
      {"multiAddress.*", ignored, "", "a server line may always name several addresses"},
      {"tcpKeepAlive", ignored, "", own_way},
      {"quorum.*", ignored, "", own_way},
      {"superUser*", ignored, "", "a certificate makes nobody super; super_digest does"},
      {"X509AuthenticationProvider.*", ignored, "", own_tls},
      {"ssl.*", ignored, "", own_tls},
      {"client.certReload", ignored, "", "changed certificates are always taken up"},
      {"sslQuorumReloadCertFiles", ignored, "", no_tls},
      {"fips-mode", ignored, "", "the library decides"},
      {"allowSaslFailedClients", ignored, "", "SASL is not spoken"},
      {"audit.impl.class", ignored, "", "no audit log is written"},
      {"enableEagerACLCheck", ignored, "", "permissions are judged where the write is applied"},
  };
  keys.insert(keys.end(), more.begin(), more.end());
}

void add_storage(std::vector<ForeignKey>& keys) {
  const std::vector<ForeignKey> more = {
      {"autopurge.snapRetainCount", ignored, "",
       "two verified checkpoints and the log since the older one are kept; history_records and "
       "history_h keep more"},
      {"autopurge.purgeInterval", ignored, "", "what is no longer needed is purged all the time"},
      {"txnLogSizeLimitInKb", ignored, "", store},
      {"preAllocSize", ignored, "", store},
      {"snapshot.*", ignored, "", store},
      {"snapshotSizeFactor", ignored, "", store},
      {"forceSync", ignored, "", "every write is on stable storage before it is acknowledged"},
      {"fsync.*", ignored, "", "the time of syncs is in the metrics"},
      {"flushDelay", ignored, "", "what arrives during a sync goes into the next one"},
      {"maxWriteQueuePollTime", ignored, "", "what arrives during a sync goes into the next one"},
      {"maxBatchSize", ignored, "", "what arrives during a sync goes into the next one"},
      {"digest.enabled", ignored, "", "the digest of the tree is always kept"},
      {"serializeLastProcessedZxid.enabled", ignored, "", store},
      {"closeSessionTxn.enabled", ignored, "", "a session's end names its nodes when applied"},
      {"commitLogCount", ignored, "", "history_records says how much history is kept"},
      {"emulate353TTLNodes", ignored, "", "no data of ZooKeeper 3.5.3 can be here"},
  };
  keys.insert(keys.end(), more.begin(), more.end());
}

void add_runtime(std::vector<ForeignKey>& keys) {
  const std::vector<ForeignKey> more = {
      {"clientPortListenBacklog", ignored, "", "the system's longest backlog is used"},
      {"clientTcpKeepAlive", ignored, "", "clients ping"},
      {"jute.maxbuffer.extrasize", ignored, "", "frames and records have limits of their own"},
      {"jute.*", ignored, "", "it concerns the inside of ZooKeeper's codec"},
      {"nio.*", ignored, "", no_pool},
      {"netty.*", ignored, "", no_pool},
      {"serverCnxnFactory", ignored, "", "io_backend chooses how sockets are served"},
      {"commitProcessor.*", ignored, "", no_pool},
      {"commitWorkerThreads", ignored, "", no_pool},
      {"prep_processor_stop_timeout_millis", ignored, "", no_pool},
      {"maxResponseCacheSize", ignored, "", "replies are not cached"},
      {"maxGetChildrenResponseCacheSize", ignored, "", "replies are not cached"},
      {"watchManagerName", ignored, "", "there is one table of watches"},
      {"watchManager.*", ignored, "", "there is one table of watches"},
      {"request_throttle*", ignored, "", not_by_rate},
      {"request_stale_*", ignored, "", not_by_rate},
      {"throttled_op_wait_time", ignored, "", not_by_rate},
      {"connection_throttle_*", ignored, "", not_by_rate},
      {"requestThrottle*", ignored, "", not_by_rate},
      {"connectionThrottle*", ignored, "", not_by_rate},
      {"largeRequest*", ignored, "",
       "bytes_in_flight_max and outstanding_bytes_max bound requests"},
      {"maxConcurrentSnapSyncs", ignored, "", own_way},
      {"maxConcurrentDiffSyncs", ignored, "", own_way},
      {"admin.*", ignored, "", "the console has no such setting"},
      {"metricsProvider.*", ignored, "", "metrics are served by the console"},
      {"jvm.*", ignored, "", no_jvm},
      {"kerberos.*", ignored, "", "SASL is not spoken"},
      {"traceFile", ignored, "", "log_level and log_file say what is logged, and where"},
      {"reconfig.*", ignored, "", "the members cannot be changed at run time"},
  };
  keys.insert(keys.end(), more.begin(), more.end());
}

}  // namespace

const std::vector<ForeignKey>& foreign_keys() {
  static const std::vector<ForeignKey> table = [] {
    std::vector<ForeignKey> keys;
    add_refused(keys);
    add_ensemble_and_security(keys);
    add_storage(keys);
    add_runtime(keys);
    return keys;
  }();
  return table;
}

const ForeignKey* find_foreign_key(std::string_view key) {
  const ForeignKey* best = nullptr;
  for (const ForeignKey& foreign : foreign_keys()) {
    if (foreign.pattern == key) return &foreign;
    if (foreign.pattern.back() != '*') continue;
    const std::string_view stem = foreign.pattern.substr(0, foreign.pattern.size() - 1);
    const bool longer = best == nullptr || foreign.pattern.size() > best->pattern.size();
    if (key.starts_with(stem) && longer) best = &foreign;
  }
  return best;
}

std::string_view nearest_key(std::string_view key) {
  std::vector<std::string_view> names;
  for (const Option& option : options()) {
    names.push_back(option.key.name);
    for (const OptionAlias& alias : option.key.aliases) names.push_back(alias.name);
  }
  for (const ForeignKey& foreign : foreign_keys())
    if (foreign.pattern.back() != '*') names.push_back(foreign.pattern);
  return nearest(key, names);
}

bool is_harmless(const ForeignKey& foreign, std::string_view value) {
  if (foreign.treatment == ForeignKey::Treatment::ignored) return true;
  if (foreign.harmless.empty()) return false;
  const auto words = split(foreign.harmless, '|');
  return std::find(words.begin(), words.end(), lower_case(value)) != words.end();
}

}  // namespace quorate
