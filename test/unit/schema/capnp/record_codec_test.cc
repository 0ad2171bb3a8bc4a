#include "schema/capnp/record_codec.h"

#include <capnp/message.h>
#include <capnp/serialize.h>
#include <doctest/doctest.h>

#include <random>

#include "core/commit/commit_limits.h"
#include "core/commit/write_admission.h"
#include "schema/record.capnp.h"
#include "test/support/random_values.h"

namespace quorate::capnp_codec {
namespace {

constexpr std::uint32_t seeds = 200;

std::vector<std::byte> copy_of(const Blob& record) {
  return {record.bytes().begin(), record.bytes().end()};
}

/// A record with whatever message a later or broken writer might have made.
std::vector<std::byte> record_of(capnp::MessageBuilder& message) {
  std::vector<std::byte> record{std::byte{1}};
  REQUIRE(message.getSegmentsForOutput().size() == 1);
  const auto bytes = message.getSegmentsForOutput()[0].asBytes();
  const auto* begin = reinterpret_cast<const std::byte*>(bytes.begin());
  record.insert(record.end(), begin, begin + bytes.size());
  return record;
}

TEST_CASE("every txn is read as it was written") {
  for (std::size_t index = 0; index < std::variant_size_v<TxnBody>; ++index) {
    for (std::uint32_t seed = 0; seed < seeds; ++seed) {
      CAPTURE(index);
      CAPTURE(seed);
      const Txn txn = test::RandomValues(seed).txn(index);
      const auto decoded = decode_txn(encode_txn(txn).bytes());
      REQUIRE(decoded.ok());
      CHECK(*decoded == txn);
    }
  }
}

TEST_CASE("equal txns give equal bytes, whatever was written before") {
  for (std::size_t index = 0; index < std::variant_size_v<TxnBody>; ++index) {
    CAPTURE(index);
    const Blob once = encode_txn(test::RandomValues(7).txn(index));
    (void)encode_txn(test::RandomValues(8).txn(0));
    CHECK(encode_txn(test::RandomValues(7).txn(index)) == once);
    CHECK(encode_txn(*decode_txn(once.bytes())) == once);
  }
}

TEST_CASE("the size of a record is known before it is written") {
  for (std::uint32_t seed = 0; seed < seeds; ++seed) {
    CAPTURE(seed);
    const Txn txn = test::RandomValues(seed).txn(seed % std::variant_size_v<TxnBody>);
    CHECK(encode_txn(txn).size() == txn_bytes(txn.submission));
  }
}

// Admission (core/commit) knows nothing of Cap'n Proto and estimates: if it ever fell short, a
// client could make a server write a record above the format's limit.
TEST_CASE("admission never takes a write for smaller than its record") {
  for (std::size_t index = 0; index < std::variant_size_v<TxnBody>; ++index) {
    for (std::uint32_t seed = 0; seed < seeds; ++seed) {
      CAPTURE(index);
      CAPTURE(seed);
      const Submission submission = test::RandomValues(seed).txn(index).submission;
      CHECK(txn_bytes(submission) <= record_bytes(submission.body, submission.identities));
    }
  }
  CHECK(CommitLimits{}.write_bytes_max <= txn_bytes_max);
}

TEST_CASE("a record begins with its version") {
  CHECK(encode_txn(Txn{}).bytes().front() == std::byte{1});
}

TEST_CASE("a record of a later version is refused as such, one of version 0 as damaged") {
  std::vector<std::byte> record = copy_of(encode_txn(Txn{}));

  record.front() = std::byte{2};
  CHECK(decode_txn(record).code() == ErrorCode::unimplemented);
  CHECK(decode_txn(record).error().text ==
        "a record of version 2; this server reads up to version 1");
  record.front() = std::byte{0};
  CHECK(decode_txn(record).code() == ErrorCode::damaged);
}

TEST_CASE("a kind of txn, of operation or of node from the future is refused as such") {
  capnp::MallocMessageBuilder create;
  create.initRoot<record::Txn>().initCreate().setMode(static_cast<record::CreateMode>(7));
  CHECK(decode_txn(record_of(create)).code() == ErrorCode::unimplemented);

  capnp::MallocMessageBuilder kind;
  kind.initRoot<record::Txn>().setRefused(-1);
  std::vector<std::byte> record = record_of(kind);
  // The union tag follows the server's id, behind four words of numbers and the root pointer.
  REQUIRE(record[1 + 8 + 32 + 4] == std::byte{1});
  record[1 + 8 + 32 + 4] = std::byte{99};
  CHECK(decode_txn(record).code() == ErrorCode::unimplemented);
}

TEST_CASE("a txn or an operation without a kind is damaged") {
  capnp::MallocMessageBuilder unset;
  unset.initRoot<record::Txn>().setUnset();
  CHECK(decode_txn(record_of(unset)).code() == ErrorCode::damaged);

  capnp::MallocMessageBuilder multi;
  multi.initRoot<record::Txn>().initMulti().initOps(2);
  CHECK(decode_txn(record_of(multi)).code() == ErrorCode::damaged);

  capnp::MallocMessageBuilder password;
  password.initRoot<record::Txn>().initCreateSession().initPassword(31);
  CHECK(decode_txn(record_of(password)).code() == ErrorCode::damaged);
}

TEST_CASE("a record that is cut off anywhere is damaged") {
  std::vector<std::byte> record = copy_of(encode_txn(test::RandomValues(3).txn(1)));

  while (!record.empty()) {
    record.pop_back();
    CAPTURE(record.size());
    CHECK(decode_txn(record).code() == ErrorCode::damaged);
  }
}

TEST_CASE("a record above the format's limit is damaged") {
  const std::vector<std::byte> record(txn_bytes_max + 1, std::byte{1});

  CHECK(decode_txn(record).code() == ErrorCode::damaged);
}

TEST_CASE("a large txn is read as it was written") {
  Txn txn;
  txn.submission.body = SetData{"/a", Blob(std::string(4'000'000, 'x')), 3};

  const auto decoded = decode_txn(encode_txn(txn).bytes());

  REQUIRE(decoded.ok());
  CHECK(*decoded == txn);
}

TEST_CASE("records with any byte changed are accepted or refused") {
  std::mt19937 random(1);
  for (std::size_t index = 0; index < std::variant_size_v<TxnBody>; ++index) {
    const std::vector<std::byte> record = copy_of(encode_txn(test::RandomValues(3).txn(index)));
    for (int i = 0; i < 300; ++i) {
      std::vector<std::byte> changed = record;
      changed[random() % changed.size()] = static_cast<std::byte>(random());
      const ErrorCode code = decode_txn(changed).code();
      const bool known =
          code == ErrorCode::ok || code == ErrorCode::damaged || code == ErrorCode::unimplemented;
      CHECK(known);
    }
  }
}

}  // namespace
}  // namespace quorate::capnp_codec
