"""Says which programs are worth a debugger."""

import os
import struct

GO_NOTE = b"\x04\0\0\0Go\0\0"
HEAD = 16_384
SYMBOL_TABLE = 2
# Of the table of sections, in bytes. One has 64; programs have some dozens of them.
MOST_TABLE = 1 << 20


def has_symbols(file, head):
    """Whether an ELF file has a symbol table: what is to be seen of one that has none is not worth a debugger."""
    wide, order = head[4] == 2, "<" if head[5] == 1 else ">"
    table, size, count = (
        struct.unpack_from(order + "Q10xHH", head, 40)
        if wide
        else struct.unpack_from(order + "I10xHH", head, 32)
    )
    # Behind the table's place: flags and the sizes of the header and of what it has of segments.
    sections = os.pread(file.fileno(), min(size * count, MOST_TABLE), table)
    return any(
        struct.unpack_from(order + "I", sections, at + 4)[0] == SYMBOL_TABLE
        for at in range(0, len(sections) - 8, size)
    )


def why_not(pid, language):
    """Why a program is not one to be debugged; None where it is."""
    try:
        with open(f"/proc/{pid}/exe", "rb") as file:
            head = file.read(HEAD)
            if head[:4] != b"\x7fELF":
                return "it is no program of this kind"
            if language == "go" and GO_NOTE not in head:
                return "it is no program of Go"
            return None if has_symbols(file, head) else "it has no symbols"
    # The kernel runs a program whatever it says of its sections.
    except (OSError, struct.error, LookupError, OverflowError, ValueError):
        return "it cannot be looked at"


def program_of(pid):
    """Its path, or its name where that is not ours to see."""
    try:
        return os.readlink(f"/proc/{pid}/exe")
    except OSError:
        with open(f"/proc/{pid}/comm", encoding="utf-8", errors="surrogateescape") as file:
            return file.read().rstrip("\n")
