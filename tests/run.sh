#!/bin/sh
# Installs what the tests need, builds, runs every test: workflow `check`, then
# `asan`; --long adds `tsan`, `fuzz` and the soaks. Stops at the first error
# and says the mend. Ends with one line: N passed, N failed, N skipped.
set -eu

cd "$(dirname "$0")/.."
. examples/common/packages.sh

long=
case "${1-}" in
"") ;;
--long) long=1 ;;
*)
	echo "usage: sh tests/run.sh [--long]" >&2
	exit 2
	;;
esac

logs=build/logs
mkdir -p "$logs"
passed=0
failed=0
skipped=0

# Adds the figures that ctest closed a workflow's log with.
count() {
	total=$(sed -n 's/^[0-9]*% tests passed, .* out of \([0-9]*\).*/\1/p' \
		"$1" | tail -n 1)
	bad=$(sed -n 's/^[0-9]*% tests passed, \([0-9]*\) tests* failed.*/\1/p' \
		"$1" | tail -n 1)
	not_run=$(grep -c '^[ ]*[0-9]*/[0-9]* Test .*\*\*\*Skipped' "$1" ||
		true)
	[ -n "$total" ] || return 1
	passed=$((passed + total - bad - not_run))
	failed=$((failed + bad))
	skipped=$((skipped + not_run))
}

workflow() {
	echo "== tests: workflow $1 (log: $logs/$1.log)"
	status=$logs/$1.status
	{
		code=0
		cmake --workflow --preset "$1" || code=$?
		echo "$code" >"$status"
	} 2>&1 | tee "$logs/$1.log"
	if ! count "$logs/$1.log"; then
		echo "the build of $1 stopped before any test ran; the first" \
			"error above says why" >&2
		exit 1
	fi
	if [ "$(cat "$status")" -ne 0 ]; then
		echo "failed tests are listed above; one alone: ctest" \
			"--preset $1 -R NAME --output-on-failure" >&2
		echo "$passed passed, $failed failed, $skipped skipped"
		exit 1
	fi
}

echo "== packages"
packages_install "$packages_test"
export CMAKE_BUILD_PARALLEL_LEVEL="${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}"
if [ -n "$long" ]; then
	TW_TEST_LONG=1
	export TW_TEST_LONG
fi
workflow check
workflow asan
[ -z "$long" ] || workflow tsan
[ -z "$long" ] || workflow fuzz
echo "$passed passed, $failed failed, $skipped skipped"
