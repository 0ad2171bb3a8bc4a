#include "client/cli/shell_builtins.h"

#include <algorithm>
#include <iostream>
#include <utility>

#include "client/cli/app.h"
#include "client/cli/event_view.h"

namespace quorate::cli {
namespace {

Error usage(const std::string& text) { return {ErrorCode::bad_arguments, "usage: " + text}; }

/// Events of the shell's watches come while a line is being typed.
client::Watcher printing_watcher() {
  static const client::Watcher watcher(
      [](const WatchEvent& event) { std::cout << "\r\x1b[K" << to_text(event) << std::endl; });
  return watcher;
}

}  // namespace

const std::vector<std::string>& ShellBuiltins::names() {
  static const std::vector<std::string> all = {"addWatch", "addauth",      "cd",   "close",
                                               "connect",  "exit",         "help", "pwd",
                                               "quit",     "removewatches"};
  return all;
}

std::optional<ExitCode> ShellBuiltins::run(const std::vector<std::string>& words) {
  const std::string& name = words.front();
  if (name == "quit" || name == "exit") {
    ended_ = true;
    return ExitCode::ok;
  }
  if (name == "cd") return cd(words);
  if (name == "pwd") {
    context_.output().value(context_.working_node(), context_.working_node());
    return ExitCode::ok;
  }
  if (name == "help") return help();
  if (name == "addauth") return add_auth(words);
  if (name == "addWatch") return add_watch(words);
  if (name == "removewatches") return remove_watches(words);
  if (name == "connect") return connect(words);
  if (name == "close") {
    context_.disconnect();
    return ExitCode::ok;
  }
  return {};
}

ExitCode ShellBuiltins::cd(const std::vector<std::string>& words) {
  if (words.size() > 2) return context_.fail(usage("cd [PATH]"));
  const std::string path = context_.resolve(words.size() < 2 ? "/" : words[1]);
  auto client = context_.client();
  if (!client.ok()) return context_.fail(client.error());
  const auto stat = (*client)->exists({path});
  if (!stat.ok()) return context_.fail(stat.error());
  if (!*stat) return context_.fail({ErrorCode::no_node, "cd: no node " + path});
  context_.set_working_node(path);
  return ExitCode::ok;
}

ExitCode ShellBuiltins::add_auth(const std::vector<std::string>& words) {
  if (words.size() != 3) return context_.fail(usage("addauth SCHEME CREDENTIALS"));
  auto client = context_.client();
  if (!client.ok()) return context_.fail(client.error());
  const Status proved = (*client)->authenticate({words[1], words[2]});
  return proved.ok() ? ExitCode::ok : context_.fail(proved.error());
}

ExitCode ShellBuiltins::add_watch(const std::vector<std::string>& words) {
  WatchMode mode = WatchMode::persistent_recursive;
  std::string path;
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i] == "-m" && i + 1 < words.size()) {
      ++i;
      if (words[i] != "PERSISTENT" && words[i] != "PERSISTENT_RECURSIVE") path.clear();
      if (words[i] == "PERSISTENT") mode = WatchMode::persistent;
    } else {
      path = words[i];
    }
  }
  if (path.empty()) {
    return context_.fail(usage("addWatch [-m PERSISTENT|PERSISTENT_RECURSIVE] PATH"));
  }
  auto client = context_.client();
  if (!client.ok()) return context_.fail(client.error());
  const auto added = (*client)->add_watch({context_.resolve(path), mode}, printing_watcher());
  return added.ok() ? ExitCode::ok : context_.fail(added.error());
}

ExitCode ShellBuiltins::remove_watches(const std::vector<std::string>& words) {
  if (words.size() != 2) return context_.fail(usage("removewatches PATH"));
  auto client = context_.client();
  if (!client.ok()) return context_.fail(client.error());
  const auto removed = (*client)->remove_watches({context_.resolve(words[1]), WatcherType::any});
  return removed.ok() ? ExitCode::ok : context_.fail(removed.error());
}

ExitCode ShellBuiltins::connect(const std::vector<std::string>& words) {
  if (words.size() > 2) return context_.fail(usage("connect [ENDPOINTS]"));
  Globals globals = context_.globals();
  if (words.size() == 2) globals.endpoints = words[1];
  context_.disconnect();
  context_.set_globals(std::move(globals));
  const auto client = context_.client();
  return client.ok() ? ExitCode::ok : context_.fail(client.error());
}

ExitCode ShellBuiltins::help() {
  context_.output().out()
      << help_text()
      << "\nIn the shell also: cd, pwd, connect, close, addauth, addWatch, removewatches, quit,\n"
         "and the spellings of ZooKeeper's shell: getAcl, setAcl, delete, deleteall, ls2,\n"
         "getEphemerals, getAllChildrenNumber, setquota, listquota, delquota.\n";
  return ExitCode::ok;
}

}  // namespace quorate::cli
