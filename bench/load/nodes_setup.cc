#include "bench/load/nodes_setup.h"

#include <string>
#include <variant>

#include "bench/load/expectation.h"
#include "core/tree/acl.h"

namespace quorate::bench {
namespace {

Create create_of(std::string path, Blob data) {
  Create create;
  create.path = std::move(path);
  create.data = std::move(data);
  // world:anyone, everything.
  create.acl = {{perms::all, "world", "anyone"}};
  create.if_absent = true;
  return create;
}

Status unexpected(const std::string& what) {
  return {ErrorCode::data_inconsistency, what + ": a reply with another body"};
}

/// Brings every node to a value of its version, writing only what has to be written.
class NodesMaker {
 public:
  NodesMaker(Control& control, const NodeSet& nodes)
      : control_(control), nodes_(nodes), stats_(nodes.count()) {}

  /// Finds out what is there.
  Status look() {
    return control_.pipeline(
        "reading nodes", nodes_.count(), [&](std::uint32_t i) { return GetData{nodes_.path(i)}; },
        [&](std::uint32_t i, const Reply& reply) -> Status {
          if (reply.error == ErrorCode::no_node) {
            missing_.push_back(i);
            return {};
          }
          if (Status asked = refused("getData " + nodes_.path(i), reply); !asked) return asked;
          const auto* data = std::get_if<DataReply>(&reply.body);
          if (data == nullptr) return unexpected("getData " + nodes_.path(i));
          stats_[i] = data->stat;
          if (!nodes_.is_value(data->data.text(), i, data->stat.version)) others_.push_back(i);
          return {};
        });
  }

  Status create_missing() {
    if (missing_.empty()) return {};
    if (Status status = make_parents(control_, nodes_.prefix()); !status) return status;
    return control_.pipeline(
        "creating nodes", static_cast<std::uint32_t>(missing_.size()),
        [&](std::uint32_t at) {
          const std::uint32_t i = missing_[at];
          return create_of(nodes_.path(i), nodes_.value(i, 0));
        },
        [&](std::uint32_t at, const Reply& reply) -> Status {
          const std::uint32_t i = missing_[at];
          if (Status asked = refused("create " + nodes_.path(i), reply); !asked) return asked;
          const auto* created = std::get_if<CreateReply>(&reply.body);
          if (created == nullptr || created->path != nodes_.path(i) || !created->created) {
            return unexpected("create " + nodes_.path(i));
          }
          stats_[i] = created->stat;
          return {};
        });
  }

  Status set_others() {
    return control_.pipeline(
        "setting nodes", static_cast<std::uint32_t>(others_.size()),
        [&](std::uint32_t at) {
          const std::uint32_t i = others_[at];
          const std::int32_t version = stats_[i].version;
          return SetData{nodes_.path(i), nodes_.value(i, version + 1), version};
        },
        [&](std::uint32_t at, const Reply& reply) -> Status {
          const std::uint32_t i = others_[at];
          if (Status asked = refused("setData " + nodes_.path(i), reply); !asked) return asked;
          const auto* set = std::get_if<StatReply>(&reply.body);
          if (set == nullptr || set->stat.version != stats_[i].version + 1) {
            return unexpected("setData " + nodes_.path(i));
          }
          stats_[i] = set->stat;
          return {};
        });
  }

  [[nodiscard]] std::vector<Stat> take_stats() { return std::move(stats_); }

 private:
  Control& control_;
  const NodeSet& nodes_;
  std::vector<Stat> stats_;
  std::vector<std::uint32_t> missing_;
  std::vector<std::uint32_t> others_;  ///< With other data than their version's.
};

}  // namespace

Status make_parents(Control& control, const std::string& prefix) {
  for (std::size_t end = 0; end != std::string::npos;) {
    end = prefix.find('/', end + 1);
    const std::string path = prefix.substr(0, end);
    const Result<Reply> reply = control.call(create_of(path, Blob{}));
    if (!reply) return reply.status();
    if (Status status = refused("create " + path, *reply); !status) return status;
  }
  return {};
}

Result<std::vector<Stat>> make_nodes(Control& control, const NodeSet& nodes) {
  NodesMaker maker(control, nodes);
  Status status = maker.look();
  if (status) status = maker.create_missing();
  if (status) status = maker.set_others();
  if (!status) return status.error();
  return maker.take_stats();
}

Status check_nodes(Control& control, const NodeSet& nodes) {
  return control.pipeline(
      "checking nodes", nodes.count(), [&](std::uint32_t i) { return GetData{nodes.path(i)}; },
      [&](std::uint32_t i, const Reply& reply) -> Status {
        if (Status asked = refused("getData " + nodes.path(i), reply); !asked) return asked;
        const auto* data = std::get_if<DataReply>(&reply.body);
        if (data == nullptr) return unexpected("getData " + nodes.path(i));
        if (nodes.is_value(data->data.text(), i, data->stat.version)) return {};
        return {ErrorCode::data_inconsistency,
                nodes.path(i) + " does not hold the value of " + to_text(data->stat)};
      });
}

Status remove_nodes(Control& control, const NodeSet& nodes) {
  const Status status = control.pipeline(
      "deleting nodes", nodes.count(), [&](std::uint32_t i) { return Delete{nodes.path(i)}; },
      [&](std::uint32_t i, const Reply& reply) -> Status {
        if (reply.error == ErrorCode::no_node) return {};
        return refused("delete " + nodes.path(i), reply);
      });
  if (!status) return status;
  const Result<Reply> reply = control.call(Delete{nodes.prefix()});
  if (!reply) return reply.status();
  // Nodes of another run below the same prefix are not ours to delete.
  if (reply->error == ErrorCode::no_node || reply->error == ErrorCode::not_empty) return {};
  return refused("delete " + nodes.prefix(), *reply);
}

Result<std::vector<Stat>> make_nodes(const std::vector<Address>& servers, const NodeSet& nodes) {
  Result<Control> control = Control::open(servers);
  if (!control) return control.error();
  Result<std::vector<Stat>> stats = make_nodes(*control, nodes);
  if (!stats) return stats;
  if (Status closed = control->close(); !closed) return closed.error();
  return stats;
}

Status check_nodes(const std::vector<Address>& servers, const NodeSet& nodes) {
  Result<Control> control = Control::open(servers);
  if (!control) return control.status();
  if (Status checked = check_nodes(*control, nodes); !checked) return checked;
  return control->close();
}

Status remove_nodes(const std::vector<Address>& servers, const NodeSet& nodes) {
  Result<Control> control = Control::open(servers);
  if (!control) return control.status();
  if (Status removed = remove_nodes(*control, nodes); !removed) return removed;
  return control->close();
}

}  // namespace quorate::bench
