#!/usr/bin/env python3
"""Keeps the arrows between rooms pointing down, functions small, and a test
beside every source.

check_rooms.py SOURCE_DIR   prints each violation as file:line: reason
check_rooms.py --self-test  sees that bad trees are refused

It reads C well enough for this house and no better: comments and strings are
blanked, braces are counted. Rules are in docs/architecture.md.
"""
import re
import sys
import tempfile
from pathlib import Path

PURE = {"registration", "distribution", "routing", "rating", "planning"}
# room -> rooms whose private headers it may include, besides its own
BELOW = {
    "base": set(),
    **{room: {"base"} for room in PURE},
    "store": {"base"} | PURE,
    "formats": {"base"} | PURE,
    "accounts": {"base", "store", "formats"} | PURE,
    # libtrunkwise-sip sees the core's public headers only
    "sip": set(),
    "trunks": {"sip"},
}
# library header -> where in src it may be seen
OWNERS = (
    (re.compile(r"re\.h$|re/|re_"), "<re.h> belongs to src/sip",
     lambda path: path.startswith("src/sip/")),
    (re.compile(r"sqlite3"), "<sqlite3.h> belongs to src/store",
     lambda path: path.startswith("src/store/")),
    (re.compile(r"openssl/"), "OpenSSL belongs to src/base/hash.c, "
     "src/base/seal.c, src/sip/tls.c, src/sip/tls_papers, src/sip/tls_staple "
     "and src/sip/tls_why",
     lambda path: path in ("src/base/hash.c", "src/base/seal.c",
                           "src/sip/tls.c", "src/sip/tls_papers.c",
                           "src/sip/tls_papers.h", "src/sip/tls_staple.c",
                           "src/sip/tls_staple.h", "src/sip/tls_why.c",
                           "src/sip/tls_why.h")),
)
NO_FLOAT = {"base", "rating", "routing", "accounts"}
NO_CLOCK = {"base", "accounts"} | PURE
PORTS = {"src/base/clock.c", "src/base/random.c"}
# Programs that run while the library is built.
TOOLS = {"src/store/schema/newest.c"}

FLOAT = re.compile(r"\b(double|float)\b")
CLOCK = re.compile(r"(?<![.>\w])(time|clock|clock_gettime|gettimeofday|"
                   r"rand|random|srand|srandom|arc4random|getrandom)\s*\(")
HOST = re.compile(r"(?<![.>\w])(printf|puts|putchar|perror|exit|_exit|"
                  r"getenv|secure_getenv|setenv|signal|sigaction|system|"
                  r"popen|localtime|gmtime|mktime|setlocale|strtok)\s*\(")
INCLUDE = re.compile(r"^\s*[#%]\s*include\s*([<\"])([^>\"]+)[>\"]")

COLUMNS = 79
FUNCTION_LINES = 70

TOKEN = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|"
                   r"'(?:\\.|[^'\\\n])*'", re.S)


def blank(text, strings):
    """The same text with comments (and strings) as blanks, lines kept."""
    def erase(match):
        token = match.group()
        if token[0] in "\"'" and not strings:
            return token
        return re.sub(r"[^\n]", " ", token)
    return TOKEN.sub(erase, text)


def includes(text):
    for number, line in enumerate(blank(text, False).split("\n"), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1) == "<", match.group(2)


def check_src_include(root, path, angle, name):
    room = path.split("/")[1]
    for pattern, reason, allowed in OWNERS:
        if angle and pattern.match(name) and not allowed(path):
            return reason
    if angle:
        if name.split("/")[0] in BELOW:
            return f'write "{name}": <> is for public headers'
        return None
    if ".." in name.split("/"):
        return "no .. in an include: src/ is the include path"
    if "/" not in name:
        if not (root / path).with_name(name).exists():
            return f'"{name}" is not in this room'
        return None
    target = name.split("/")[0]
    if target == room or target in BELOW.get(room, set()):
        return None
    if target not in BELOW:
        return f'"{name}" is in no room of src; public headers take <>'
    return f"{room} may not include {target} (arrows go down only)"


def check_public_include(angle, name):
    if not angle:
        return "public headers include by <> only"
    if any(pattern.match(name) for pattern, _, _ in OWNERS):
        return f"<{name}> in a public header"
    return None


def check_outer_include(root, path, angle, name):
    """bindings/ and examples/ stand on include/ alone."""
    first = name.split("/")[0]
    if ".." in name.split("/"):
        # examples share ../common; nobody climbs out of his own tree
        home = (root / path.split("/")[0]).resolve()
        target = ((root / path).parent / name).resolve()
        return None if home in target.parents else \
            f"{name} leaves {path.split('/')[0]}/"
    if "/" in name and first in BELOW:
        return f"{name} is private; include public headers"
    if angle:
        examples = path.startswith("examples/")
        if OWNERS[0][0].match(name) and not examples:
            return "<re.h> belongs to src/sip and examples"
        return None
    beside = ((root / path).parent, root / "include", root / "examples",
              root / "examples/common")
    if any((base / name).exists() for base in beside):
        return None
    if list((root / "src").glob(f"*/{name}")):
        return f"{name} is private; include public headers"
    return None


def check_words(path, code):
    room = path.split("/")[1]
    rules = []
    if path not in TOOLS:
        rules.append((HOST, "the library never prints, exits or reads the "
                      "process's state"))
    if room in NO_FLOAT:
        rules.append((FLOAT, "no floating point near money"))
    if room in NO_CLOCK and path not in PORTS:
        rules.append((CLOCK, "clock and randomness come through a port"))
    for number, line in enumerate(code.split("\n"), 1):
        for pattern, reason in rules:
            match = pattern.search(line)
            if match:
                yield number, f"{match.group(1)}: {reason}"


def functions(code):
    """(first line, lines) of each body at the outermost level."""
    code = re.sub(r"^[ \t]*#(?:\\\n|[^\n])*",
                  lambda m: re.sub(r"[^\n]", " ", m.group()), code,
                  flags=re.M)
    depth, line, head, start = 0, 1, "", None
    for char in code:
        if char == "\n":
            line += 1
        if char == "{":
            if depth == 0:
                start = line if head.rstrip().endswith(")") else None
            depth += 1
        elif char == "}":
            depth -= 1
            if depth < 0:
                yield line, None
                return
            if depth == 0:
                if start:
                    yield start, line - start + 1
                head = ""
        elif depth == 0:
            head = "" if char == ";" else head + char
    if depth:
        yield line, None


def check_file(root, path):
    text = (root / path).read_text(encoding="utf-8")
    top = path.split("/")[0]
    in_room = top == "src" and path.count("/") >= 2
    for number, line in enumerate(text.split("\n"), 1):
        if len(line.expandtabs(8)) > COLUMNS and not path.endswith(".i"):
            yield number, f"more than {COLUMNS} columns"
    if in_room and path.split("/")[1] not in BELOW:
        yield 1, "this room is not on any floor; add it to check_rooms.py"
        return
    for number, angle, name in includes(text):
        reason = None
        if in_room:
            reason = check_src_include(root, path, angle, name)
        elif top == "include":
            reason = check_public_include(angle, name)
        elif top in ("bindings", "examples"):
            reason = check_outer_include(root, path, angle, name)
        if reason:
            yield number, reason
    if not in_room:
        return
    code = blank(text, True)
    yield from check_words(path, code)
    for number, length in functions(code):
        if length is None:
            yield number, "braces do not balance over #if branches"
        elif length > FUNCTION_LINES:
            yield number, f"function of {length} lines, more than " \
                f"{FUNCTION_LINES}"


def test_of(path):
    """Where the test of a source stands; None for what is none."""
    parts = path.split("/")
    if parts[0] != "src" or not path.endswith(".c"):
        return None
    return f"tests/unit/{parts[1]}/test_{parts[2]}"


def check_tests(root):
    """A source that only its neighbours' tests pass through is not tested."""
    for file in sorted((root / "src").glob("*/*.c")):
        path = file.relative_to(root).as_posix()
        test = test_of(path)
        if file.parent.name in BELOW and not (root / test).is_file():
            yield f"{path}:1: has no unit test; write {test}"


def check_tree(root):
    found = list(check_tests(root))
    for top in ("src", "include", "bindings", "examples", "tests"):
        for file in sorted((root / top).rglob("*")):
            if file.suffix not in (".c", ".h", ".i") or not file.is_file():
                continue
            path = file.relative_to(root).as_posix()
            found += [f"{path}:{number}: {reason}"
                      for number, reason in check_file(root, path)]
    return found


LONG = "void f(void)\n{\n" + "\tg();\n" * 69 + "}\n"
FITS = "void f(void)\n{\n" + "\tg();\n" * 68 + "}\n"
GOOD = {
    "src/base/base.h": "int f(void);\n",
    "src/rating/a.c": '#include "base/base.h"\n#include "a.h"\n'
                      "/* double, time(0), printf() */\n"
                      'static const char *t = "float rand() {";\n',
    "src/rating/a.h": "#include <trunkwise/base.h>\nstruct a {\n\tint b;\n};"
                      "\n#define TWO(x) { x, \\\n\tx }\n",
    "src/planning/erlang.c": "double load;\n",
    "src/store/s.c": '#include <sqlite3.h>\n#include "rating/a.h"\n' + FITS,
    "src/store/schema/newest.c": 'void f(void) { printf("x"); }\n',
    "src/sip/s.c": '#include <re.h>\n#include "s.h"\n',
    "src/sip/s.h": "\n", "src/sip/tls.c": "#include <openssl/ssl.h>\n",
    "src/base/hash.c": "#include <openssl/evp.h>\n",
    "src/base/clock.c": "long t(void) { return time(0); }\n",
    "src/trunks/t.c": '#include "sip/s.h"\n#include <trunkwise.h>\n',
    "src/accounts/l.c": '#include "formats/csv.h"\n'
                        "int x = a.time(1) + p->time(2) + tw_time(3);\n",
    "include/trunkwise/base.h": "#include <stdint.h>\n",
    "bindings/m.i": "#include <trunkwise/base.h>\n" + "x" * 90 + "\n",
    "examples/common/c.h": "\n",
    "examples/g/m.c": '#include <re.h>\n#include "c.h"\n'
                      '#include "../common/c.h"\n',
    "tests/unit/base/t.c": '#include "base/base.h"\n',
}
BAD = (
    ("src/rating/b.c", '#include "store/db.h"\n', "arrows go down"),
    ("src/rating/b.c", '#include "routing/r.h"\n', "arrows go down"),
    ("src/base/b.c", '#include "rating/a.h"\n', "arrows go down"),
    ("src/store/b.c", '#include "formats/csv.h"\n', "arrows go down"),
    ("src/formats/b.c", '#include "accounts/l.h"\n', "arrows go down"),
    ("src/accounts/b.c", '#include "sip/s.h"\n', "arrows go down"),
    ("src/sip/b.c", '#include "base/base.h"\n', "arrows go down"),
    ("src/trunks/b.c", '#include "base/base.h"\n', "arrows go down"),
    ("src/rating/b.c", '#include "../store/db.h"\n', "no .."),
    ("src/rating/b.c", '#include "db.h"\n', "not in this room"),
    ("src/rating/b.c", "#include <base/base.h>\n", "public headers"),
    ("src/rating/b.c", '#include "trunkwise/base.h"\n', "no room"),
    ("src/attic/b.c", "\n", "not on any floor"),
    ("src/trunks/b.c", "#include <re.h>\n", "belongs to src/sip"),
    ("src/accounts/b.c", "#include <sqlite3.h>\n", "belongs to src/store"),
    ("src/base/b.c", "# include <openssl/evp.h>\n", "OpenSSL belongs"),
    ("src/sip/b.c", "#include <openssl/ssl.h>\n", "OpenSSL belongs"),
    ("src/rating/b.c", "static double d;\n", "no floating point"),
    ("src/base/b.h", "float f(void);\n", "no floating point"),
    ("src/routing/b.c", "long t = time(NULL);\n", "through a port"),
    ("src/distribution/b.c", "int r = rand ();\n", "through a port"),
    ("src/sip/b.c", 'char *h = getenv("HOME");\n', "never prints"),
    ("src/store/b.c", 'void f(void) { printf("x"); }\n', "never prints"),
    ("src/base/b.c", LONG, "function of 71 lines"),
    ("src/base/b.c", "void f(void) {\n", "braces"),
    ("src/base/b.c", "\t" * 9 + "12345678\n", "columns"),
    ("include/trunkwise/b.h", "#include <re.h>\n", "public header"),
    ("include/trunkwise/b.h", '#include "base.h"\n', "by <> only"),
    ("bindings/b.c", '#include "base/base.h"\n', "private"),
    ("bindings/b.i", '%include "rating/a.h"\n', "private"),
    ("bindings/b.c", "#include <re.h>\n", "src/sip and examples"),
    ("examples/g/b.c", '#include "base.h"\n', "private"),
    ("examples/g/b.c", "#include <store/db.h>\n", "private"),
    ("examples/g/b.c", '#include "../../src/x.h"\n', "leaves examples/"),
)


def write(root, path, text):
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")


def self_test():
    wrong = []
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        for path, text in GOOD.items():
            write(root, path, text)
            if test_of(path):
                write(root, test_of(path), "\n")
        wrong += [f"good tree: {line}" for line in check_tree(root)]
        for path, text, reason in BAD:
            write(root, path, text)
            test = test_of(path)
            if test:
                write(root, test, "\n")
            found = check_tree(root)
            if len(found) != 1 or not found[0].startswith(f"{path}:") or \
                    reason not in found[0]:
                wrong.append(f"{path} {text[:40]!r}: {found}")
            (root / path).unlink()
            if test:
                (root / test).unlink()
        write(root, "src/base/b.c", "\n")
        found = check_tree(root)
        if found != ["src/base/b.c:1: has no unit test; write "
                     "tests/unit/base/test_b.c"]:
            wrong.append(f"a source without a test: {found}")
    return wrong


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: check_rooms.py SOURCE_DIR | --self-test")
    if sys.argv[1] == "--self-test":
        found = self_test()
    else:
        root = Path(sys.argv[1])
        if not (root / "src").is_dir():
            sys.exit(f"{root}: no src directory; name the source tree")
        found = check_tree(root)
    print("\n".join(found) if found else "ok")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
