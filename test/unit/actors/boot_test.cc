// What a start makes of a log, and of the words of a process that died before.
#include "actors/boot.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "schema/capnp/image_codec.h"
#include "schema/capnp/record_codec.h"
#include "storage/files.h"
#include "storage/memory_disk.h"
#include "storage/memory_store.h"
#include "test/unit/storage/temporary_directory.h"

namespace quorate::test {
namespace {

constexpr ServerId self{1};

Zxid at(std::uint32_t counter) { return Zxid::at(Epoch{1}, counter); }

/// A store with creates of /1 to /5 in its log, all but the last known to be committed.
class BootFixture {
 public:
  BootFixture() {
    Boot first = start();
    Promises promises = first.promises;
    promises.accepted_epoch = Epoch{1};
    promises.current_epoch = Epoch{1};
    REQUIRE(first.log->promises().store(promises).ok());
    std::vector<LogRecord> records;
    for (std::uint32_t i = 1; i <= 5; ++i) records.push_back(create(i));
    REQUIRE(first.log->append(records).ok());
    REQUIRE(first.log->sync().ok());
  }

  Boot start() {
    words.reset();
    auto opened = LastWords::open(directory / "last_words");
    REQUIRE(opened.ok());
    words = *std::move(opened);
    MemoryStore store(disk);
    auto booted = boot(store, self, Beginning{}, 1, *words, {}, {may_resync});
    if (!booted) FAIL(booted.error().text);
    return *std::move(booted);
  }

  /// As a process does that breaks while it applies the record.
  void die_at(Zxid zxid) {
    auto opened = LastWords::open(directory / "last_words");
    REQUIRE(opened.ok());
    const ApplyMark::Scope applying(&(*opened)->mark(), zxid);
    (*opened)->speak("a rule");
  }

  TemporaryDirectory directory;
  MemoryDisk disk;
  std::unique_ptr<LastWords> words;
  bool may_resync = false;  ///< There are other servers.

  void append(const std::vector<LogRecord>& records) {
    const Boot started = start();
    REQUIRE(started.log->append(records).ok());
    REQUIRE(started.log->sync().ok());
  }

  /// Why a start is refused.
  Error refusal() {
    words.reset();
    words = *LastWords::open(directory / "last_words");
    MemoryStore store(disk);
    const auto booted = boot(store, self, Beginning{}, 1, *words);
    REQUIRE_FALSE(booted.ok());
    return booted.error();
  }

  /// Whole, but no txn.
  static LogRecord broken(std::uint32_t counter) {
    return {at(counter), Blob(std::string_view("\1not a record, 24 bytes.."))};
  }

  static LogRecord create(std::uint32_t counter) {
    Txn txn;
    txn.zxid = at(counter);
    txn.time_ms = 1'000 + counter;
    txn.committed = counter == 1 ? Zxid{} : at(counter - 1);
    txn.submission.origin = {self, Incarnation{1}, {}, 0};
    Create body;
    body.path = "/" + std::to_string(counter);
    body.acl = open_acl();
    txn.submission.body = body;
    return {txn.zxid, capnp_codec::encode_txn(txn)};
  }
};

TEST_CASE_FIXTURE(BootFixture, "what is known to be committed is applied, the rest is kept aside") {
  const Boot started = start();

  CHECK(started.state.last_applied() == at(4));
  REQUIRE(started.outline.uncommitted.size() == 1);
  CHECK(started.outline.uncommitted.front().zxid() == at(5));
  CHECK(started.outline.ends.back() == started.log->last());
  CHECK_FALSE(started.held);
}

TEST_CASE_FIXTURE(BootFixture, "a crash between a new image and its log: the image counts") {
  {
    Boot started = start();
    // What an image of a leader is installed with, without the last step.
    MemoryStore store(disk);
    auto image = *store.create_image("image-7");
    State state(1);
    std::vector<capnp_codec::ImageEntry> entries;
    for (const ImageChange& change : state.seal().changes)
      capnp_codec::encode_image(change, entries);
    std::vector<ImageWrite> writes;
    for (const auto& entry : entries) writes.push_back({entry.key, entry.value});
    REQUIRE(image->write(writes, {{Zxid::at(Epoch{3}, 9), 77}, 5'000, state.digest()}).ok());
    REQUIRE(image->flush().ok());
    Promises promises = started.promises;
    promises.image_directory = "image-7";
    REQUIRE(started.log->promises().store(promises).ok());
  }
  disk.crash();
  may_resync = true;

  const Boot started = start();

  CHECK(started.state.last_applied() == Zxid::at(Epoch{3}, 9));
  CHECK(started.log->last() == LogPosition{Zxid::at(Epoch{3}, 9), 77});
  CHECK(started.promises.image_directory == "image-7");
  // It cannot know better: until a leader has gone on, it does not count.
  CHECK(started.promises.recovering_to.has_value());
}

TEST_CASE_FIXTURE(BootFixture, "a record that holds no txn, or another one, is named") {
  SUBCASE("no txn") {
    append({broken(6), create(7)});

    const Error error = refusal();

    CHECK(error.code == ErrorCode::damaged);
    CHECK(error.text.starts_with("log record " + to_string(at(6)) + ": "));
  }
  SUBCASE("another txn") {
    append({{at(6), create(7).bytes}});

    const Error error = refusal();

    CHECK(error.code == ErrorCode::damaged);
    CHECK(error.text == "log record " + to_string(at(6)) + " holds the txn " + to_string(at(7)));
  }
}

TEST_CASE_FIXTURE(BootFixture, "behind a deadly record nothing is looked at") {
  append({broken(6)});
  die_at(at(3));
  die_at(at(3));

  const Boot started = start();

  REQUIRE(started.held);
  CHECK(started.held->at.zxid == at(3));
  CHECK(started.log->last().zxid == at(6));
}

TEST_CASE_FIXTURE(BootFixture, "after one death at a record it is applied again") {
  die_at(at(3));

  const Boot started = start();

  CHECK_FALSE(started.held);
  CHECK(started.state.last_applied() == at(4));
}

TEST_CASE_FIXTURE(BootFixture, "after two deaths at a record the server stays before it") {
  const Promises before = start().promises;
  die_at(at(3));
  die_at(at(3));

  const Boot started = start();

  REQUIRE(started.held);
  CHECK(started.held->at.zxid == at(3));
  CHECK(started.held->at == started.log->position_at(at(3)).value());
  CHECK(started.held->words == LastWord{at(3), 2, "a rule"});
  CHECK(started.state.last_applied() < at(3));
  CHECK(started.log->last().zxid == at(5));
  CHECK(started.log->promises().load().value() == before);
}

TEST_CASE_FIXTURE(BootFixture, "the record may be one that is not known to be committed") {
  die_at(at(5));
  die_at(at(5));

  CHECK(start().held->at.zxid == at(5));
}

TEST_CASE_FIXTURE(BootFixture, "deaths at two records are not two at one") {
  die_at(at(3));
  die_at(at(4));

  CHECK_FALSE(start().held);
}

TEST_CASE_FIXTURE(BootFixture,
                  "a record that is not in the log, or in the image, holds up nobody") {
  die_at(at(77));
  die_at(at(77));

  CHECK_FALSE(start().held);
}

TEST_CASE_FIXTURE(BootFixture, "whoever removes the words tries the record again") {
  die_at(at(3));
  die_at(at(3));
  REQUIRE(start().held);
  REQUIRE(remove_all(directory / "last_words").ok());

  CHECK_FALSE(start().held);
}

}  // namespace
}  // namespace quorate::test
