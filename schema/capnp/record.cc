#include "schema/capnp/record.h"

#include <algorithm>

namespace quorate::capnp_codec {

std::span<capnp::word> record_space(std::size_t words) {
  thread_local std::vector<std::uint64_t> scratch;
  if (scratch.capacity() > scratch_words_kept && words < scratch_words_kept) scratch = {};
  if (scratch.size() < words + 1) scratch.resize(words + 1);
  std::fill_n(scratch.begin(), words + 1, 0);
  // The version sits right before the aligned message, so that both are one run of bytes.
  reinterpret_cast<std::uint8_t*>(scratch.data())[sizeof(capnp::word) - 1] = record_version;
  return {reinterpret_cast<capnp::word*>(scratch.data() + 1), words};
}

Result<std::span<const std::byte>> record_body(std::span<const std::byte> bytes) {
  if (bytes.empty()) return {ErrorCode::damaged, "an empty record"};
  const auto version = std::to_integer<std::uint8_t>(bytes.front());
  if (version == 0) return {ErrorCode::damaged, "a record of version 0"};
  if (version > record_version) {
    return {ErrorCode::unimplemented, "a record of version " + std::to_string(version) +
                                          "; this server reads up to version " +
                                          std::to_string(record_version)};
  }
  const std::span<const std::byte> body = bytes.subspan(1);
  if (body.empty() || body.size() % sizeof(capnp::word) != 0) {
    return {ErrorCode::damaged,
            "a record of " + std::to_string(bytes.size()) + " bytes is not whole"};
  }
  return body;
}

void fill_settings(record::Settings::Builder out, const EnsembleSettings& settings) {
  out.setSkipAcl(settings.skip_acl);
  out.setEnforceQuota(settings.enforce_quota);
  out.setExtendedTypes(settings.extended_types);
  out.setMultiOpsMax(settings.multi_ops_max);
  out.setDeleteTreeMax(settings.delete_tree_max);
  out.setFeatureLevel(settings.feature_level);
}

void read_settings(record::Settings::Reader in, EnsembleSettings& out) {
  out.skip_acl = in.getSkipAcl();
  out.enforce_quota = in.getEnforceQuota();
  out.extended_types = in.getExtendedTypes();
  out.multi_ops_max = in.getMultiOpsMax();
  out.delete_tree_max = in.getDeleteTreeMax();
  out.feature_level = in.getFeatureLevel();
}

}  // namespace quorate::capnp_codec
