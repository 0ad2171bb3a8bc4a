#include "actors/peer_key.h"

#include <sys/stat.h>

#include <cstddef>

#include "config/files.h"

namespace quorate {
namespace {

constexpr std::size_t key_bytes_min = 16;
constexpr const char* white = " \t\r\n";

Error refuse(const std::string& path, const std::string& why) {
  return {ErrorCode::bad_arguments, "peer_key_file " + path + ": " + why};
}

}  // namespace

Result<std::string> read_peer_key(const std::string& path) {
  if (path.empty()) return std::string();
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0 && (info.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return refuse(path, "others than its owner may use it: chmod 600 " + path);
  const auto text = read_small_file(path);
  if (!text) return refuse(path, text.error().text);
  const auto begin = text->find_first_not_of(white);
  const auto end = text->find_last_not_of(white);
  const std::string key =
      begin == std::string::npos ? std::string() : text->substr(begin, end - begin + 1);
  if (key.size() >= key_bytes_min) return key;
  return refuse(path, "the key is shorter than " + std::to_string(key_bytes_min) +
                          " bytes: make one with `openssl rand -hex 32`");
}

}  // namespace quorate
