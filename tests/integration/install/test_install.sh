#!/bin/sh
# The installed tree works by itself: hello-trunk builds against it outside
# of ours, once by CMake and once by pkg-config, and P/bin/trunkwise answers.
# usage: test_install.sh BUILD_DIR SOURCE_DIR CC
set -eu
build=$1 source=$2 cc=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
p=$work/prefix
unset LD_LIBRARY_PATH PYTHONPATH PKG_CONFIG_PATH CMAKE_PREFIX_PATH || true

fail() { echo "FAILED: $*" >&2; exit 1; }

cmake --install "$build" --prefix "$p" >"$work/install.log" ||
	{ grep -v "^-- Inst" "$work/install.log"; fail "cmake --install"; }
[ -f "$p/include/trunkwise/libre.h" ] || fail "headers are not installed"
pc=$(dirname "$(find "$p" -name trunkwise-sip.pc)")
lib=$(dirname "$pc")

# Says how to use it, and refuses a registrar that is no address.
try() {
	code=0
	LD_LIBRARY_PATH=$lib "$1" 2>"$work/err" || code=$?
	[ $code -eq 2 ] || fail "$1 without arguments exits $code, not 2"
	grep -q '^usage: ' "$work/err" || fail "$1 shows no usage"
	code=0
	LD_LIBRARY_PATH=$lib "$1" nonsense user "$work/secret" 2>"$work/err" ||
		code=$?
	[ $code -eq 1 ] || fail "$1 with a bad registrar exits $code, not 1"
	grep -q '^registrar: ' "$work/err" || fail "$1 names no field"
}

echo secret >"$work/secret"
cp -R "$source/examples/hello-trunk" "$work/hello"
cmake -G Ninja -S "$work/hello" -B "$work/hello/build" -DCMAKE_PREFIX_PATH="$p" \
	-DCMAKE_C_COMPILER="$cc" >"$work/cmake.log" 2>&1 &&
cmake --build "$work/hello/build" >>"$work/cmake.log" 2>&1 ||
	{ cat "$work/cmake.log"; fail "find_package build"; }
try "$work/hello/build/hello-trunk"

PKG_CONFIG_PATH=$pc
export PKG_CONFIG_PATH
# As written in hello-trunk's README.md.
# shellcheck disable=SC2046
"$cc" -DHAVE_INTTYPES_H -DHAVE_STDBOOL_H -DHAVE_INET6 -DUSE_OPENSSL \
	"$work/hello/main.c" -o "$work/hello-pc" \
	$(pkg-config --cflags --libs trunkwise-sip libre) ||
	fail "pkg-config build"
try "$work/hello-pc"

if [ -e "$p/bin/trunkwise" ]; then
	python=$(cd / && "$p/bin/trunkwise" --python-path) ||
		fail "trunkwise --python-path"
	[ -d "$python/trunkwise" ] ||
		fail "--python-path prints $python, no package there"
	(cd / && "$p/bin/trunkwise" --help) >"$work/help" ||
		fail "trunkwise --help"
	grep -qi usage "$work/help" || fail "--help shows no usage"
	(cd / && PYTHONPATH=$python /usr/bin/python3 -B -c \
		'import trunkwise') || fail "import trunkwise"
else
	echo "bin/trunkwise was not built: its part is left out"
fi
echo "installed tree works"
