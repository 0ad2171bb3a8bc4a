#include "actors/console/page_files.h"

#include <fmt/format.h>

#include <array>
#include <span>
#include <utility>

#include "core/base/hash.h"

namespace quorate {
namespace {

std::string type_of(std::string_view path) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> types{{
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".svg", "image/svg+xml"},
      {".json", "application/json"},
      {".png", "image/png"},
      {".woff2", "font/woff2"},
  }};
  for (const auto& [ending, type] : types)
    if (path.ends_with(ending)) return std::string(type);
  return "application/octet-stream";
}

/// As browsers send it: none of them asks for "gzip;q=0".
bool takes_gzip(const HttpRequest& request) {
  return request.header("accept-encoding").find("gzip") != std::string_view::npos;
}

}  // namespace

PageFiles::PageFiles(std::span<const EmbeddedFile> files) {
  for (const EmbeddedFile& file : files) {
    const std::uint64_t hash = hash64(file.plain);
    File made{std::make_shared<const std::string>(file.plain),
              std::make_shared<const std::string>(file.packed), type_of(file.path),
              fmt::format("\"{:016x}\"", hash)};
    if (file.path == "/index.html") files_.emplace("/", made);
    files_.emplace(file.path, std::move(made));
  }
}

HttpResponse PageFiles::answer(const HttpRequest& request) const {
  HttpResponse response;
  const auto found = files_.find(request.path);
  if (found == files_.end()) {
    response.status = 404;
    response.type = "text/plain; charset=utf-8";
    response.body = std::make_shared<const std::string>(
        files_.empty() ? "this server was built without the page; its API is at /api/v1\n"
                       : "there is no such file\n");
    return response;
  }
  const File& file = found->second;
  response.headers = {
      {"ETag", file.etag}, {"Cache-Control", "no-cache"}, {"Vary", "Accept-Encoding"}};
  if (request.header("if-none-match") == file.etag) {
    response.status = 304;
    return response;
  }
  response.type = file.type;
  const bool packed = takes_gzip(request);
  if (packed) response.headers.emplace_back("Content-Encoding", "gzip");
  response.body = packed ? file.packed : file.plain;
  return response;
}

}  // namespace quorate
