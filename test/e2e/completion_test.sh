#!/usr/bin/env bash
# What bash offers behind commands, asked of the real programs. Usage: completion_test.sh SOURCE BIN
set -u
. "$1/tools/completion/x400.bash"
PATH="$2:$PATH"
cd "$(mktemp -d)" && trap 'rm -rf "$PWD"' EXIT
touch profile.toml
failed=0

# offered WORD... : what completes the last word, a line each.
offered() {
  COMP_WORDS=("$@")
  COMP_CWORD=$(($# - 1))
  COMPREPLY=()
  _x400
  printf '%s\n' ${COMPREPLY[@]+"${COMPREPLY[@]}"} | sort
}

# is "WORDS" "OFFERED": exactly these, in alphabetical order.
is() {
  local got
  got=$(eval "offered $1" | paste -sd ' ')
  [ "$got" = "$2" ] && return
  echo "FAILED $1: offered '$got', not '$2'"
  failed=1
}

is 'p7 su' 'submit summarize'
is 'p7 --reli' '--reliable --reliable-bare'
is 'p7 list --pr' '--precedence --priority --profile --protected'
is 'p7 --edition ""' '88 94'
is 'p7 --profile pro' 'profile.toml'
is 'p7 --profile profile.toml fe' 'fetch'
is 'p7 list --limit ""' ''
is 'mstorectl st' 'status store'
is 'mstorectl store ""' 'check dump rebuild sync'
is 'mstorectl store check --pro' '--progress'
is 'mstored --check' '--check-config'
is 'mtasim in' 'inject'
is 'mstore-dump --no' '--no-index'
is 'mstore-dump pro' 'profile.toml'
exit $failed
