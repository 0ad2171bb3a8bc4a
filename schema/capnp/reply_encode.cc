// Replies, as a server writes them.
#include "schema/capnp/fields.h"
#include "schema/capnp/messages.h"
#include "schema/capnp/writes.h"

namespace quorate::capnp_codec {
namespace {

using capnp::sizeInWords;

constexpr std::size_t stat_words = sizeInWords<wire::Stat>();

/// Words of a body's struct and all it points to.
struct BodyWords {
  std::size_t operator()(const std::monostate&) const { return 0; }
  std::size_t operator()(const SessionReply&) const { return 0; }
  std::size_t operator()(const DataReply& reply) const {
    return sizeInWords<wire::DataReply>() + stat_words + data_words(reply.data.size());
  }
  std::size_t operator()(const StatReply&) const {
    return sizeInWords<wire::StatReply>() + stat_words;
  }
  std::size_t operator()(const ChildrenReply& reply) const {
    std::size_t sum = sizeInWords<wire::ChildrenReply>() + stat_words +
                      list_words<wire::ChildName>(reply.names.size());
    for (const std::string& name : reply.names) sum += text_words(name);
    return sum;
  }
  std::size_t operator()(const CreateReply& reply) const {
    return sizeInWords<wire::CreateReply>() + stat_words + text_words(reply.path);
  }
  std::size_t operator()(const ListReply& reply) const {
    std::size_t sum = sizeInWords<wire::ListReply>() + stat_words +
                      list_words<wire::ListedChild>(reply.children.size());
    for (const ListedChild& child : reply.children) {
      sum += text_words(child.name) + data_words(child.data.size());
      if (child.stat != Stat{}) sum += stat_words;
    }
    return sum;
  }
  std::size_t operator()(const AclReply& reply) const {
    return sizeInWords<wire::AclReply>() + stat_words + acl_words<ClientSchema>(reply.acl);
  }
  std::size_t operator()(const MultiReply& reply) const {
    return sizeInWords<wire::MultiReply>() + results_words<wire::MultiResult>(reply.results);
  }
  std::size_t operator()(const MultiReadReply& reply) const {
    return sizeInWords<wire::MultiReadReply>() +
           results_words<wire::MultiReadResult>(reply.results);
  }
  std::size_t operator()(const CountReply&) const { return sizeInWords<wire::CountReply>(); }
  std::size_t operator()(const PathsReply& reply) const {
    std::size_t sum =
        sizeInWords<wire::PathsReply>() + list_words<wire::NodePath>(reply.paths.size());
    for (const std::string& path : reply.paths) sum += text_words(path);
    return sum;
  }
  std::size_t operator()(const PathReply& reply) const {
    return sizeInWords<wire::PathReply>() + text_words(reply.path);
  }
  std::size_t operator()(const IdentitiesReply& reply) const {
    std::size_t sum =
        sizeInWords<wire::IdentitiesReply>() + list_words<wire::Identity>(reply.identities.size());
    for (const Identity& identity : reply.identities) {
      sum += text_words(identity.scheme) + text_words(identity.id);
    }
    return sum;
  }

 private:
  template <class Struct, class Results>
  std::size_t results_words(const Results& results) const {
    std::size_t sum = list_words<Struct>(results.size());
    for (const auto& result : results) sum += std::visit(*this, result.body);
    return sum;
  }
};

void fill(wire::Stat::Builder out, const Stat& stat) {
  out.setCzxid(stat.czxid.value);
  out.setMzxid(stat.mzxid.value);
  out.setPzxid(stat.pzxid.value);
  out.setCtimeMs(stat.ctime_ms);
  out.setMtimeMs(stat.mtime_ms);
  out.setVersion(stat.version);
  out.setAversion(stat.aversion);
  out.setCversion(stat.cversion);
  out.setEphemeralOwner(stat.ephemeral_owner.value);
  out.setDataLength(stat.data_length);
  out.setNumChildren(stat.num_children);
}

void fill(wire::DataReply::Builder out, const DataReply& reply) {
  fill_data(out, reply.data);
  fill(out.initStat(), reply.stat);
}

void fill(wire::ChildrenReply::Builder out, const ChildrenReply& reply) {
  fill(out.initStat(), reply.stat);
  if (reply.names.empty()) return;
  auto children = out.initChildren(static_cast<unsigned>(reply.names.size()));
  for (unsigned i = 0; i < reply.names.size(); ++i) {
    if (!reply.names[i].empty()) children[i].setName(to_text(reply.names[i]));
  }
}

void fill(wire::CreateReply::Builder out, const CreateReply& reply) {
  if (!reply.path.empty()) out.setPath(to_text(reply.path));
  fill(out.initStat(), reply.stat);
  out.setCreated(reply.created);
}

void fill(wire::ListReply::Builder out, const ListReply& reply) {
  out.setMore(reply.more);
  fill(out.initStat(), reply.stat);
  if (reply.children.empty()) return;
  auto children = out.initChildren(static_cast<unsigned>(reply.children.size()));
  for (unsigned i = 0; i < reply.children.size(); ++i) {
    const ListedChild& child = reply.children[i];
    auto to = children[i];
    if (!child.name.empty()) to.setName(to_text(child.name));
    if (child.stat != Stat{}) fill(to.initStat(), child.stat);
    fill_data(to, child.data);
    to.setReadable(child.readable);
  }
}

/// Into a MultiResult.
struct MultiBodyWriter {
  wire::MultiResult::Builder out;

  void operator()(const std::monostate&) { out.setNothing(); }
  void operator()(const CreateReply& reply) { fill(out.initCreate(), reply); }
  void operator()(const StatReply& reply) { fill(out.initStat().initStat(), reply.stat); }
};

/// Into a MultiReadResult.
struct MultiReadBodyWriter {
  wire::MultiReadResult::Builder out;

  void operator()(const std::monostate&) { out.setNothing(); }
  void operator()(const DataReply& reply) { fill(out.initData(), reply); }
  void operator()(const ChildrenReply& reply) { fill(out.initChildren(), reply); }
};

template <class Writer, class Builder, class Results>
void fill_results(Builder out, const Results& results) {
  if (results.empty()) return;
  auto list = out.initResults(static_cast<unsigned>(results.size()));
  for (unsigned i = 0; i < results.size(); ++i) {
    auto to = list[i];
    to.setError(wire_number(results[i].error));
    std::visit(Writer{to}, results[i].body);
  }
}

struct BodyWriter {
  wire::Reply::Builder out;

  void operator()(const std::monostate&) { out.setNothing(); }
  // The connection tells it as Welcome; as a reply it has nothing to say.
  void operator()(const SessionReply&) { out.setNothing(); }
  void operator()(const DataReply& reply) { fill(out.initData(), reply); }
  void operator()(const StatReply& reply) { fill(out.initStat().initStat(), reply.stat); }
  void operator()(const ChildrenReply& reply) { fill(out.initChildren(), reply); }
  void operator()(const CreateReply& reply) { fill(out.initCreate(), reply); }
  void operator()(const ListReply& reply) { fill(out.initList(), reply); }
  void operator()(const AclReply& reply) {
    auto to = out.initAcl();
    fill_acl(to, reply.acl);
    fill(to.initStat(), reply.stat);
  }
  void operator()(const MultiReply& reply) {
    fill_results<MultiBodyWriter>(out.initMulti(), reply.results);
  }
  void operator()(const MultiReadReply& reply) {
    fill_results<MultiReadBodyWriter>(out.initMultiRead(), reply.results);
  }
  void operator()(const CountReply& reply) { out.initCount().setCount(reply.count); }
  void operator()(const PathsReply& reply) {
    auto to = out.initPaths();
    if (reply.paths.empty()) return;
    auto paths = to.initPaths(static_cast<unsigned>(reply.paths.size()));
    for (unsigned i = 0; i < reply.paths.size(); ++i) {
      if (!reply.paths[i].empty()) paths[i].setPath(to_text(reply.paths[i]));
    }
  }
  void operator()(const PathReply& reply) {
    auto to = out.initPath();
    if (!reply.path.empty()) to.setPath(to_text(reply.path));
  }
  void operator()(const IdentitiesReply& reply) {
    auto to = out.initIdentities();
    if (reply.identities.empty()) return;
    auto identities = to.initIdentities(static_cast<unsigned>(reply.identities.size()));
    for (unsigned i = 0; i < reply.identities.size(); ++i) {
      const Identity& identity = reply.identities[i];
      if (!identity.scheme.empty()) identities[i].setScheme(to_text(identity.scheme));
      if (!identity.id.empty()) identities[i].setId(to_text(identity.id));
    }
  }
};

}  // namespace

std::size_t message_words(const Reply& reply) {
  return 1 + sizeInWords<wire::ServerMessage>() + sizeInWords<wire::Reply>() +
         std::visit(BodyWords{}, reply.body);
}

void fill_reply(wire::Reply::Builder out, const Reply& reply) {
  out.setXid(reply.xid);
  out.setZxid(reply.zxid.value);
  out.setError(wire_number(reply.error));
  std::visit(BodyWriter{out}, reply.body);
}

}  // namespace quorate::capnp_codec
