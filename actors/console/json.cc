#include "actors/console/json.h"

#include <openssl/evp.h>

#include "config/words.h"

namespace quorate {
namespace {

/// Where text may be cut: in front of a character.
std::string_view cut_text(std::string_view text) {
  if (text.size() <= shown_data_max) return text;
  std::size_t end = shown_data_max;
  while (end > shown_data_max - 4 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U)
    --end;
  return text.substr(0, end);
}

}  // namespace

std::string to_text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string base64_of(std::string_view bytes) {
  // With room for the zero that is written behind it.
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                     reinterpret_cast<const unsigned char*>(bytes.data()),
                                     static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

Json data_json(const Blob& data) {
  if (data.is_null()) return nullptr;
  const std::string_view text = cut_text(data.text());
  if (words::is_utf8(text)) return std::string(text);
  return Json{{"base64", base64_of(data.text().substr(0, shown_data_max))}};
}

}  // namespace quorate
