#include "actors/console/audit.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "test/unit/storage/temporary_directory.h"

using namespace quorate;
using namespace quorate::test;
namespace fs = std::filesystem;

namespace {

AuditEntry entry_of(const std::string& act) {
  AuditEntry entry;
  entry.at_ms = 1'700'000'000'000;
  entry.who = "ops";
  entry.role = "admin";
  entry.from = "192.0.2.7";
  entry.act = act;
  entry.target = "/a";
  entry.reason = "because";
  entry.outcome = "ok";
  return entry;
}

std::unique_ptr<AuditLog> opened(const TemporaryDirectory& folder,
                                 std::uint64_t file_bytes_max = AuditLog::default_file_bytes_max) {
  auto log = AuditLog::open(folder.path(), file_bytes_max);
  REQUIRE_MESSAGE(log.ok(), (log.ok() ? "" : log.error().text));
  return *std::move(log);
}

/// No file of the process grows beyond so many bytes, as on a full disk.
class SmallFiles {
 public:
  explicit SmallFiles(std::uint64_t bytes_max) {
    std::signal(SIGXFSZ, SIG_IGN);
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before_) == 0);
    rlimit small = before_;
    small.rlim_cur = bytes_max;
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  }
  SmallFiles(const SmallFiles&) = delete;
  SmallFiles& operator=(const SmallFiles&) = delete;
  ~SmallFiles() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("an entry is a line of JSON with the members of the API") {
  const TemporaryDirectory folder;
  const auto log = opened(folder);
  AuditEntry entry = entry_of("restartActor");
  entry.via = 3;
  entry.text = "done";
  REQUIRE(log->append(entry, true).ok());

  const auto lines = lines_of(folder / "audit.log");
  REQUIRE(lines.size() == 1);
  CHECK(lines[0] ==
        R"({"seq":1,"at_ms":1700000000000,"who":"ops","role":"admin","from":"192.0.2.7","via":3,)"
        R"("act":"restartActor","target":"/a","reason":"because","outcome":"ok","text":"done"})");
  struct stat info {};
  REQUIRE(::stat((folder / "audit.log").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
}

TEST_CASE("hostile texts stay within their line") {
  const TemporaryDirectory folder;
  const auto log = opened(folder);
  AuditEntry entry = entry_of("set");
  entry.target = "/a\n{\"seq\":99}\r\x01\xff\xc3\"\\";
  entry.reason = std::string(100'000, 'x');
  REQUIRE(log->append(entry, false).ok());
  REQUIRE(log->append(entry_of("next"), false).ok());

  const auto lines = lines_of(folder / "audit.log");
  REQUIRE(lines.size() == 2);
  const auto json = nlohmann::json::parse(lines[0]);
  CHECK(json["target"] == "/a\n{\"seq\":99}\r\x01\xef\xbf\xbd\xef\xbf\xbd\"\\");
  CHECK(json["reason"].get<std::string>().size() == 4099);
}

TEST_CASE("entries are numbered on, and the newest are there after a start") {
  const TemporaryDirectory folder;
  for (int start = 0; start < 3; ++start) {
    const auto log = opened(folder);
    for (int i = 0; i < 500; ++i) REQUIRE(log->append(entry_of("act"), false).ok());
  }
  const auto log = opened(folder);
  const auto newest = log->newest(2000);
  REQUIRE(newest.size() == 1000);
  CHECK(newest.front().seq == 1500);
  CHECK(newest.back().seq == 501);
  CHECK(log->newest(2).size() == 2);
  CHECK(log->damaged() == 0);
}

TEST_CASE("what was read back is what was written") {
  const TemporaryDirectory folder;
  AuditEntry entry = entry_of("set");
  entry.via = 2;
  entry.text = "text";
  REQUIRE(opened(folder)->append(entry, false).ok());
  entry.seq = 1;
  CHECK(opened(folder)->newest(1) == std::vector<AuditEntry>{entry});
}

TEST_CASE("entries are found by any of their texts") {
  const TemporaryDirectory folder;
  const auto log = opened(folder);
  REQUIRE(log->append(entry_of("restartActor"), false).ok());
  REQUIRE(log->append(entry_of("stop"), false).ok());
  CHECK(log->newest(10, "restart").size() == 1);
  CHECK(log->newest(10, "192.0.2").size() == 2);
  CHECK(log->newest(1, "192.0.2").front().act == "stop");
  CHECK(log->newest(10, "nothing").empty());
}

TEST_CASE("whoever listens hears of each entry") {
  const TemporaryDirectory folder;
  const auto log = opened(folder);
  std::vector<std::uint64_t> heard;
  log->listen([&](const AuditEntry& entry) { heard.push_back(entry.seq); });
  REQUIRE(log->append(entry_of("a"), false).ok());
  REQUIRE(log->append(entry_of("b"), true).ok());
  CHECK(heard == std::vector<std::uint64_t>{1, 2});
}

TEST_CASE("damaged lines are skipped, and a new entry gets a line of its own") {
  const TemporaryDirectory folder;
  REQUIRE(opened(folder)->append(entry_of("a"), false).ok());
  std::ofstream(folder / "audit.log", std::ios::app)
      << "nonsense\n{\"seq\":-1}\n{\"seq\":7,\"at_ms\":\"x\"}\n[]\n{\"seq\":2,\"at_ms\":1,\"wh";
  {
    const auto log = opened(folder);
    CHECK(log->damaged() == 5);
    CHECK(log->newest(10).size() == 1);
    REQUIRE(log->append(entry_of("b"), false).ok());
  }
  const auto log = opened(folder);
  CHECK(log->damaged() == 5);
  REQUIRE(log->newest(10).size() == 2);
  CHECK(log->newest(1).front().act == "b");
  CHECK(log->newest(1).front().seq == 2);
}

TEST_CASE("a file that has grown large is put aside, and four of those are kept") {
  const TemporaryDirectory folder;
  {
    const auto log = opened(folder, 1000);
    for (int i = 0; i < 100; ++i) REQUIRE(log->append(entry_of("act"), i % 2 == 0).ok());
  }
  for (const char* name :
       {"audit.log", "audit.log.1", "audit.log.2", "audit.log.3", "audit.log.4"}) {
    CAPTURE(name);
    REQUIRE(fs::exists(folder / name));
    CHECK(fs::file_size(folder / name) < 1300);
  }
  CHECK_FALSE(fs::exists(folder / "audit.log.5"));
  // The numbers go on over the files, and the one before the present one is read too.
  const auto log = opened(folder, 1000);
  const auto newest = log->newest(1000);
  CHECK(newest.front().seq == 100);
  CHECK(newest.size() > lines_of(folder / "audit.log").size());
  for (std::size_t i = 1; i < newest.size(); ++i) CHECK(newest[i].seq + 1 == newest[i - 1].seq);
}

TEST_CASE("a folder that is not there, or something else in the file's place, is an error") {
  const TemporaryDirectory folder;
  const auto none = AuditLog::open(folder / "none");
  REQUIRE_FALSE(none.ok());
  CHECK(none.code() == ErrorCode::io_error);
  CHECK(none.error().text.find("none/audit.log") != std::string::npos);
  fs::create_symlink("/dev/null", folder / "audit.log");
  CHECK_FALSE(AuditLog::open(folder.path()).ok());
}

TEST_CASE("what cannot be written is an error, and is not kept") {
  const TemporaryDirectory folder;
  const auto log = opened(folder);
  REQUIRE(log->append(entry_of("a"), true).ok());
  int heard = 0;
  log->listen([&](const AuditEntry&) { ++heard; });

  Status first, second;
  {
    // Some bytes of the entry fit.
    const SmallFiles full(fs::file_size(folder / "audit.log") + 10);
    first = log->append(entry_of("b"), true).status();
    second = log->append(entry_of("b"), false).status();
  }

  CHECK(first.code() == ErrorCode::io_error);
  CHECK(second.code() == ErrorCode::io_error);
  CHECK(log->write_failures() == 2);
  CHECK(heard == 0);
  CHECK(log->newest(10).size() == 1);
  REQUIRE(log->append(entry_of("c"), true).ok());
  const auto again = opened(folder);
  CHECK(again->newest(10) == log->newest(10));
  CHECK(again->newest(1).front().seq == 2);
}

TEST_CASE("an act is one entry, from when it begins to its outcome") {
  const TemporaryDirectory folder;
  {
    const auto log = opened(folder);
    std::vector<std::string> heard;
    log->listen([&](const AuditEntry& entry) {
      heard.push_back(std::to_string(entry.seq) + " " + entry.outcome);
    });
    AuditEntry act = entry_of("stop");
    act.outcome = AuditEntry::begun;
    const auto begun = log->append(act, true);
    REQUIRE(begun.ok());
    REQUIRE(log->append(entry_of("between"), false).ok());
    CHECK(log->newest(10, "stop").front().outcome == "begun");

    act.seq = *begun;
    act.outcome = "ok";
    act.text = "the server stops";
    REQUIRE(log->append_outcome(act, true).ok());
    CHECK(heard == std::vector<std::string>{"1 begun", "2 ok", "1 ok"});
    REQUIRE(log->newest(10).size() == 2);
    CHECK(log->newest(10, "stop") == std::vector<AuditEntry>{act});
  }
  CHECK(lines_of(folder / "audit.log").size() == 3);
  const auto again = opened(folder);
  REQUIRE(again->newest(10).size() == 2);
  CHECK(again->newest(10, "stop").front().text == "the server stops");
  REQUIRE(again->append(entry_of("next"), false).ok());
  CHECK(again->newest(1).front().seq == 3);
}

TEST_CASE("what came of an act is unknown when the server ended before it was noted") {
  const TemporaryDirectory folder;
  AuditEntry act = entry_of("stop");
  act.outcome = AuditEntry::begun;
  REQUIRE(opened(folder)->append(act, true).ok());

  const auto log = opened(folder);
  CHECK(log->newest(1).front().outcome == "unknown");
  CHECK(log->newest(1).front().text.find("ended before") != std::string::npos);

  // The same when only who would have noted it has ended.
  REQUIRE(log->append(act, true).ok());
  CHECK(log->newest(1).front().outcome == "begun");
  log->give_up_begun();
  CHECK(log->newest(1).front().outcome == "unknown");
}

TEST_CASE("an outcome that cannot be written is known until the server ends") {
  const TemporaryDirectory folder;
  {
    const auto log = opened(folder);
    AuditEntry act = entry_of("stop");
    act.outcome = AuditEntry::begun;
    act.seq = log->append(act, true).value();
    act.outcome = "ok";
    {
      const SmallFiles full(fs::file_size(folder / "audit.log"));
      CHECK_FALSE(log->append_outcome(act, true).ok());
    }
    CHECK(log->write_failures() == 1);
    CHECK(log->newest(1).front().outcome == "ok");
  }
  CHECK(opened(folder)->newest(1).front().outcome == "unknown");
}
