"""A program in a terminal, for the end-to-end tests."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

from support import BIN, PATIENCE


class Terminal:
    """A program in a pseudo-terminal, and what stands on its screen: text, and how far a cursor is moved."""

    def __init__(self, environment: dict, *arguments: str, size: tuple[int, int] = (24, 100)):
        self.size = size
        self.raw = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execve(str(BIN / "quorate"), ["quorate", "--timeout", "20s", *arguments], environment)
        self.resize(*size)
        self.code: int | None = None

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_) -> None:
        if self.code is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)

    def resize(self, rows: int, columns: int) -> None:
        self.size = (rows, columns)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text: str) -> None:
        os.write(self.fd, text.encode())

    def read(self, seconds: float) -> bool:
        """Whether the program still has the terminal."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return True
        try:
            chunk = os.read(self.fd, 65536)
        except OSError:
            return False
        self.raw += chunk
        return bool(chunk)

    def wait_for(self, *words: str, seconds: float = PATIENCE * 3) -> str:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            alive = self.read(0.1)
            if all(word in self.screen() for word in words):
                return self.screen()
            if not alive:
                break
        raise AssertionError(f"no {words} on:\n{self.screen()}\n{self.raw[-500:]!r}")

    def wait(self) -> int:
        deadline = time.monotonic() + PATIENCE * 3
        while self.read(0.1) and time.monotonic() < deadline:
            done, state = os.waitpid(self.pid, os.WNOHANG)
            if done:
                while self.read(0.05) and select.select([self.fd], [], [], 0)[0]:
                    pass
                self.code = os.waitstatus_to_exitcode(state)
                return self.code
        if time.monotonic() >= deadline:
            os.kill(self.pid, signal.SIGKILL)
        self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.code

    def bytes(self) -> bytes:
        return self.raw

    def screen(self) -> str:
        """As an xterm would show it, as far as the programs under test ask for anything."""
        rows, columns = self.size
        grid = [[" "] * 400 for _ in range(200)]
        row = column = 0
        last = " "
        text = self.raw.decode(errors="replace")
        for found in re.finditer(r"\x1b\[([?>]?[\d;]*)([A-Za-z@`])|\x1b[()][A-Z0-9]|\x1b[=>78cM]|\x1b\][^\x07]*\x07|([\s\S])", text):
            if found.group(3) is not None:
                c = found.group(3)
                if c == "\r":
                    column = 0
                elif c == "\n":
                    row = min(row + 1, 199)
                elif c == "\b":
                    column = max(0, column - 1)
                elif c >= " ":
                    grid[row][min(column, 399)] = last = c
                    column += 1
                continue
            if found.group(2) is None:
                continue
            words, kind = found.group(1), found.group(2)
            if words.startswith(("?", ">")):
                continue
            numbers = [int(word or 0) for word in words.split(";")]
            first = max(1, numbers[0])
            if kind in "Hf":
                row, column = first - 1, (max(1, numbers[1]) - 1 if len(numbers) > 1 else 0)
            elif kind == "A":
                row = max(0, row - first)
            elif kind == "B":
                row += first
            elif kind == "C":
                column += first
            elif kind == "D":
                column = max(0, column - first)
            elif kind in "G`":
                column = first - 1
            elif kind == "d":
                row = first - 1
            elif kind == "J":
                for line in grid[row + 1:] if numbers[0] == 0 else grid:
                    line[:] = [" "] * 400
                grid[row][column:] = [" "] * (400 - column)
            elif kind == "K":
                begin, end = (column, 400) if numbers[0] == 0 else (0, column + 1)
                grid[row][begin:end] = [" "] * (end - begin)
            elif kind == "X":
                grid[row][column:column + first] = [" "] * first
            elif kind == "b":
                for _ in range(first):
                    grid[row][min(column, 399)] = last
                    column += 1
            elif kind == "P":
                del grid[row][column:column + first]
                grid[row] += [" "] * first
            elif kind == "@":
                grid[row][column:column] = [" "] * first
                del grid[row][400:]
            elif kind == "L":
                for _ in range(first):
                    grid.insert(row, [" "] * 400)
                del grid[200:]
            elif kind == "M":
                del grid[row:row + first]
                grid += [[" "] * 400 for _ in range(first)]
        return "\n".join("".join(line[:columns]).rstrip() for line in grid[:rows])
