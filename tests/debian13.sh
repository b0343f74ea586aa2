#!/bin/sh
# The tests on Debian 13, whose libre is 2.0.1, in a chroot that debootstrap
# makes: builds this commit there and runs what the regex names, by default
# all that meets libre. Needs root, a network and 4 GB in DIR, which is kept
# for the next time. Not a part of tests/run.sh.
# usage: sh tests/debian13.sh DIR [CTEST_REGEX]
set -eu
[ $# -ge 1 ] || { echo "usage: sh tests/debian13.sh DIR [CTEST_REGEX]" >&2
	exit 2; }
dir=$1
regex=${2-'registration|unit_sip|unit_trunks|kamailio|tls|dns|gateway|legs|sipp|torture'}
cd "$(dirname "$0")/.."
[ "$(id -u)" -eq 0 ] || { echo "a chroot needs root" >&2; exit 1; }
command -v debootstrap >/dev/null ||
	{ echo "install debootstrap first" >&2; exit 1; }

[ -e "$dir/etc/debian_version" ] ||
	debootstrap --variant=minbase trixie "$dir" \
		http://deb.debian.org/debian
dir=$(cd "$dir" && pwd)
trap 'umount "$dir/dev" "$dir/proc" 2>/dev/null || true' EXIT INT TERM
mountpoint -q "$dir/proc" || mount -t proc proc "$dir/proc"
mountpoint -q "$dir/dev" || mount --bind /dev "$dir/dev"

# the build stays, the sources are this commit's
mkdir -p "$dir/work"
find "$dir/work" -mindepth 1 -maxdepth 1 ! -name build \
	-exec rm -rf {} +
git archive HEAD | tar -x -C "$dir/work"
chroot "$dir" /bin/sh -euc '
	cd /work
	. examples/common/packages.sh
	packages_install "$packages_test"
	dpkg-query -W libre-dev
	cmake --preset dev >/dev/null
	cmake --build --preset dev -- -k 0
	ctest --preset check -R "$1" --output-on-failure
' sh "$regex"
