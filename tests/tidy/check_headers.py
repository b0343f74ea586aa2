#!/usr/bin/env python3
"""Every public header compiles alone, as strict C99 and as C++17.

check_headers.py SOURCE_DIR   prints what the compilers say
check_headers.py --self-test  sees that bad headers are refused

CC and CXX name the compilers. Without a C++ compiler the C part still runs,
and the exit status is 77 (skipped).
"""
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SKIPPED = 77
WARNINGS = ["-pedantic", "-Wall", "-Wextra", "-Wundef", "-Werror",
            "-fsyntax-only"]


def languages():
    cc = os.environ.get("CC") or shutil.which("cc")
    cxx = os.environ.get("CXX") or shutil.which("g++") or \
        shutil.which("clang++")
    if not cc:
        sys.exit("no C compiler; set CC")
    found = [[cc, "-x", "c", "-std=c99", "-Wstrict-prototypes"]]
    if cxx:
        found.append([cxx, "-x", "c++", "-std=c++17"])
    return found


def check_header(root, name, command):
    # twice, so that a missing guard is seen as well
    source = f"#include <{name}>\n#include <{name}>\nint tw_alone;\n"
    run = subprocess.run(command + WARNINGS + ["-I", str(root / "include"),
                                               "-"],
                         input=source, capture_output=True, text=True)
    return run.stderr if run.returncode else ""


def check_tree(root):
    wrong = []
    headers = sorted((root / "include").rglob("*.h"))
    for header in headers:
        name = header.relative_to(root / "include").as_posix()
        for command in languages():
            said = check_header(root, name, command)
            if said:
                wrong.append(f"include/{name}: as {command[2]} "
                             f"({command[3]}):\n{said}")
    if not headers:
        wrong.append(f"{root}: no headers under include")
    return wrong


GOOD = "#ifndef G_H\n#define G_H\n#include <stdint.h>\n" \
    "struct g { uint32_t a; };\n#endif\n"
BAD = {
    "leans on another header": "#ifndef B_H\n#define B_H\n"
                               "uint32_t f(void);\n#endif\n",
    "no guard": "struct b { int a; };\n",
    "an extension": "#ifndef B_H\n#define B_H\n"
                    "struct b { struct { int a; }; };\n#endif\n",
    "a C++ word": "#ifndef B_H\n#define B_H\nint f(int class);\n#endif\n",
    "an unknown include": "#include <trunkwise/no_such.h>\n",
}


def self_test():
    wrong = []
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        (root / "include").mkdir()
        header = root / "include" / "h.h"
        header.write_text(GOOD)
        wrong += check_tree(root)
        for what, text in BAD.items():
            if what == "a C++ word" and len(languages()) < 2:
                continue
            header.write_text(text)
            if not check_tree(root):
                wrong.append(f"not refused: {what}")
        header.unlink()
        if not check_tree(root):
            wrong.append("not refused: an empty tree")
    return wrong


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: check_headers.py SOURCE_DIR | --self-test")
    wrong = self_test() if sys.argv[1] == "--self-test" else \
        check_tree(Path(sys.argv[1]))
    if wrong:
        print("\n".join(wrong))
        sys.exit(1)
    if len(languages()) < 2:
        print("SKIPPED: no C++ compiler; install g++ or set CXX")
        sys.exit(SKIPPED)
    print("ok")


if __name__ == "__main__":
    main()
