#include "schema/capnp/image_codec.h"

#include <array>

#include "schema/capnp/fields.h"
#include "schema/capnp/record.h"
#include "schema/capnp/writes.h"

namespace quorate::capnp_codec {
namespace {

using capnp::sizeInWords;

// --- Keys --------------------------------------------------------------------------------------

constexpr char acl_kind = 'a';
constexpr char settings_kind = 'c';
constexpr char session_kind = 's';
constexpr char path_kind = 'z';
constexpr char node_part = 'n';
constexpr char data_part = 't';

void append_big_endian(std::uint64_t value, std::size_t bytes, std::string& out) {
  for (std::size_t i = bytes; i-- > 0;) out += static_cast<char>(value >> (8 * i));
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = (value << 8) | static_cast<std::uint8_t>(byte);
  return value;
}

std::string acl_key(std::uint32_t id) {
  std::string key(1, acl_kind);
  append_big_endian(id, 4, key);
  return key;
}

std::string session_key(SessionId id) {
  std::string key(1, session_kind);
  append_big_endian(static_cast<std::uint64_t>(id.value), 8, key);
  return key;
}

std::string path_key(std::string_view path, char part) {
  std::string key;
  key.reserve(path.size() + 3);
  key += path_kind;
  key += path;
  key += '\0';
  key += part;
  return key;
}

/// The key for people: control bytes and what isn't ASCII in hexadecimal.
std::string shown(std::string_view key) {
  constexpr std::size_t shown_max = 200;
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char character : key.substr(0, shown_max)) {
    const auto byte = static_cast<std::uint8_t>(character);
    if (byte >= 0x20 && byte < 0x7f && character != '\\') {
      text += character;
    } else {
      text += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
    }
  }
  if (key.size() > shown_max) text += "...";
  return text;
}

// --- Values ------------------------------------------------------------------------------------

Blob node_value(const ImageNode& node) {
  return build_record<record::NodeRecord>(1 + sizeInWords<record::NodeRecord>(),
                                          [&](record::NodeRecord::Builder out) {
                                            out.setCzxid(node.czxid.value);
                                            out.setMzxid(node.mzxid.value);
                                            out.setPzxid(node.pzxid.value);
                                            out.setCtimeMs(node.ctime_ms);
                                            out.setMtimeMs(node.mtime_ms);
                                            out.setVersion(node.version);
                                            out.setAversion(node.aversion);
                                            out.setChildrenCreated(node.children_created);
                                            out.setChildrenDeleted(node.children_deleted);
                                            out.setAcl(node.acl);
                                            out.setContainer(node.container);
                                            out.setEphemeralOwner(node.ephemeral_owner.value);
                                            out.setTtlMs(node.ttl_ms);
                                            out.setNullData(node.null_data);
                                          });
}

Status read_node(record::NodeRecord::Reader in, ImageNode& out) {
  out.czxid = Zxid{in.getCzxid()};
  out.mzxid = Zxid{in.getMzxid()};
  out.pzxid = Zxid{in.getPzxid()};
  out.ctime_ms = in.getCtimeMs();
  out.mtime_ms = in.getMtimeMs();
  out.version = in.getVersion();
  out.aversion = in.getAversion();
  out.children_created = in.getChildrenCreated();
  out.children_deleted = in.getChildrenDeleted();
  out.acl = in.getAcl();
  out.container = in.getContainer();
  out.ephemeral_owner = SessionId{in.getEphemeralOwner()};
  out.ttl_ms = in.getTtlMs();
  out.null_data = in.getNullData();
  return {};
}

Blob data_value(const Blob& data) {
  return build_record<record::DataRecord>(
      1 + sizeInWords<record::DataRecord>() + data_words(data.size()),
      [&](record::DataRecord::Builder out) {
        if (!data.empty()) out.setData(to_data(data.bytes()));
      });
}

Blob acl_value(const Acl& acl) {
  return build_record<record::AclRecord>(
      1 + sizeInWords<record::AclRecord>() + acl_words<RecordSchema>(acl),
      [&](record::AclRecord::Builder out) { fill_acl(out, acl); });
}

Blob session_value(const Session& session) {
  return build_record<record::SessionRecord>(
      1 + sizeInWords<record::SessionRecord>() + data_words(session.password.size()),
      [&](record::SessionRecord::Builder out) {
        out.setTimeoutMs(session.timeout_ms);
        out.setPassword(to_data(session.password));
        out.setServer(session.owner.server.value);
        out.setIncarnation(session.owner.incarnation.value);
        out.setConnection(session.owner.connection.value);
        out.setSequence(session.owner.sequence);
      });
}

Status read_session(record::SessionRecord::Reader in, Session& out) {
  out.timeout_ms = in.getTimeoutMs();
  if (!take(in.getPassword(), out.password)) {
    return {ErrorCode::damaged, "a password hash that is not 32 bytes"};
  }
  out.owner = {ServerId{in.getServer()}, Incarnation{in.getIncarnation()},
               ConnectionSerial{in.getConnection()}, in.getSequence()};
  return {};
}

Blob settings_value(const EnsembleSettings& settings) {
  return build_record<record::SettingsRecord>(
      1 + sizeInWords<record::SettingsRecord>() + sizeInWords<record::Settings>(),
      [&](record::SettingsRecord::Builder out) { fill_settings(out.initSettings(), settings); });
}

// --- Changes -----------------------------------------------------------------------------------

struct ChangeWriter {
  std::vector<ImageEntry>& out;

  void operator()(const ImageNode& node) {
    out.push_back({path_key(node.path, node_part), node_value(node)});
  }
  void operator()(const ImageData& data) {
    out.push_back({path_key(data.path, data_part), data_value(data.data)});
  }
  void operator()(const ImageAcl& acl) { out.push_back({acl_key(acl.id), acl_value(acl.acl)}); }
  void operator()(const ImageSession& session) {
    out.push_back({session_key(session.id), session_value(session.session)});
  }
  void operator()(const ImageSettings& settings) {
    out.push_back({std::string(1, settings_kind), settings_value(settings.settings)});
  }
  void operator()(const ImageNodeGone& gone) {
    out.push_back({path_key(gone.path, node_part), {}});
    out.push_back({path_key(gone.path, data_part), {}});
  }
  void operator()(const ImageDataGone& gone) {
    out.push_back({path_key(gone.path, data_part), {}});
  }
  void operator()(const ImageAclGone& gone) { out.push_back({acl_key(gone.id), {}}); }
  void operator()(const ImageSessionGone& gone) { out.push_back({session_key(gone.id), {}}); }
};

Status unknown_key() { return {ErrorCode::damaged, "a key of no known form"}; }

/// `key` without its first byte.
Status read_path_record(std::string_view key, std::span<const std::byte> value, ImageRecord& out) {
  if (key.size() < 3 || key.front() != '/' || key.find('\0') != key.size() - 2) {
    return unknown_key();
  }
  const std::string_view path = key.substr(0, key.size() - 2);
  if (key.back() == node_part) {
    ImageNode& node = out.emplace<ImageNode>();
    node.path = path;
    return read_record<record::NodeRecord>(value, [&](auto in) { return read_node(in, node); });
  }
  if (key.back() == data_part) {
    ImageData& data = out.emplace<ImageData>();
    data.path = path;
    return read_record<record::DataRecord>(value, [&](record::DataRecord::Reader in) {
      take(in.getData(), data.data);
      return Status{};
    });
  }
  return unknown_key();
}

Status read_image(std::string_view key, std::span<const std::byte> value, ImageRecord& out) {
  if (key.empty()) return unknown_key();
  const std::string_view rest = key.substr(1);
  switch (key.front()) {
    case path_kind:
      return read_path_record(rest, value, out);
    case acl_kind: {
      if (rest.size() != 4) return unknown_key();
      ImageAcl& acl = out.emplace<ImageAcl>();
      acl.id = static_cast<std::uint32_t>(big_endian(rest));
      return read_record<record::AclRecord>(value, [&](record::AclRecord::Reader in) {
        read_acl(in.getAcl(), acl.acl);
        return Status{};
      });
    }
    case session_kind: {
      if (rest.size() != 8) return unknown_key();
      ImageSession& session = out.emplace<ImageSession>();
      session.id = SessionId{static_cast<std::int64_t>(big_endian(rest))};
      return read_record<record::SessionRecord>(
          value, [&](auto in) { return read_session(in, session.session); });
    }
    case settings_kind:
      if (!rest.empty()) return unknown_key();
      return read_record<record::SettingsRecord>(value, [&](record::SettingsRecord::Reader in) {
        if (!in.hasSettings()) return Status{ErrorCode::damaged, "settings are missing"};
        read_settings(in.getSettings(), out.emplace<ImageSettings>().settings);
        return Status{};
      });
    default:
      return unknown_key();
  }
}

}  // namespace

void encode_image(const ImageChange& change, std::vector<ImageEntry>& out) {
  std::visit(ChangeWriter{out}, change);
}

Result<ImageRecord> decode_image(std::string_view key, std::string_view value) {
  Result<ImageRecord> result{ImageRecord{}};
  const Status status =
      read_image(key, std::as_bytes(std::span(value.data(), value.size())), result.value());
  if (!status.ok()) {
    result = Error{status.code(), "image record " + shown(key) + ": " + status.error().text};
  }
  return result;
}

}  // namespace quorate::capnp_codec
