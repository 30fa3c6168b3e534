"""Values of Rust as a person writes them, for lldb, which shows how they are laid out.

Tried with what rustc 1.63 and 1.95 build. The formatters that come with a rustc read what that very rustc builds, and take the
variants of some enums for others under lldb 19.
"""

import json
import re

import lldb

# Bytes of a text, parts of a value in its summary, and how deep they may lie in it.
MOST_TEXT = 8192
MOST_PARTS = 20
MOST_DEPTH = 4
# How deep the field lies that marks a variant, and how many fields lie beside it.
MOST_NESTED = 16
MOST_FIELDS = 100
# What has more elements is not initialized yet.
MOST_ELEMENTS = 1 << 40

STANDARD = r"^(?:alloc|std|hashbrown|core)::"
TEXTS = re.compile(STANDARD + r".*?(?:String|PathBuf|OsString)$")
VECTOR = re.compile(STANDARD + r"vec::Vec<")
RING = re.compile(STANDARD + r"(?:\w+::)+VecDeque<")
MAP = re.compile(STANDARD + r"(?:\w+::)+HashMap<")
SET = re.compile(STANDARD + r"(?:\w+::)+HashSet<")
COUNTED = re.compile(STANDARD + r"(?:rc::Rc|sync::Arc)<")
CELL = re.compile(STANDARD + r"cell::(?:Cell|RefCell|UnsafeCell)<")
CAPACITY = re.compile(STANDARD + r"(?:num::niche_types::UsizeNoHighBit|raw_vec::Cap)$")
BYTES = ("unsigned char", "signed char", "char")


def is_known(kind, _):
    return maker(kind) is not None or is_list(kind)


def has_parts(kind, _):
    return maker(kind) is not None


def summary(value, _):
    return described(value.GetNonSyntheticValue(), MOST_DEPTH)


def character(value, _):
    return quoted(chr(value.GetValueAsUnsigned() & 0x1FFFFF), "'")


class Parts:
    """What is within a value, for lldb."""

    def __init__(self, value, _):
        self.value = value.GetNonSyntheticValue()
        self.update()

    def update(self):
        make = maker(self.value.GetType())
        self.parts = make(self.value)
        return False

    def num_children(self):
        return self.parts.count

    def has_children(self):
        return self.parts.count > 0

    def get_child_index(self, name):
        for index in range(min(self.parts.count, MOST_PARTS)):
            if self.parts.at(index).GetName() == name:
                return index
        number = name.strip("[]")
        return int(number) if number.isdigit() else -1

    def get_child_at_index(self, index):
        return self.parts.at(index) if 0 <= index < self.parts.count else None


class Text:
    count = 0

    def __init__(self, value, start, size):
        self.value, self.start, self.size = value, start, size

    def described(self, _):
        wanted = min(self.size, MOST_TEXT)
        if wanted == 0:
            return '""'
        error = lldb.SBError()
        content = self.value.GetProcess().ReadMemory(self.start, wanted, error)
        if not error.Success():
            return "not initialized"
        # A character that was cut is none.
        text = content.decode("utf-8", "ignore" if wanted < self.size else "replace")
        return quoted(text, '"') + ("…" if wanted < self.size else "")


class Elements:
    """A list: each element behind the other, from the `first` on, around the end of the room for them."""

    def __init__(self, value, kind, start, count, room=None, first=0):
        self.value, self.kind, self.start = value, kind, start
        self.size = kind.GetByteSize()
        self.count = count if count < MOST_ELEMENTS and kind.IsValid() else 0
        self.room, self.first = room or max(self.count, 1), first

    def at(self, index):
        place = self.start + (self.first + index) % self.room * self.size
        return self.value.CreateValueFromAddress("[%d]" % index, place, self.kind)

    def described(self, depth):
        return "(%d) [%s]" % (self.count, listed(self, depth))


class Table:
    """What a HashMap holds, and a HashSet: buckets before the bytes that tell which are taken."""

    def __init__(self, value):
        raw = value
        self.is_set = SET.search(value.GetType().GetName()) is not None
        for name in ("base", "map", "table"):
            inner = raw.GetChildMemberWithName(name)
            raw = inner if inner.IsValid() else raw
        self.value = value
        self.kind = raw.GetType().GetTemplateArgumentType(0)
        inner = raw.GetChildMemberWithName("table")
        self.end = pointer(inner.GetChildMemberWithName("ctrl")).GetValueAsUnsigned()
        buckets = number(inner.GetChildMemberWithName("bucket_mask")) + 1
        items = number(inner.GetChildMemberWithName("items"))
        self.taken = []
        if 0 < items <= buckets < MOST_ELEMENTS:
            error = lldb.SBError()
            marks = value.GetProcess().ReadMemory(self.end, min(buckets, 1 << 20), error)
            if error.Success():
                self.taken = [at for at, mark in enumerate(marks) if mark < 0x80]
        self.count = len(self.taken)

    def at(self, index):
        place = self.end - (self.taken[index] + 1) * self.kind.GetByteSize()
        name = "[%d]" % index
        entry = self.value.CreateValueFromAddress(name, place, self.kind)
        return entry.GetNonSyntheticValue().GetChildAtIndex(0).Clone(name) if self.is_set else entry

    def described(self, depth):
        if self.is_set:
            return "(%d) {%s}" % (self.count, listed(self, depth))
        entries = [self.at(index).GetNonSyntheticValue() for index in range(shown(self))]
        texts = [" => ".join(described(one.GetChildAtIndex(side), depth - 1) for side in (0, 1)) for one in entries]
        return "(%d) {%s}" % (self.count, ", ".join(texts + more(self)))


class Fields:
    """A tuple, or what a variant of an enum or a struct holds."""

    def __init__(self, value, title):
        self.value, self.title = value, title
        names = [value.GetChildAtIndex(index).GetName() or "" for index in range(value.GetNumChildren())]
        self.names = [name for name in names if not name.startswith("_marker")]
        self.count = len(self.names)
        self.is_tuple = all(re.match(r"__\d+$", name) for name in self.names)

    def at(self, index):
        name = self.names[index]
        child = self.value.GetChildMemberWithName(name)
        return child.Clone(name[2:]) if self.is_tuple else child

    def described(self, depth):
        if self.count == 0:
            return self.title or "()"
        if self.is_tuple:
            return "%s(%s)" % (self.title, listed(self, depth))
        texts = ["%s: %s" % (self.names[index], described(self.at(index), depth - 1)) for index in range(shown(self))]
        return "%s {%s}" % (self.title, ", ".join(texts + more(self)))


class Held:
    """What is behind a pointer that counts, or in a cell."""

    count = 1

    def __init__(self, value, inner):
        self.value, self.inner = value, inner

    def at(self, _):
        return self.inner.Clone("value")

    def described(self, depth):
        return described(self.inner, depth - 1)


def maker(kind):
    """How the parts of values of a type are found; None where it is shown as it is laid out."""
    name = kind.GetName() or ""
    fields = [kind.GetFieldAtIndex(index).GetName() for index in range(min(kind.GetNumberOfFields(), 3))]
    if fields == ["$variants$"]:
        return variant
    if fields == ["data_ptr", "length"]:
        return fat
    if name.startswith("("):
        return lambda value: Fields(value, "")
    if not re.match(STANDARD, name):
        return None
    for pattern, make in ((TEXTS, owned_text), (VECTOR, vector), (RING, ring), (MAP, Table), (SET, Table), (COUNTED, counted), (CELL, cell)):
        if pattern.search(name):
            return make
    return None


def fat(value):
    """`&str`, `&[T]` and the like."""
    start, count = value.GetChildAtIndex(0), number(value.GetChildAtIndex(1))
    if re.search(r"\bstr\b", value.GetType().GetName()):
        return Text(value, start.GetValueAsUnsigned(), count)
    return Elements(value, start.GetType().GetPointeeType(), start.GetValueAsUnsigned(), count)


def owned_text(value):
    vector = value
    while vector.IsValid() and not VECTOR.search(vector.GetType().GetName() or ""):
        vector = vector.GetChildAtIndex(0).GetNonSyntheticValue()
    return Text(value, pointer(vector).GetValueAsUnsigned(), number(vector.GetChildMemberWithName("len")))


def vector(value):
    count = number(value.GetChildMemberWithName("len"))
    return Elements(value, value.GetType().GetTemplateArgumentType(0), pointer(value).GetValueAsUnsigned(), count)


def ring(value):
    room = number(found(value, "cap"))
    head = number(value.GetChildMemberWithName("head"))
    count, tail = value.GetChildMemberWithName("len"), value.GetChildMemberWithName("tail")
    # Before 1.67 `head` was where the next element would be.
    first, count = (head, number(count)) if count.IsValid() else (number(tail), (head - number(tail)) % max(room, 1))
    return Elements(value, value.GetType().GetTemplateArgumentType(0), pointer(value).GetValueAsUnsigned(), count, room, first)


def counted(value):
    box = pointer(value).Dereference().GetNonSyntheticValue()
    inner = box.GetChildMemberWithName("value")
    return Held(value, inner if inner.IsValid() else box.GetChildMemberWithName("data"))


def cell(value):
    inner = value.GetChildMemberWithName("value").GetNonSyntheticValue()
    return Held(value, inner.GetChildMemberWithName("value") if CELL.search(inner.GetType().GetName() or "") else inner)


def variant(value):
    """The one that an enum is now: the one whose mark it has, else the one that has none."""
    union = value.GetChildAtIndex(0).GetNonSyntheticValue()
    every = [union.GetChildAtIndex(index).GetNonSyntheticValue() for index in range(union.GetNumChildren())]
    numbers = [(one.GetName() or "")[len("$variant$") :] for one in every]
    other = next((one for one, wanted in zip(every, numbers) if wanted == ""), None)
    chosen = other
    for one, wanted in zip(every, numbers):
        mark = one.GetChildMemberWithName("$discr$")
        if wanted.isdigit() and mark.IsValid() and mark.GetValueAsUnsigned() == marked(int(wanted), mark, other):
            chosen = one
    if chosen is None:
        return Fields(union, "…")
    inner = chosen.GetChildMemberWithName("value").GetNonSyntheticValue()
    return Fields(inner, last_name(inner.GetType().GetName() or ""))


def marked(low, mark, other):
    """The mark of a variant, of which lldb 19 has 32 bits: those of a capacity, which no capacity has, have the high bit."""
    if other is None or mark.GetByteSize() < 8:
        return low
    return low | 1 << 63 if lies_in_capacity(other, mark.GetLoadAddress(), MOST_NESTED) else low


def lies_in_capacity(value, address, depth):
    start = value.GetLoadAddress()
    if depth == 0 or not start <= address < start + value.GetByteSize() or value.GetType().IsPointerType():
        return False
    if CAPACITY.search(value.GetType().GetName() or ""):
        return True
    inner = [value.GetChildAtIndex(index).GetNonSyntheticValue() for index in range(min(value.GetNumChildren(), MOST_FIELDS))]
    return any(lies_in_capacity(one, address, depth - 1) for one in inner)


def described(value, depth):
    """What is written for a value."""
    value = value.GetNonSyntheticValue()
    kind = value.GetType()
    if depth <= 0:
        return "…"
    make = maker(kind)
    if make is not None:
        return make(value).described(depth)
    if is_list(kind):
        return "[%s]" % listed(array(value), depth)
    name = kind.GetName() or ""
    if name == "void":
        return "()"
    if name == "char32_t":
        return character(value, None)
    if name in BYTES:
        return str(value.GetValueAsUnsigned() if name == "unsigned char" else value.GetValueAsSigned())
    if value.GetValue() is not None:
        return value.GetValue()
    return Fields(value, last_name(name)).described(depth)


def is_list(kind):
    """An array, but for one that may be a text of C."""
    return kind.IsArrayType() and kind.GetArrayElementType().GetName() != "char"


def array(value):
    kind = value.GetType().GetArrayElementType()
    return Elements(value, kind, value.GetLoadAddress(), value.GetByteSize() // max(kind.GetByteSize(), 1))


def shown(parts):
    return min(parts.count, MOST_PARTS)


def more(parts):
    return ["…"] if parts.count > MOST_PARTS else []


def listed(parts, depth):
    return ", ".join([described(parts.at(index), depth - 1) for index in range(shown(parts))] + more(parts))


def number(value):
    """Whatever it is wrapped in."""
    while value.IsValid() and value.GetNumChildren() > 0:
        value = value.GetNonSyntheticValue().GetChildAtIndex(0)
    return value.GetValueAsUnsigned()


def pointer(value):
    """The first one within."""
    while value.IsValid() and not value.GetType().IsPointerType():
        inner = [value.GetChildMemberWithName(name) for name in ("vec", "buf", "inner", "ptr", "pointer")]
        value = next((one.GetNonSyntheticValue() for one in inner if one.IsValid()), value.GetChildAtIndex(0).GetNonSyntheticValue())
    return value


def found(value, name):
    """The first of this name within the room of a list."""
    buffer = value.GetChildMemberWithName("buf").GetNonSyntheticValue()
    direct = buffer.GetChildMemberWithName(name)
    return direct if direct.IsValid() else buffer.GetChildMemberWithName("inner").GetChildMemberWithName(name)


def last_name(name):
    """`Some` of `core::option::Option<&str>::Some<&str>`."""
    plain, deep = "", 0
    for letter in name:
        deep += {"<": 1, ">": -1}.get(letter, 0)
        plain += letter if deep == 0 and letter != ">" else ""
    return plain.split("::")[-1]


def quoted(text, mark):
    inside = json.dumps(text, ensure_ascii=False)[1:-1].replace('\\"', '"')
    return mark + inside.replace(mark, "\\" + mark) + mark
