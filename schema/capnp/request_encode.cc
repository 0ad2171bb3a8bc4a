// Requests, as a client writes them.
#include "schema/capnp/fields.h"
#include "schema/capnp/messages.h"
#include "schema/capnp/writes.h"

namespace quorate::capnp_codec {
namespace {

using capnp::sizeInWords;

std::size_t paths_words(const std::vector<std::string>& paths) {
  std::size_t sum = list_words<wire::WatchedPath>(paths.size());
  for (const std::string& path : paths) sum += text_words(path);
  return sum;
}

/// Words of an operation's struct and all it points to; members without a struct take none.
struct OperationWords {
  template <class Write>
  std::size_t operator()(const Write& write) const {
    return write_words<ClientSchema>(write);
  }
  std::size_t operator()(const Refused&) const { return 0; }
  std::size_t operator()(const Ping&) const { return 0; }
  std::size_t operator()(const WhoAmI&) const { return 0; }
  std::size_t operator()(const CloseSession&) const { return 0; }
  std::size_t operator()(const Reconfig&) const { return sizeInWords<wire::Reconfig>(); }
  std::size_t operator()(const GetData& get) const { return sized<wire::GetData>(get.path); }
  std::size_t operator()(const Exists& exists) const { return sized<wire::Exists>(exists.path); }
  std::size_t operator()(const GetAcl& get) const { return sized<wire::GetAcl>(get.path); }
  std::size_t operator()(const GetChildren& get) const {
    return sized<wire::GetChildren>(get.path);
  }
  std::size_t operator()(const ListChildren& list) const {
    return sized<wire::ListChildren>(list.path) + text_words(list.start_after);
  }
  std::size_t operator()(const CountDescendants& count) const {
    return sized<wire::CountDescendants>(count.path);
  }
  std::size_t operator()(const GetEphemerals& get) const {
    return sized<wire::GetEphemerals>(get.prefix);
  }
  std::size_t operator()(const Sync& sync) const { return sized<wire::Sync>(sync.path); }
  std::size_t operator()(const AddWatch& add) const { return sized<wire::AddWatch>(add.path); }
  std::size_t operator()(const CheckWatches& check) const {
    return sized<wire::CheckWatches>(check.path);
  }
  std::size_t operator()(const RemoveWatches& remove) const {
    return sized<wire::RemoveWatches>(remove.path);
  }
  std::size_t operator()(const Authenticate& authenticate) const {
    return sized<wire::Authenticate>(authenticate.scheme) +
           data_words(authenticate.credentials.size());
  }
  std::size_t operator()(const SetWatches& set) const {
    return sizeInWords<wire::SetWatches>() + paths_words(set.data) + paths_words(set.exist) +
           paths_words(set.child) + paths_words(set.persistent) +
           paths_words(set.persistent_recursive);
  }
  std::size_t operator()(const MultiRead& multi) const {
    std::size_t sum =
        sizeInWords<wire::MultiRead>() + list_words<wire::MultiReadOp>(multi.ops.size());
    for (const MultiReadOp& op : multi.ops) sum += std::visit(*this, op);
    return sum;
  }

 private:
  template <class Struct>
  static std::size_t sized(const std::string& text) {
    return sizeInWords<Struct>() + text_words(text);
  }
};

template <class Builder>
void fill_path(Builder out, const std::string& path) {
  if (!path.empty()) out.setPath(to_text(path));
}

void fill(wire::GetData::Builder out, const GetData& get) {
  fill_path(out, get.path);
  out.setWatch(get.watch);
}

void fill(wire::GetChildren::Builder out, const GetChildren& get) {
  fill_path(out, get.path);
  out.setWatch(get.watch);
}

void fill(wire::ListChildren::Builder out, const ListChildren& list) {
  fill_path(out, list.path);
  if (!list.start_after.empty()) out.setStartAfter(to_text(list.start_after));
  out.setLimit(list.limit);
  out.setWithStat(list.with_stat);
  out.setWithData(list.with_data);
  out.setWatch(list.watch);
}

void fill(wire::MultiRead::Builder out, const MultiRead& multi) {
  if (multi.ops.empty()) return;
  auto ops = out.initOps(static_cast<unsigned>(multi.ops.size()));
  for (unsigned i = 0; i < multi.ops.size(); ++i) {
    auto op = ops[i];
    if (const auto* data = std::get_if<GetData>(&multi.ops[i])) fill(op.initGetData(), *data);
    if (const auto* names = std::get_if<GetChildren>(&multi.ops[i])) {
      fill(op.initGetChildren(), *names);
    }
  }
}

void fill(capnp::List<wire::WatchedPath>::Builder out, const std::vector<std::string>& paths) {
  for (unsigned i = 0; i < paths.size(); ++i) fill_path(out[i], paths[i]);
}

void fill(wire::SetWatches::Builder out, const SetWatches& set) {
  const auto size = [](const auto& paths) { return static_cast<unsigned>(paths.size()); };
  out.setRelativeZxid(set.relative_zxid.value);
  if (!set.data.empty()) fill(out.initData(size(set.data)), set.data);
  if (!set.exist.empty()) fill(out.initExist(size(set.exist)), set.exist);
  if (!set.child.empty()) fill(out.initChild(size(set.child)), set.child);
  if (!set.persistent.empty()) fill(out.initPersistent(size(set.persistent)), set.persistent);
  if (!set.persistent_recursive.empty()) {
    fill(out.initPersistentRecursive(size(set.persistent_recursive)), set.persistent_recursive);
  }
}

struct OperationWriter {
  wire::Request::Builder out;

  void operator()(const Refused&) { out.setUnset(); }  // Nobody sends it.
  void operator()(const Ping&) { out.setPing(); }
  void operator()(const WhoAmI&) { out.setWhoAmI(); }
  void operator()(const CloseSession&) { out.setCloseSession(); }
  void operator()(const Reconfig&) { out.initReconfig(); }
  void operator()(const GetData& get) { fill(out.initGetData(), get); }
  void operator()(const GetChildren& get) { fill(out.initGetChildren(), get); }
  void operator()(const SetData& set) { fill_write(out.initSetData(), set); }
  void operator()(const Create& create) { fill_write(out.initCreate(), create); }
  void operator()(const Delete& remove) { fill_write(out.initDelete(), remove); }
  void operator()(const DeleteTree& remove) { fill_write(out.initDeleteTree(), remove); }
  void operator()(const SetAcl& set) { fill_write(out.initSetAcl(), set); }
  void operator()(const Multi& multi) { fill_write(out.initMulti(), multi); }
  void operator()(const ListChildren& list) { fill(out.initListChildren(), list); }
  void operator()(const MultiRead& multi) { fill(out.initMultiRead(), multi); }
  void operator()(const SetWatches& set) { fill(out.initSetWatches(), set); }
  void operator()(const GetAcl& get) { fill_path(out.initGetAcl(), get.path); }
  void operator()(const CountDescendants& count) {
    fill_path(out.initCountDescendants(), count.path);
  }
  void operator()(const Sync& sync) { fill_path(out.initSync(), sync.path); }
  void operator()(const Exists& exists) {
    auto to = out.initExists();
    fill_path(to, exists.path);
    to.setWatch(exists.watch);
  }
  void operator()(const GetEphemerals& get) {
    auto to = out.initGetEphemerals();
    if (!get.prefix.empty()) to.setPrefix(to_text(get.prefix));
  }
  void operator()(const AddWatch& add) {
    auto to = out.initAddWatch();
    fill_path(to, add.path);
    to.setMode(static_cast<wire::WatchMode>(add.mode));
  }
  void operator()(const CheckWatches& check) {
    auto to = out.initCheckWatches();
    fill_path(to, check.path);
    to.setType(static_cast<wire::WatcherType>(check.type));
  }
  void operator()(const RemoveWatches& remove) {
    auto to = out.initRemoveWatches();
    fill_path(to, remove.path);
    to.setType(static_cast<wire::WatcherType>(remove.type));
  }
  void operator()(const Authenticate& authenticate) {
    auto to = out.initAuthenticate();
    if (!authenticate.scheme.empty()) to.setScheme(to_text(authenticate.scheme));
    if (!authenticate.credentials.empty()) to.setCredentials(to_data(authenticate.credentials));
  }
};

std::uint64_t big_endian(std::span<const std::uint8_t, 8> bytes) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = (value << 8) | byte;
  return value;
}

}  // namespace

std::size_t message_words(const Request& request) {
  return 1 + sizeInWords<wire::ClientMessage>() + sizeInWords<wire::Request>() +
         (request.trace ? sizeInWords<wire::TraceContext>() : 0) +
         std::visit(OperationWords{}, request.operation);
}

void fill_request(wire::Request::Builder out, const Request& request) {
  out.setXid(request.xid);
  out.setDeadlineMs(request.deadline_ms);
  if (request.trace) {
    const std::span<const std::uint8_t, 16> trace(request.trace->trace);
    auto to = out.initTrace();
    to.setTraceHigh(big_endian(trace.first<8>()));
    to.setTraceLow(big_endian(trace.last<8>()));
    to.setSpan(big_endian(request.trace->span));
    to.setFlags(request.trace->flags);
  }
  std::visit(OperationWriter{out}, request.operation);
}

}  // namespace quorate::capnp_codec
