// An image as a snapshot store would keep it: records by key, brought forward by seals.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/base/check.h"
#include "core/tree/state.h"

namespace quorate::test {

struct ImageStore {
  std::map<std::uint32_t, Acl> acls;
  std::map<SessionId, Session> sessions;
  std::optional<EnsembleSettings> settings;
  std::map<std::string, ImageNode> nodes;
  std::map<std::string, Blob> data;
  Zxid zxid;
  std::int64_t time_ms = 0;
  std::uint64_t digest = 0;
  friend bool operator==(const ImageStore&, const ImageStore&) = default;

  void merge(const ImageChanges& sealed) {
    for (const ImageChange& change : sealed.changes) {
      std::visit([this](const auto& record) { take(record); }, change);
    }
    zxid = sealed.zxid;
    time_ms = sealed.time_ms;
    digest = sealed.digest;
  }

  Status load(State& state) const {
    if (settings) {
      if (Status s = state.load(ImageSettings{*settings}); !s.ok()) return s;
    }
    for (const auto& [id, acl] : acls) {
      if (Status s = state.load(ImageAcl{id, acl}); !s.ok()) return s;
    }
    for (const auto& [id, session] : sessions) {
      if (Status s = state.load(ImageSession{id, session}); !s.ok()) return s;
    }
    for (const auto& [path, node] : nodes) {
      if (Status s = state.load(node); !s.ok()) return s;
    }
    for (const auto& [path, bytes] : data) {
      if (Status s = state.load(ImageData{path, bytes}); !s.ok()) return s;
    }
    return state.finish_load(zxid, time_ms, digest);
  }

 private:
  void take(const ImageNode& record) { nodes[record.path] = record; }
  void take(const ImageData& record) { data[record.path] = record.data; }
  void take(const ImageAcl& record) { acls[record.id] = record.acl; }
  void take(const ImageSession& record) { sessions[record.id] = record.session; }
  void take(const ImageSettings& record) { settings = record.settings; }
  void take(const ImageNodeGone& record) {
    check(nodes.erase(record.path) == 1, "only what is in the image is taken out of it");
    data.erase(record.path);
  }
  void take(const ImageDataGone& record) {
    check(data.erase(record.path) == 1, "only what is in the image is taken out of it");
  }
  void take(const ImageAclGone& record) {
    check(acls.erase(record.id) == 1, "only what is in the image is taken out of it");
  }
  void take(const ImageSessionGone& record) {
    check(sessions.erase(record.id) == 1, "only what is in the image is taken out of it");
  }
};

}  // namespace quorate::test
