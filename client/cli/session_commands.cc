// whoami, session, sync, version: the connection itself.
#include <string>

#include "client/cli/command.h"

#ifndef QUORATE_VERSION
#define QUORATE_VERSION "unknown"
#endif

namespace quorate::cli {
namespace {

struct NoFlags {};

struct PathFlags {
  std::string path = "/";
};

struct PrefixFlags {
  std::string prefix;
};

ExitCode who_am_i(Context& context, const NoFlags&) {
  auto client = context.client();
  if (!client.ok()) return context.fail(client.error());
  const auto identities = (*client)->who_am_i();
  if (!identities.ok()) return context.fail(identities.error());
  Rows rows(context.output(), {{"scheme"}, {"id"}});
  for (const Identity& identity : *identities) rows.add({identity.scheme, identity.id});
  return ExitCode::ok;
}

ExitCode session_info(Context& context, const NoFlags&) {
  auto opened = context.client();
  if (!opened.ok()) return context.fail(opened.error());
  client::Client& client = **opened;
  const client::SessionTicket ticket = client.ticket();  // Its password stays here.
  Rows rows(context.output(),
            {{"session"}, {"state"}, {"timeout_ms", true}, {"server", true}, {"seen"}});
  rows.add({to_string(ticket.session), std::string(client::to_string(client.state())),
            client.session_timeout().count(), client.server().value, to_string(ticket.last_seen)});
  return ExitCode::ok;
}

ExitCode ephemerals(Context& context, const PrefixFlags& flags) {
  auto client = context.client();
  if (!client.ok()) return context.fail(client.error());
  const auto paths = (*client)->ephemerals({flags.prefix});
  if (!paths.ok()) return context.fail(paths.error());
  Rows rows(context.output(), {{"path"}});
  for (const std::string& path : *paths) rows.add({path});
  return ExitCode::ok;
}

ExitCode sync(Context& context, const PathFlags& flags) {
  auto client = context.client();
  if (!client.ok()) return context.fail(client.error());
  const std::string path = context.resolve(flags.path);
  const auto zxid = (*client)->sync(path);
  if (!zxid.ok()) return context.fail(zxid.error());
  if (context.output().is_json()) {
    context.output().value({{"path", path}, {"zxid", to_string(*zxid)}}, "");
  }
  return ExitCode::ok;
}

ExitCode version(Context& context, const NoFlags&) {
  context.output().value({{"version", QUORATE_VERSION}}, "quorate " QUORATE_VERSION);
  return ExitCode::ok;
}

}  // namespace

void define_whoami(CLI::App& app, Selection& selection) {
  define_command<NoFlags>(app, selection, "whoami", "Print the identities of this connection",
                          "quorate --auth digest:ann:secret whoami", who_am_i);
}

void define_session(CLI::App& app, Selection& selection) {
  CLI::App& group = add_group(
      app, "session", "What is known of this command's own session; `sessions` is about all");
  define_command<NoFlags>(group, selection, "info", "Its id, state, time-out and server",
                          "quorate session info", session_info);
  auto [flags, arguments] = define_command<PrefixFlags>(
      group, selection, "ephemerals", "The paths of its ephemeral nodes",
      "quorate session ephemerals /locks/", ephemerals);
  arguments.positional("prefix", flags->prefix, "Only those that start so");
}

void define_sync(CLI::App& app, Selection& selection) {
  auto [flags, arguments] = define_command<PathFlags>(
      app, selection, "sync", "Wait until the server has applied everything proposed before",
      "quorate sync", sync);
  arguments.positional("path", flags->path, "Has no effect; as in ZooKeeper");
}

void define_version(CLI::App& app, Selection& selection) {
  define_command<NoFlags>(app, selection, "version", "Print the version of this program",
                          "quorate version", version);
}

}  // namespace quorate::cli
