#!/bin/sh
# A month of nine cities, from nothing to the expense report.
#
#   sh examples/nine-cities/run.sh [--lang en|ru] [--seed N] [--jitter-ms N]
#                                  [--base-port N] [--build-dir DIR]
#                                  [--out DIR]
#
# Installs what is missing (Debian packages only), builds, plays the month on
# the loopback interface, accounts it, and checks the sums. Starts no daemon
# and touches nothing outside of this tree but packages. --build-dir takes a
# tree that is built already and skips the first two steps. Run it again at
# will: every run starts with an empty store.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
. "$root/examples/common/packages.sh"

lang=en
seed=1
jitter_ms=0
base_port=25060
month=2026-10
build=
out=$here/out
number=0
steps=6

usage() {
	sed -n '2,/^set -eu/{/^set -eu/d;s/^# \{0,1\}//;p;}' "$0"
}

say() { # ENGLISH RUSSIAN
	if [ "$lang" = ru ]; then echo "$2"; else echo "$1"; fi
}

step() {
	number=$((number + 1))
	printf '\n[%d/%d] ' "$number" "$steps"
	say "$1" "$2"
}

stop() {
	say "stopped: $1" "остановка: $2" >&2
	exit 1
}

is_number() { # TEXT MOST
	case $1 in
	'' | *[!0-9]* | ??????????????????*) return 1 ;;
	esac
	[ "$1" -le "$2" ]
}

while [ $# -gt 0 ]; do
	case $1 in
	--help | -h)
		usage
		exit 0
		;;
	--lang | --seed | --jitter-ms | --base-port | --build-dir | --out)
		[ $# -ge 2 ] || {
			echo "run.sh: $1 needs a value; see --help" >&2
			exit 2
		}
		;;
	*)
		echo "run.sh: $1 is not known; see --help" >&2
		exit 2
		;;
	esac
	case $1 in
	--lang) lang=$2 ;;
	--seed) seed=$2 ;;
	--jitter-ms) jitter_ms=$2 ;;
	--base-port) base_port=$2 ;;
	--build-dir) build=$2 ;;
	--out) out=$2 ;;
	esac
	shift 2
done

bad() {
	echo "run.sh: $1" >&2
	exit 2
}
case $lang in en | ru) ;; *) bad "--lang $lang: write en or ru" ;; esac
is_number "$seed" 99999999999999999 || bad "--seed $seed: write a number"
is_number "$jitter_ms" 10000 || bad "--jitter-ms $jitter_ms: write 0 to 10000"
is_number "$base_port" 65000 && [ "$base_port" -ge 1024 ] ||
	bad "--base-port $base_port: write 1024 to 65000"

if [ -z "$build" ]; then
	build=$root/build/release
	steps=8
	step "packages" "пакеты"
	packages_install "$packages_demo" ||
		stop "install the packages named above, then run again" \
			"установите названные выше пакеты и повторите"
	say "all there" "все на месте"

	step "build (cmake --preset release)" "сборка (cmake --preset release)"
	mkdir -p "$root/build"
	log=$root/build/nine-cities.log
	(cd "$root" && cmake --preset release && cmake --build --preset release) \
		>"$log" 2>&1 || {
		tail -n 30 "$log" >&2
		stop "the build failed, all of it is in $log; remove \
$root/build/release and run again if it was made elsewhere" \
			"сборка не удалась, весь протокол в $log; удалите \
$root/build/release и повторите, если она делалась в другом месте"
	}
	say "built in build/release" "собрано в build/release"
fi
trunkwise=$build/bin/trunkwise
conductor=$build/examples/nine-cities/conductor
[ -x "$trunkwise" ] && [ -x "$conductor" ] ||
	stop "$build holds no trunkwise and conductor; build the target all \
there, or leave --build-dir out" \
		"в $build нет trunkwise и conductor; соберите там цель all \
или уберите --build-dir"

step "deployment to the store" "развёртывание в хранилище"
mkdir -p "$out/secrets"
store=$out/nine-cities.db
rm -f "$store" "$store-wal" "$store-shm" "$store.lock" "$out"/expenses.* \
	"$out"/by-*.json
# Passwords must be their owner's alone, and git keeps no such mode.
for name in carrier-a carrier-b; do
	rm -f "$out/secrets/$name.secret"
	(umask 077 && cp "$here/secrets/$name.secret" "$out/secrets/")
	chmod 600 "$out/secrets/$name.secret"
	cp "$here/$name.csv" "$out/"
done
awk -v base="$base_port" '{
	line = ""
	while (match($0, /127\.0\.0\.1:250[0-9][0-9]/)) {
		port = substr($0, RSTART + 10, 5) - 25060 + base
		line = line substr($0, 1, RSTART + 9) port
		$0 = substr($0, RSTART + RLENGTH)
	}
	print line $0
}' "$here/deployment.toml" >"$out/deployment.toml"
"$trunkwise" apply "$out/deployment.toml" "$store" \
	--at 2026-09-30T21:00:00Z --lang "$lang" >"$out/apply.txt" ||
	stop "the deployment was not applied; mend $here/deployment.toml where \
the line above says" "развёртывание не применено; исправьте \
$here/deployment.toml там, где сказано выше"
tail -n 1 "$out/apply.txt"

step "the month, on a virtual clock" "месяц на виртуальных часах"
"$conductor" --store "$store" --secrets "$out/secrets" --month "$month" \
	--seed "$seed" --jitter-ms "$jitter_ms" --port "$base_port" \
	--lang "$lang" ||
	stop "see the lines above" "смотрите строки выше"

step "rents of the month" "аренда за месяц"
"$trunkwise" period accrue "$store" --month "$month" --lang "$lang" ||
	stop "rents were not posted" "аренда не начислена"

step "the report" "отчёт"
report() {
	"$trunkwise" report expenses "$store" --month "$month" \
		--lang "$lang" "$@" ||
		stop "no report" "отчёта нет"
}
report
for form in html csv; do
	report -o "$out/expenses.$form"
done
if /usr/bin/python3 -c 'import xlsxwriter' 2>/dev/null; then
	report -o "$out/expenses.xlsx"
fi
for by in department city carrier number destination; do
	report --by "$by" --json >"$out/by-$by.json"
done

step "every invariant of the store" "все инварианты хранилища"
"$trunkwise" verify "$store" --lang "$lang" ||
	stop "the store broke a promise: this is a fault of trunkwise" \
		"хранилище нарушило обещание: это ошибка trunkwise"

step "do the sums agree" "сходятся ли суммы"
PYTHONPATH=$("$trunkwise" --python-path) /usr/bin/python3 "$here/sums.py" \
	"$store" "$month" "$out" "$lang" ||
	stop "the sums differ: this is a fault of trunkwise" \
		"суммы не сходятся: это ошибка trunkwise"
if [ "$seed" -eq 1 ]; then
	cmp "$here/expected/by-department.json" "$out/by-department.json" ||
		stop "the report of seed 1 is not the expected one" \
			"отчёт зерна 1 не совпал с ожидаемым"
	say "and equal $here/expected" "и равны $here/expected"
fi
