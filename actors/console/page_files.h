// Serves the files of the page.
#pragma once

#include <map>
#include <string>

#include "actors/console/embedded_files.h"
#include "actors/http/http_message.h"

namespace quorate {

/// "/" is index.html. Files are told apart by an ETag over their bytes, so that a page that is
/// opened again costs a few hundred bytes, and a new server never meets an old page.
class PageFiles {
 public:
  explicit PageFiles(std::span<const EmbeddedFile> files);

  /// Of a GET or HEAD; 404 when there is no such file.
  [[nodiscard]] HttpResponse answer(const HttpRequest& request) const;

 private:
  struct File {
    SharedBytes plain, packed;
    std::string type;
    std::string etag;
  };
  std::map<std::string, File, std::less<>> files_;
};

}  // namespace quorate
