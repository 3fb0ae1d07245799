# What tools/check and tools/quickstart share: packages, steps with a log, words for the terminal.
# Sourced, not run. The caller sets `root` (the checkout) and `logs` (a folder for logs).

if [ -t 1 ]; then bold=$'\e[1m' green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'; else bold= green= red= plain=; fi

die() { printf '%s\n' "${red}$*${plain}" >&2; exit 1; }

# packages_of GROUP...: the names that tools/packages.debian lists in these groups.
packages_of() {
  local groups=" $* "
  awk -v groups="$groups" '/^\[/ { on = index(groups, " " substr($0, 2, length($0) - 2) " ") > 0; next }
    /^#/ || /^$/ { next } on { print $1 }' "$root/tools/packages.debian"
}

# missing_packages GROUP...: those of them that are not installed.
missing_packages() {
  local p
  for p in $(packages_of "$@"); do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || echo "$p"
  done
}

# install_packages GROUP...: what is missing, by apt-get, as root or through sudo, without questions.
install_packages() {
  local missing as_root=
  missing=$(missing_packages "$@")
  [ -n "$missing" ] || { echo "all packages are installed"; return 0; }
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "not root and no sudo: install these first:" $missing; return 1; }
    as_root=sudo
  fi
  echo "installing:" $missing
  export DEBIAN_FRONTEND=noninteractive
  $as_root apt-get -q update &&
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=600 install -y --no-install-recommends $missing
}

# step NAME TEXT COMMAND...: runs it with its output in a log; says how long it took; stops the script if
# it fails, with the end of the log and where the whole of it is.
step() {
  local name=$1 text=$2 log="$logs/$1.log" start=$SECONDS pid
  shift 2
  printf '%s' "${bold}$text${plain} "
  "$@" >"$log" 2>&1 </dev/null &
  pid=$!
  show_progress "$pid" "$log"
  if wait "$pid"; then
    printf '%s\n' "${green}ok${plain} ($((SECONDS - start)) s)"
    return 0
  fi
  printf '%s\n' "${red}failed${plain} ($((SECONDS - start)) s)"
  echo "--- the end of $log:"
  tail -n "${step_tail:-40}" "$log"
  die "$text: failed. The whole log: $log"
}

# Something to look at while a step runs: on a terminal the last line of its log, elsewhere a dot a minute.
show_progress() {
  local pid=$1 log=$2 start=$SECONDS dots=0 columns line
  if [ -t 1 ]; then
    columns=$(tput cols 2>/dev/null || echo 80)
    while kill -0 "$pid" 2>/dev/null; do
      line=$(tail -n 1 "$log" 2>/dev/null | tr -d '\r' | cut -c "1-$((columns > 50 ? columns - 40 : 10))")
      printf '\e7\e[K%s s  %s\e8' "$((SECONDS - start))" "$line"
      sleep 0.5
    done
    printf '\e[K'
  else
    while kill -0 "$pid" 2>/dev/null; do
      if [ $(((SECONDS - start) / 60)) -gt $dots ]; then dots=$((dots + 1)); printf '.'; fi
      sleep 0.2
    done
  fi
}
