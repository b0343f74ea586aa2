# Debian packages and how they are installed. To be sourced by a POSIX shell.
#
# Decides which packages a step needs and installs only what is missing.
# Refuses to start any daemon: while apt-get runs, a policy-rc.d answers 101
# ("not now") to every service, and what stood there before comes back.

# To build the libraries, the bindings and the examples.
packages_build="gcc libc6-dev cmake ninja-build pkgconf swig python3 \
python3-dev libre-dev libssl-dev libsqlite3-dev libexpat1-dev zlib1g-dev \
tzdata"

# What the demonstration adds: the report as a spreadsheet.
packages_demo="$packages_build python3-xlsxwriter"

# What the tests add: frameworks, SIP peers, other compilers and readers.
packages_test="$packages_demo g++ clang libclang-rt-dev clang-tidy valgrind \
libcmocka-dev python3-pytest python3-pytest-xdist python3-hypothesis \
python3-openpyxl python3-numpy sip-tester kamailio kamailio-extra-modules \
kamailio-tls-modules kamailio-sqlite-modules kamailio-outbound-modules \
baresip-core openssl \
abigail-tools sqlite3 libcsv-dev prometheus python3-prometheus-client"

# Names of a list that are not installed, one a line.
packages_missing() {
	for package_name in $1; do
		case $(dpkg-query -W -f '${Status}' "$package_name" \
			2>/dev/null) in
		"install ok installed") ;;
		*) echo "$package_name" ;;
		esac
	done
}

# Runs as root; the rest of this file never needs to be.
packages_as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null 2>&1; then
		sudo "$@"
	else
		return 126
	fi
}

# One root shell does it all, so that its trap puts the policy back whatever
# happens in between; DPkg and we would else race for the file.
packages_root_script='
set -eu
policy=/usr/sbin/policy-rc.d
kept=
if [ -e "$policy" ] || [ -L "$policy" ]; then
	kept=$(mktemp -d "$policy.kept.XXXXXX")
	mv "$policy" "$kept/policy"
fi
restore() {
	rm -f "$policy"
	if [ -n "$kept" ]; then
		mv "$kept/policy" "$policy"
		rmdir "$kept"
	fi
}
trap restore EXIT
trap "exit 130" INT
trap "exit 143" TERM HUP
printf "#!/bin/sh\nexit 101\n" >"$policy"
chmod 755 "$policy"
export DEBIAN_FRONTEND=noninteractive
if ! apt-get install -q -y --no-install-recommends "$@"; then
	apt-get update -q
	apt-get install -q -y --no-install-recommends "$@"
fi
'

# packages_install LIST: 0 when all of it is there afterwards.
packages_install() {
	packages_wanted=$(packages_missing "$1")
	[ -n "$packages_wanted" ] || return 0
	packages_wanted=$(echo $packages_wanted)
	if ! command -v apt-get >/dev/null 2>&1; then
		echo "missing packages: $packages_wanted" >&2
		echo "this system has no apt-get: install what they are" \
			"called here, then run again" >&2
		return 1
	fi
	echo "installing: $packages_wanted"
	packages_status=0
	packages_as_root /bin/sh -c "$packages_root_script" packages \
		$packages_wanted || packages_status=$?
	case $packages_status in
	0) ;;
	126)
		echo "missing packages: $packages_wanted" >&2
		echo "neither root nor sudo here; as root run: apt-get" \
			"install --no-install-recommends $packages_wanted" >&2
		return 1
		;;
	*)
		echo "apt-get could not install: $packages_wanted" >&2
		echo "see its message above; without a network, install" \
			"them by hand, then run again" >&2
		return 1
		;;
	esac
}
