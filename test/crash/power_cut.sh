#!/usr/bin/env bash
# Cuts the power of a disk under a store: FUSE, loop device, ext4 or xfs. See --help.
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$here/../.." && pwd)/build/asan-clang
rounds=20 seed=$RANDOM fs=ext4

usage() {
  cat <<'EOT'
test/crash/power_cut.sh [--rounds N] [--seed S] [--fs ext4|xfs] [--build FOLDER]

Makes a disk that keeps in memory what was not flushed, a file system on it, and works on a store there. Then the
power goes; a part of what was not flushed reaches the disk, or nothing. The file system replays its journal, and
the store must hold all that was acknowledged. N rounds (20) of up to three cuts each; then the control: a store
that does not sync must lose something.

Needs root, /dev/fuse, loop devices, and the packages of group power in tools/packages.debian.
Exit status: 0 all kept and the control lost, 1 not, 77 it cannot be run here (said why).
EOT
}

while [ $# -gt 0 ]; do
  case $1 in
    --rounds) rounds=${2:?}; shift ;;
    --seed) seed=${2:?}; shift ;;
    --fs) fs=${2:?}; shift ;;
    --build) build=${2:?}; shift ;;
    --help|-h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
  shift
done

skip() { echo "power_cut.sh: skipped: $*"; exit 77; }
[ "$(id -u)" = 0 ] || skip "not root"
[ -c /dev/fuse ] || skip "no /dev/fuse"
[ -x "$build/test/crash/power_disk" ] || skip "no power_disk in $build: libfuse3-dev was missing when it was built"
command -v "mkfs.$fs" >/dev/null || skip "no mkfs.$fs"
losetup -f >/dev/null 2>&1 || skip "no loop device"

work=$(mktemp -d "${TMPDIR:-/tmp}/power-cut.XXXXXX")
loop='' disk='' worker=''
size=320M
RANDOM=$seed

# Takes the file system and the disk under it apart, whatever state they are in.
apart() {
  [ -z "$worker" ] || { kill -9 "$worker" 2>/dev/null; wait "$worker" 2>/dev/null; worker=''; }
  mountpoint -q "$work/mnt" && { umount "$work/mnt" 2>/dev/null || umount -l "$work/mnt"; }
  [ -z "$loop" ] || { losetup -d "$loop" 2>/dev/null; loop=''; }
  mountpoint -q "$work/fuse" && { umount "$work/fuse" 2>/dev/null || umount -l "$work/fuse"; }
  [ -z "$disk" ] || { wait "$disk" 2>/dev/null; disk=''; }
}
trap 'apart; rm -rf "$work"' EXIT

# wait_for CONDITION...: until it holds, at most a minute.
wait_for() {
  local left=600
  until "$@"; do
    left=$((left - 1)); [ $left -gt 0 ] || { echo "waited in vain for: $*"; exit 1; }
    read -r -t 0.1 <> <(:) || true
  done
}
lines() { [ -f "$1" ] && [ "$(wc -l <"$1")" -ge "$2" ]; }
gone() { ! kill -0 "$1" 2>/dev/null; }

new_image() {
  rm -f "$work/image" "$work/score"
  truncate -s $size "$work/image" && "mkfs.$fs" -q "$work/image" || exit 1
}

# cut FIRST SEED SIGNAL [--no-sync]: works, and cuts.
cut() {
  mkdir -p "$work/fuse" "$work/mnt"
  X400_SEED=$2 "$build/test/crash/power_disk" "$work/image" "$work/fuse" & disk=$!
  wait_for test -f "$work/fuse/disk"
  loop=$(losetup -f --show "$work/fuse/disk") || exit 1
  mount "$loop" "$work/mnt" || exit 1
  local before=0
  [ ! -f "$work/score" ] || before=$(wc -l <"$work/score")
  "$build/test/crash/power_worker" work "$work/mnt" "$work/score" "$1" "$2" "${@:4}" & worker=$!
  local lines=$((before + 1 + RANDOM % 1500)) left=600
  until lines "$work/score" "$lines" || gone "$worker"; do
    left=$((left - 1)); [ $left -gt 0 ] || break
    read -r -t 0.1 <> <(:) || true
  done
  kill -s "$3" "$disk"
  apart
}

check() {
  mkdir -p "$work/mnt"
  loop=$(losetup -f --show "$work/image") || exit 1
  mount "$loop" "$work/mnt" || exit 1
  "$build/test/crash/power_worker" check "$work/mnt" "$work/score" >"$work/said"
  local status=$?
  apart
  return $status
}

echo "seed $seed, $fs"
for ((round = 1; round <= rounds; ++round)); do
  new_image
  cuts=$((1 + RANDOM % 3))
  for ((n = 1; n <= cuts; ++n)); do
    signal=USR1; [ $((RANDOM % 3)) -gt 0 ] || signal=USR2
    cut $((n * 1000000)) $RANDOM $signal
    check || { echo "round $round, cut $n ($signal): a promise is broken"; cat "$work/said"; exit 1; }
  done
  echo "round $round: $(tail -n 1 "$work/said")"
done
for ((n = 1; n <= 10; ++n)); do
  new_image
  cut 1000000 $RANDOM USR2 --no-sync
  check || { echo "control: a store without syncs lost something, as it must, in round $n"; exit 0; }
done
echo "control: a store without syncs lost nothing; this shows nothing"
exit 1
