#include "client/cli/node_completion.h"

#include <chrono>
#include <future>
#include <memory>
#include <utility>

#include "client/tree_walk.h"

namespace quorate::cli {
namespace {

constexpr std::chrono::milliseconds patience{200};
constexpr std::uint32_t names_max = 1000;

}  // namespace

std::vector<std::string> complete_node(client::Client& client, std::string_view begun) {
  const std::size_t slash = begun.rfind('/');
  if (slash == std::string_view::npos) return {};
  const std::string parent(slash == 0 ? "/" : begun.substr(0, slash));
  const std::string start(begun.substr(slash + 1));
  ListChildren request;
  request.path = parent;
  request.limit = names_max;
  // Names that start so come behind the start without its last character.
  if (!start.empty()) request.start_after = start.substr(0, start.size() - 1);
  auto page = std::make_shared<std::promise<Result<ListReply>>>();
  auto answer = page->get_future();
  client.list(std::move(request), {},
              [page](Result<ListReply> reply) { page->set_value(std::move(reply)); });
  if (answer.wait_for(patience) != std::future_status::ready) return {};
  auto reply = answer.get();
  std::vector<std::string> paths;
  if (!reply.ok()) return paths;
  for (const ListedChild& child : reply->children) {
    if (child.name.starts_with(start)) paths.push_back(client::child_path(parent, child.name));
  }
  return paths;
}

}  // namespace quorate::cli
