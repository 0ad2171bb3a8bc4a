#include "client/cli/top/screen.h"

#define NCURSES_WIDECHAR 1
#define NCURSES_NOMACROS 1
#include <ncurses.h>

#include <clocale>
#include <cstdio>
#include <cwchar>

namespace quorate::cli {
namespace {

int attribute_of(Style style) {
  switch (style) {
    case Style::heading:
      return A_BOLD;
    case Style::dim:
      return A_DIM;
    case Style::good:
      return COLOR_PAIR(1);
    case Style::warn:
      return COLOR_PAIR(2);
    case Style::bad:
      return COLOR_PAIR(3) | A_BOLD;
    case Style::normal:
      break;
  }
  return A_NORMAL;
}

std::optional<KeyKind> special_key(wint_t code) {
  switch (code) {
    case KEY_UP:
      return KeyKind::up;
    case KEY_DOWN:
      return KeyKind::down;
    case KEY_PPAGE:
      return KeyKind::page_up;
    case KEY_NPAGE:
      return KeyKind::page_down;
    case KEY_HOME:
      return KeyKind::home;
    case KEY_BACKSPACE:
      return KeyKind::erase;
    case KEY_ENTER:
      return KeyKind::enter;
    default:
      return std::nullopt;
  }
}

std::optional<Key> typed_key(wint_t code) {
  if (code == '\t') return Key{KeyKind::tab, ""};
  if (code == '\r' || code == '\n') return Key{KeyKind::enter, ""};
  if (code == 27) return Key{KeyKind::escape, ""};
  if (code == 127 || code == 8) return Key{KeyKind::erase, ""};
  if (code < 32) return std::nullopt;
  std::mbstate_t state{};
  std::string text(MB_CUR_MAX, '\0');
  const std::size_t length = std::wcrtomb(text.data(), static_cast<wchar_t>(code), &state);
  if (length == static_cast<std::size_t>(-1)) return std::nullopt;
  text.resize(length);
  return Key{KeyKind::text, text};
}

}  // namespace

Screen::Screen() {
  // Names are UTF-8, whatever the terminal is said to speak; where it is not, they are cut up, but
  // nothing else is.
  if (std::setlocale(LC_CTYPE, "") == nullptr || MB_CUR_MAX == 1)
    std::setlocale(LC_CTYPE, "C.UTF-8");
  ::set_escdelay(25);
  // Unlike initscr(), this does not end the process where it does not know the terminal.
  if (::newterm(nullptr, stdout, stdin) == nullptr) return;
  open_ = true;
  ::cbreak();
  ::noecho();
  ::nonl();
  ::keypad(stdscr, TRUE);
  ::curs_set(0);
  if (::has_colors()) {
    ::start_color();
    ::use_default_colors();
    ::init_pair(1, COLOR_GREEN, -1);
    ::init_pair(2, COLOR_YELLOW, -1);
    ::init_pair(3, COLOR_RED, -1);
  }
}

Screen::~Screen() {
  if (open_) ::endwin();
}

Size Screen::size() const {
  return {static_cast<std::size_t>(std::max(0, getmaxy(stdscr))),
          static_cast<std::size_t>(std::max(0, getmaxx(stdscr)))};
}

void Screen::show(const std::vector<Line>& lines) {
  ::werase(stdscr);
  for (std::size_t row = 0; row < lines.size(); ++row) {
    if (::wmove(stdscr, static_cast<int>(row), 0) == ERR) break;
    for (const Span& span : lines[row]) {
      ::wattrset(stdscr, attribute_of(span.style));
      ::waddnstr(stdscr, span.text.data(), static_cast<int>(span.text.size()));
    }
  }
  ::wattrset(stdscr, A_NORMAL);
  ::wrefresh(stdscr);
}

std::optional<Key> Screen::read_key(std::chrono::milliseconds wait) {
  ::wtimeout(stdscr, static_cast<int>(wait.count()));
  wint_t code = 0;
  const int kind = ::wget_wch(stdscr, &code);
  if (kind == ERR) return std::nullopt;
  if (kind == OK) return typed_key(code);
  const auto special = special_key(code);
  return special ? std::optional<Key>(Key{*special, ""}) : std::nullopt;
}

}  // namespace quorate::cli
