# A store and an MTA on loopback with four users: what tools/quickstart shows and the end-to-end tests drive.
# Sourced, not run. The caller sets `bin` (folder of the programs) and `demo` (an empty folder of its own).
#
#   demo_prepare            configuration, secrets, ports; with demo_record=yes every association passes
#                           test/e2e/record.py, which keeps what was sent in $demo/{p7,p3,mta}.pcap
#                           with demo_reliable=yes all of them are over RTSE
#                           with demo_secure=yes over TLS, and bound with protected credentials
#   demo_start_store, demo_start_mta
#   demo_kill_store         kill -9, as a crash
#   demo_stop               both, in order
#   demo_p7 USER ARGS...    the user agent
#   demo_ctl ARGS...        the administrator

demo_users="alice bob carol ops"
demo_domain="C=XX;ADMD=TEST;PRMD=DEMO"

demo_address() {
  case $1 in
    alice) echo "$demo_domain;O=Org;S=Alice;G=A" ;;
    bob) echo "$demo_domain;O=Org;S=Bob;G=B" ;;
    carol) echo "$demo_domain;O=Org;S=Carol;G=C" ;;
    ops) echo "$demo_domain;O=Org;S=Ops" ;;
    store) echo "$demo_domain;O=Store" ;;
  esac
}

demo_ctl() { "$bin/mstorectl" --socket "$demo_socket" "$@"; }

demo_password() { echo "$1-password"; }

# A loopback port that nobody listens on now, from the given one upwards.
demo_port() {
  local port=$1
  while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done
  echo "$port"
}

# secret NAME TEXT: a file only we may read.
demo_secret() { (umask 077 && printf '%s\n' "$2" >"$demo/secrets/$1"); }

# A key and a certificate for this machine, which is its own CA.
demo_certificate() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=$1" \
    -addext subjectAltName=IP:127.0.0.1 -keyout "$demo/secrets/$1.key" -out "$demo/secrets/$1.pem" 2>/dev/null
}

demo_secured() { [ "${demo_secure:-no}" = yes ]; }

demo_prepare() {
  local user
  mkdir -p "$demo/secrets" "$demo/profiles"
  demo_p7_port=$(demo_port 10102)
  demo_p3_port=$(demo_port 11102)
  demo_mta_port=$(demo_port 12102)
  demo_p7_front=$demo_p7_port demo_p3_front=$demo_p3_port demo_mta_front=$demo_mta_port demo_recorders=
  if [ "${demo_record:-no}" = yes ]; then
    demo_p7_front=$(demo_recorder p7 "$demo_p7_port" 13102)
    demo_p3_front=$(demo_recorder p3 "$demo_p3_port" 14102)
    demo_mta_front=$(demo_recorder mta "$demo_mta_port" 15102)
  fi
  # A path of a socket has at most 107 octets, which a folder deep down may pass.
  demo_socket="$demo/mstored.sock"
  [ ${#demo_socket} -le 107 ] || demo_socket="$(mktemp -d)/mstored.sock"
  demo_secret mta1 mta1-password
  demo_secret store store-password
  for user in $demo_users; do
    demo_secret "$user-mts" "$user-mts-password"
    demo_secret "$user" "$(demo_password "$user")"
  done
  if demo_secured; then
    demo_certificate tls-store && demo_certificate tls-mta || return 1
    # Sealed passwords want their key elsewhere.
    demo_keys=$(mktemp -d)
    (umask 077 && "$bin/mstorectl" seal-key >"$demo_keys/seal.key") || return 1
  fi
  demo_store_config >"$demo/mstored.toml"
  demo_mta_config >"$demo/mtasim.toml"
  for user in $demo_users; do demo_profile "$user" >"$demo/profiles/$user.toml"; done
}

# demo_recorder NAME PORT FROM: a recorder before PORT; prints the port it listens on.
demo_recorder() {
  local port
  port=$(demo_port "$3")
  "$root/test/e2e/record.py" "$port" "$2" "$demo/$1.pcap" >"$demo/$1.record" 2>&1 </dev/null &
  echo $! >>"$demo/recorders"
  demo_wait_port "$port" $! && echo "$port"
}

# Whether a process has not ended; nobody may have waited for it yet.
demo_lives() { [ -e "/proc/$1" ] && ! grep -q '^State:.*Z' "/proc/$1/status" 2>/dev/null; }

# Ends the recorders, which write their files then.
demo_stop_recorders() {
  local pid
  [ -f "$demo/recorders" ] || return 0
  while read -r pid; do kill "$pid"; done <"$demo/recorders"
  while read -r pid; do while demo_lives "$pid"; do sleep 0.05; done; done <"$demo/recorders"
  rm "$demo/recorders"
}

demo_store_config() {
  local user
  cat <<EOT
[store]
or_address = "$(demo_address store)"
password_file = "secrets/store"
path = "store"

[management]
socket = "$demo_socket"

[[listen]]
protocol = "p7"
address = "127.0.0.1:$demo_p7_port"
$(demo_listen_tls)

[[listen]]
protocol = "p3"
address = "127.0.0.1:$demo_p3_port"
$(demo_listen_tls)

[log]
file = "mstored.log"

[[mta]]
name = "MTA1"
address = "127.0.0.1:$demo_mta_front"
password_in_file = "secrets/mta1"
retry_first = "200 ms"
submit_reliable = $(demo_over_rtse)
EOT
  ! demo_secured || printf 'protected = true\n[mta.tls]\nca = "secrets/tls-mta.pem"\n[service]\nseal_key_file = "%s"\n' "$demo_keys/seal.key"
  for user in $demo_users; do
    cat <<EOT

[[mailbox]]
id = "$user"
or_addresses = ["$(demo_address "$user")"]
p7_hash = "$("$bin/mstorectl" password-hash --stdin <"$demo/secrets/$user")"
mts_password_file = "secrets/$user-mts"
mta = "MTA1"
EOT
    ! demo_secured || printf 'p7_sealed = "%s"\n' \
      "$("$bin/mstorectl" password-seal --stdin --mailbox "$user" --key-file "$demo_keys/seal.key" <"$demo/secrets/$user")"
  done
}

demo_listen_tls() {
  ! demo_secured || printf '[listen.tls]\ncertificate = "secrets/tls-store.pem"\nkey = "secrets/tls-store.key"\n'
}

demo_mta_config() {
  local user
  cat <<EOT
[mta]
name = "MTA1"
password_file = "secrets/mta1"
domain = "$demo_domain"
listen = ["127.0.0.1:$demo_mta_port"]
queue = "mta/queue.sqlite"
retry_first = "200 ms"
retry_most = "2 s"
$(! demo_secured || printf 'tls_certificate = "secrets/tls-mta.pem"\ntls_key = "secrets/tls-mta.key"\n')

[[store]]
or_address = "$(demo_address store)"
address = "127.0.0.1:$demo_p3_front"
password_file = "secrets/store"
reliable = $(demo_over_rtse)
$(! demo_secured || printf 'protected = true\ntls = true\ntls_ca = "secrets/tls-store.pem"\n')
EOT
  for user in $demo_users; do
    cat <<EOT

[[user]]
or_addresses = ["$(demo_address "$user")"]
mts_password_file = "secrets/$user-mts"
store = "$(demo_address store)"
EOT
  done
}

demo_profile() {
  cat <<EOT
store = "127.0.0.1:$demo_p7_front"
user = "$(demo_address "$1")"
password_file = "../secrets/$1"
reliable = $(demo_over_rtse)
$(! demo_secured || printf 'protected = true\ntls = true\ntls_ca = "../secrets/tls-store.pem"\n')
EOT
}

demo_over_rtse() { [ "${demo_reliable:-no}" = yes ] && echo true || echo false; }

# demo_wait_port PORT PID: until somebody listens there; fails when the process ends first.
demo_wait_port() {
  local port=$1 pid=$2 end=$((SECONDS + 60))
  until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
    kill -0 "$pid" 2>/dev/null || return 1
    [ $SECONDS -lt $end ] || return 1
    sleep 0.05
  done
  # Or somebody else took the port.
  kill -0 "$pid" 2>/dev/null
}

demo_start_store() {
  "$bin/mstored" --config "$demo/mstored.toml" >>"$demo/mstored.out" 2>&1 </dev/null &
  demo_store_pid=$!
  demo_wait_port "$demo_p7_port" "$demo_store_pid" && return 0
  echo "mstored did not start; the end of $demo/mstored.log and mstored.out:" >&2
  tail -n 20 "$demo/mstored.log" "$demo/mstored.out" >&2
  return 1
}

demo_start_mta() {
  "$bin/mtasim" --config "$demo/mtasim.toml" run >>"$demo/mtasim.log" 2>&1 </dev/null &
  demo_mta_pid=$!
  demo_wait_port "$demo_mta_port" "$demo_mta_pid" && return 0
  echo "mtasim did not start; the end of $demo/mtasim.log:" >&2
  tail -n 20 "$demo/mtasim.log" >&2
  return 1
}

demo_kill_store() {
  kill -9 "$demo_store_pid"
  wait "$demo_store_pid" 2>/dev/null
  demo_store_pid=
}

# Ends what runs; the status is that of the store's end.
demo_stop() {
  local status=0
  if [ -n "${demo_mta_pid:-}" ]; then kill "$demo_mta_pid" 2>/dev/null; wait "$demo_mta_pid" 2>/dev/null; fi
  if [ -n "${demo_store_pid:-}" ]; then kill "$demo_store_pid" 2>/dev/null; wait "$demo_store_pid"; status=$?; fi
  demo_mta_pid= demo_store_pid=
  return $status
}

demo_p7() {
  local user=$1
  shift
  "$bin/p7" --profile "$demo/profiles/$user.toml" "$@"
}

demo_mta() { "$bin/mtasim" --config "$demo/mtasim.toml" "$@"; }
