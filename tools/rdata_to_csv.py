#!/usr/bin/env python3
"""Converts one data set of an installed R package, or of an .rda/.rds file, to CSV without R.

usage: rdata_to_csv.py PACKAGE_DIR|FILE OBJECT --out FILE [--date COLUMN=NEW] [--yymmdd COLUMN=NEW] [--drop NAMES]
                       [--number ID] [--crs]

PACKAGE_DIR  holds data/Rdata.rdx and data/Rdata.rdb (e.g. usr/lib/R/site-library/spData)
OBJECT       a data.frame, tibble or SpatialPointsDataFrame; coordinates become the columns x and y
--date       a column of dates (or of numbers counted in days since 1970-01-01), written as ISO dates under a new name
--yymmdd     a column of numbers such as 960423 (1996-04-23, years 1900 to 1999), written as ISO dates under a new name
--drop       comma-separated columns to leave out
--number     adds a first column of this name with the row number, from 1
--crs        prints the coordinate reference system, if the object carries one, to standard error

Reads R's serialisation format (XDR, versions 2 and 3), strictly: what it does not know is an error, never skipped. Nothing is
evaluated. Missing values become empty fields; factors become their labels. Format: "R Internals", section 1.8 (serialization).
"""

import argparse
import bz2
import csv
import datetime
import gzip
import lzma
import math
import pathlib
import struct
import sys
import zlib


class Unreadable(Exception):
    """The input is not what this reader knows."""


NA_INTEGER = -(2**31)
NA_REAL_LOW_WORD = 1954
MAX_LENGTH = 50_000_000


class Value:
    """One R object: its kind, its elements and its attributes."""

    def __init__(self, kind, items, attributes=None):
        self.kind, self.items, self.attributes = kind, items, attributes or {}

    def strings(self, name):
        found = self.attributes.get(name)
        return found.items if found is not None and found.kind == "character" else []


VECTORS = {10: "logical", 13: "integer", 14: "double", 16: "character", 19: "list", 20: "list", 24: "raw"}
CONSTANTS = {254: "null", 253: "environment", 242: "environment", 241: "environment", 251: "missing", 252: "unbound"}


class Reader:
    """Reads one serialised object from bytes."""

    def __init__(self, data):
        self.data, self.at, self.references, self.depth = data, 0, [], 0

    def take(self, size):
        if size < 0 or self.at + size > len(self.data):
            raise Unreadable(f"the data ends early, at byte {self.at}")
        piece = self.data[self.at:self.at + size]
        self.at += size
        return piece

    def integer(self):
        return struct.unpack(">i", self.take(4))[0]

    def length(self):
        size = self.integer()
        if not 0 <= size <= MAX_LENGTH:
            raise Unreadable(f"a length of {size} at byte {self.at - 4}")
        return size

    def document(self):
        if self.take(2) != b"X\n":
            raise Unreadable("not R serialisation in XDR form")
        version = self.integer()
        self.take(8)  # versions of R that wrote it, and that can read it
        if version == 3:
            self.take(self.length())  # native encoding; the strings say their own
        elif version != 2:
            raise Unreadable(f"serialisation version {version}")
        value = self.item()
        if self.at != len(self.data):
            raise Unreadable(f"{len(self.data) - self.at} bytes after the end of the object")
        return value

    def item(self):
        self.depth += 1
        if self.depth > 500:
            raise Unreadable("objects nested too deeply")
        try:
            return self.dispatch()
        finally:
            self.depth -= 1

    def dispatch(self):
        flags = self.integer()
        kind, has_attributes, has_tag = flags & 0xFF, bool(flags & 0x200), bool(flags & 0x400)
        if kind in CONSTANTS:
            return Value(CONSTANTS[kind], [])
        if kind == 255:
            return self.reference(flags)
        if kind == 1:  # symbol
            return self.remember(Value("symbol", self.item().items))
        if kind in (247, 248, 249):  # persistent object, package, namespace: names only
            return self.remember(self.named_environment())
        if kind == 4:  # environment
            return self.environment()
        if kind in (2, 6):  # pairlist, language
            return self.pairlist(kind, has_attributes, has_tag)
        if kind == 9:
            return self.one_string(flags)
        if kind == 25:  # S4
            return Value("S4", [], self.attribute_list())
        if kind == 238:
            return self.compact()
        if kind not in VECTORS:
            raise Unreadable(f"an object of type {kind} at byte {self.at - 4}")
        value = Value(VECTORS[kind], self.elements(kind))
        if has_attributes:
            value.attributes = self.attribute_list()
        return value

    def elements(self, kind):
        size = self.length()
        if kind in (10, 13):
            return [None if v == NA_INTEGER else v for v in struct.unpack(f">{size}i", self.take(4 * size))]
        if kind == 14:
            return self.doubles(size)
        if kind == 24:
            return list(self.take(size))
        return [self.item().items if kind == 16 else self.item() for _ in range(size)]

    def doubles(self, size):
        raw = self.take(8 * size)
        values = list(struct.unpack(f">{size}d", raw))
        for index, value in enumerate(values):
            if value != value and struct.unpack_from(">I", raw, 8 * index + 4)[0] == NA_REAL_LOW_WORD:
                values[index] = None
        return values

    def one_string(self, flags):
        size = self.integer()
        if size == -1:
            return Value("string", None)
        encoding = "latin-1" if flags >> 12 & 0x4 else "utf-8"
        return Value("string", self.take(size).decode(encoding))

    def remember(self, value):
        self.references.append(value)
        return value

    def reference(self, flags):
        index = (flags >> 8) or self.integer()
        if not 1 <= index <= len(self.references):
            raise Unreadable(f"a reference to object {index}, which is not there")
        return self.references[index - 1]

    def named_environment(self):
        self.integer()  # always 0
        return Value("environment", [self.item().items for _ in range(self.length())])

    def environment(self):
        value = self.remember(Value("environment", []))
        self.integer()  # locked or not
        for _ in range(4):  # enclosure, frame, hash table, attributes
            self.item()
        return value

    def pairlist(self, kind, has_attributes, has_tag):
        """The cells of a pairlist, read in a loop: a long list must not exhaust the stack."""
        cells, attributes = [], {}
        while True:
            if has_attributes:
                attributes = self.attribute_list()
            tag = self.item().items if has_tag else None
            cells.append((tag, self.item()))
            flags = self.integer()
            if flags & 0xFF not in (2, 6):
                self.at -= 4
                tail = self.item()
                if tail.kind != "null":
                    cells.append((None, tail))
                return Value("pairlist" if kind == 2 else "language", cells, attributes)
            has_attributes, has_tag = bool(flags & 0x200), bool(flags & 0x400)

    def attribute_list(self):
        value = self.item()
        if value.kind == "null":
            return {}
        if value.kind != "pairlist":
            raise Unreadable("attributes that are not a pairlist")
        return dict(value.items)

    def compact(self):
        """Version 3 writes some vectors in a compact form (ALTREP): sequences, and wrappers around plain vectors."""
        information, state, attributes = self.item(), self.item(), self.item()
        name = information.items[0][1].items
        if name in ("compact_intseq", "compact_realseq"):
            size, first, step = state.items
            value = Value("integer" if name == "compact_intseq" else "double",
                          [first + step * index for index in range(int(size))])
            if name == "compact_intseq":
                value.items = [int(v) for v in value.items]
        elif name.startswith("wrap_"):
            inner = state.items[0]
            value = inner if isinstance(inner, Value) else inner[1]
        elif name == "deferred_string":
            inner = state.items[0][1] if isinstance(state.items[0], tuple) else state.items[0]
            value = Value("character", [None if v is None else format_number(v) for v in inner.items])
        else:
            raise Unreadable(f"a compact vector of class {name}")
        if attributes.kind == "pairlist":
            value = Value(value.kind, value.items, {**value.attributes, **dict(attributes.items)})
        return value


def unpack_block(block, compression):
    """One entry of an .rdb file: a 4-byte length, then (unless plain zlib) a letter for the compression."""
    size = struct.unpack(">I", block[:4])[0]
    letter, body = (b"1", block[4:]) if compression == 1 else (block[4:5], block[5:])
    if letter == b"1":
        data = zlib.decompress(body)
    elif letter == b"2":
        data = bz2.decompress(body)
    elif letter == b"Z":
        data = lzma.decompress(body, lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA2, "preset": 9}])
    elif letter == b"0":
        data = body
    else:
        raise Unreadable(f"a block compressed by {letter!r}")
    if len(data) != size:
        raise Unreadable(f"a block of {len(data)} bytes that should have {size}")
    return data


def named(value):
    return dict(zip(value.strings("names"), value.items))


def read_from_package(folder, name):
    index = named(Reader(zlib.decompress((folder / "Rdata.rdx").read_bytes(), wbits=47)).document())  # zlib or gzip
    variables = named(index["variables"])
    if name not in variables:
        raise Unreadable(f"no object {name}; there are: {', '.join(sorted(variables))}")
    compression = int(index["compressed"].items[0])
    offset, size = (int(v) for v in variables[name].items)
    with open(folder / "Rdata.rdb", "rb") as file:
        file.seek(offset)
        return Reader(unpack_block(file.read(size), compression)).document()


def read_from_file(path, name):
    data = path.read_bytes()
    for magic, opener in ((b"\x1f\x8b", gzip), (b"BZh", bz2), (b"\xfd7zXZ", lzma)):
        if data.startswith(magic):
            data = opener.decompress(data)
            break
    if data[:5] not in (b"RDX2\n", b"RDX3\n"):
        return Reader(data).document()  # .rds: a single object
    objects = dict(Reader(data[5:]).document().items)
    if name not in objects:
        raise Unreadable(f"no object {name}; there are: {', '.join(sorted(objects))}")
    return objects[name]


def columns_of(value):
    """Name > (values, form of date or None), and the CRS if there is one."""
    if value.kind == "S4" and {"data", "coords"} <= value.attributes.keys():
        columns, _ = columns_of(value.attributes["data"])
        coordinates = value.attributes["coords"]
        rows, width = coordinates.attributes["dim"].items
        if width != 2:
            raise Unreadable(f"coordinates of {width} dimensions")
        columns["x"] = (coordinates.items[:rows], None)
        columns["y"] = (coordinates.items[rows:], None)
        crs = value.attributes.get("proj4string")
        return columns, crs.attributes["projargs"].items[0] if crs else None
    if "data.frame" not in value.strings("class"):
        raise Unreadable(f"an object of kind {value.kind}, class {value.strings('class')}: not a data frame")
    columns = {}
    for name, column in named(value).items():
        classes = column.strings("class")
        if "factor" in classes:
            levels = column.strings("levels")
            columns[name] = ([None if code is None else levels[code - 1] for code in column.items], None)
        elif column.kind in ("logical", "integer", "double", "character"):
            columns[name] = (column.items, "days" if "Date" in classes else None)
        else:
            raise Unreadable(f"column {name} is of kind {column.kind}")
    if len({len(values) for values, _ in columns.values()}) > 1:
        raise Unreadable("columns of different lengths")
    return columns, None


def format_number(value):
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return repr(value)


def date_text(value, form):
    if form == "days":
        return (datetime.date(1970, 1, 1) + datetime.timedelta(days=math.floor(value))).isoformat()
    try:
        return datetime.date(1900 + int(value) // 10000, int(value) // 100 % 100, int(value) % 100).isoformat()
    except ValueError as error:
        raise Unreadable(f"{value} is not a date of the form yymmdd") from error


def field(value, form):
    """One CSV field; `form` is days or yymmdd for a date, None for anything else."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if form:
        return date_text(value, form)
    return value if isinstance(value, str) else format_number(value)


def as_date(columns, rename, form):
    """The same columns in the same order, one of them renamed and marked as a date."""
    old, _, new = rename.partition("=")
    if old not in columns or not new:
        raise Unreadable(f"no column {old} to write as a date, or no new name for it")
    return {new if name == old else name: (values, form if name == old else kept)
            for name, (values, kept) in columns.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("source", type=pathlib.Path)
    parser.add_argument("object")
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--date", action="append", default=[], metavar="COLUMN=NEW")
    parser.add_argument("--yymmdd", action="append", default=[], metavar="COLUMN=NEW")
    parser.add_argument("--drop", default="")
    parser.add_argument("--number", metavar="ID")
    parser.add_argument("--crs", action="store_true")
    options = parser.parse_args()

    folder = options.source / "data" if (options.source / "data").is_dir() else options.source
    value = read_from_package(folder, options.object) if folder.is_dir() else read_from_file(folder, options.object)
    columns, crs = columns_of(value)
    for unwanted in filter(None, options.drop.split(",")):
        if columns.pop(unwanted, None) is None:
            raise Unreadable(f"no column {unwanted} to drop")
    for rename in options.date:
        columns = as_date(columns, rename, "days")
    for rename in options.yymmdd:
        columns = as_date(columns, rename, "yymmdd")
    rows = len(next(iter(columns.values()))[0])
    if options.number:
        columns = {options.number: (range(1, rows + 1), None), **columns}

    partial = options.out.with_name(options.out.name + ".partial")
    with open(partial, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*([field(v, form) for v in values] for values, form in columns.values())))
    partial.replace(options.out)
    if options.crs and crs:
        print(crs, file=sys.stderr)
    print(f"{options.out}: {rows} rows, {len(columns)} columns", file=sys.stderr)


if __name__ == "__main__":
    try:
        main()
    except (Unreadable, OSError, EOFError, zlib.error, lzma.LZMAError, UnicodeDecodeError) as error:
        sys.exit(f"rdata_to_csv: {error}")
    except (LookupError, TypeError, AttributeError, ValueError, struct.error) as error:
        sys.exit(f"rdata_to_csv: the object is damaged, or has another shape than R gives it ({type(error).__name__}: {error})")
