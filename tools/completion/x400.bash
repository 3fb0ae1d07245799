# Completion of p7, mstorectl, mstored, mstore-dump and mtasim for bash. What can be completed is what the program's
# own --help says, so it is always that of the program that is installed.

# Words that may follow: $1 "Options" or "Subcommands" of the help text $2.
_x400_words() {
  awk -v part="$1:" '
    /^[A-Z][A-Za-z]*:/ { inside = ($0 == part) }
    inside && /^  [^ ]/ { print $1 }' <<<"$2" | tr , '\n'
}

# The line of the help text $2 that explains option $1.
_x400_option() {
  awk -v option="$1" '
    /^  -/ { n = split($1, names, ","); for (i = 1; i <= n; i++) if (names[i] == option) { print; exit } }' <<<"$2"
}

_x400() {
  local current=${COMP_WORDS[COMP_CWORD]} previous= line choices word i
  local -a command=("${COMP_WORDS[0]/#\~/$HOME}")
  local help
  help=$("${command[@]}" --help 2>/dev/null) || return
  local all=$help
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if grep -qxF -- "$word" < <(_x400_words Subcommands "$help"); then
      command+=("$word")
      help=$("${command[@]}" --help 2>/dev/null) || return
      all+=$'\n'$help
    fi
  done
  ((COMP_CWORD > 1)) && previous=${COMP_WORDS[COMP_CWORD - 1]}
  if [[ $previous == -* ]]; then
    line=$(_x400_option "$previous" "$all")
    if [[ $line =~ \{([^}]*)\} ]]; then
      choices=${BASH_REMATCH[1]//,/ }
      COMPREPLY=($(compgen -W "$choices" -- "$current"))
      return
    elif [[ $line =~ ^\ *[^\ ]+\ (TEXT|INT|UINT|FLOAT|NUMBER) ]]; then
      [[ ${BASH_REMATCH[1]} == TEXT ]] && COMPREPLY=($(compgen -f -- "$current"))
      return
    fi
  fi
  if [[ $current == -* ]]; then
    # Options of the program may stand behind a subcommand too.
    COMPREPLY=($(compgen -W "$(_x400_words Options "$all")" -- "$current"))
    return
  fi
  COMPREPLY=($(compgen -W "$(_x400_words Subcommands "$help")" -- "$current"))
  [[ ${#COMPREPLY[@]} == 0 || $help == *$'\nPositionals:'* ]] && COMPREPLY+=($(compgen -f -- "$current"))
}

complete -o filenames -F _x400 p7 mstorectl mstored mstore-dump mtasim
