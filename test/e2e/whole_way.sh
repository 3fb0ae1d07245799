#!/usr/bin/env bash
# The corpus through the whole way, recorded, compared and judged.
#
# MTA --P3--> store --P7--> user agent, octet for octet; submission and back; kill -9; then tshark judges every
# octet that passed. Usage: whole_way.sh SOURCE BIN WORK
set -u
root=$1 bin=$2 demo=$3
demo_record=yes
. "$root/tools/lib/demo.sh"
rm -rf "$demo"
mkdir -p "$demo"
failed() {
  echo "FAILED: $*"
  tail -n 20 "$demo/mstored.log" "$demo/mstored.out" "$demo/mtasim.log" 2>/dev/null
  exit 1
}
trap 'demo_stop; demo_stop_recorders' EXIT

# What must be in whose mailbox: "USER SHA256 NAME" of every message of the corpus, by its description.
expected() {
  python3 - "$demo/corpus" "$@" <<'PY'
import pathlib, sys, tomllib
folder, users = pathlib.Path(sys.argv[1]), dict(a.split("=", 1) for a in sys.argv[2:])
def key(address):
    parts = address.strip("/").replace("/", ";").split(";")
    names = {"PRMD": "P", "ADMD": "A"}
    return frozenset((names.get(k.strip().upper(), k.strip().upper()), v.strip().lower())
                     for k, v in (p.split("=", 1) for p in parts if "=" in p))
byaddress = {key(a): u for u, a in users.items()}
for file in sorted(folder.glob("*.toml")):
    e = tomllib.loads(file.read_text())
    if e["kind"] != "message":
        continue
    for r in e["recipients"]:
        if key(r) in byaddress:
            print(byaddress[key(r)], e["content_sha256"], e["name"])
PY
}

demo_prepare || failed "preparing"
demo_start_store || failed "mstored"
demo_start_mta || failed "mtasim"
"$bin/corpus" build "$demo/corpus" --skip-missing || failed "corpus"
demo_mta inject "$demo/corpus" || failed "inject"
demo_mta wait --timeout "240 s" || failed "the MTA could not deliver everything"

arguments=()
for user in $demo_users; do arguments+=("$user=$(demo_address "$user")"); done
expected "${arguments[@]}" | sort >"$demo/expected"
[ "$(wc -l <"$demo/expected")" -ge 20 ] || failed "the corpus has too few messages: $(wc -l <"$demo/expected")"
for user in $demo_users; do
  demo_p7 "$user" fetch --all --to "$demo/fetched/$user" >"$demo/fetched-$user.txt" || failed "fetch of $user"
  for file in "$demo/fetched/$user"/*.content; do
    [ -e "$file" ] && echo "$user $(sha256sum "$file" | cut -d' ' -f1)"
  done
done | sort >"$demo/got"
cut -d' ' -f1,2 "$demo/expected" | while read -r line; do
  grep -qxF "$line" "$demo/got" || { grep "^$line" "$demo/expected"; exit 1; }
done || failed "the message above did not come back octet for octet"
echo "$(wc -l <"$demo/expected") messages of the corpus came back octet for octet"

# Reports of the corpus too, of both kinds, one with its content: they are for alice.
reports=$(cd "$demo/corpus" && grep -lE "^kind = ['\"]report" ./*.toml | wc -l)
[ "$(demo_mta --json queue | sed 's/.*"reports":\([0-9]*\).*/\1/')" = "$reports" ] || failed "not all reports were taken"
grep -h "non-delivery, reason" "$demo/mtasim.log" && failed "the store refused what is above"

# Submission: to a user who waits, to one whom nobody knows, with a report asked for.
demo_p7 bob wait --subject "From the test" --timeout "60 s" >"$demo/waited" &
waiting=$!
demo_p7 alice submit --to "$(demo_address bob)" --subject "From the test" --text "Hello" --report --attach "$root/LICENSE" ||
  failed "submit"
wait "$waiting" || failed "the waiting client saw nothing"
demo_p7 alice submit --to "$demo_domain;O=Org;S=Nobody" --subject "To nobody" --text "Hello" || failed "submit to nobody"
demo_mta wait --timeout "60 s" || failed "the MTA could not deliver the reports"
demo_p7 alice --json list --new | grep -c '"type":"delivered-report"' | grep -qx 2 || failed "two reports were to come"
demo_p7 alice --edition 88 list --priority urgent >/dev/null || failed "the edition of 1988"
demo_p7 alice --edition 88 summarize >/dev/null || failed "summarize in the edition of 1988"
demo_p7 alice delete 1 2 || failed "delete"
demo_p7 alice delete 1 2>"$demo/again" && failed "an entry was deleted twice"
grep -q "sequence-number-error" "$demo/again" || failed "the wrong error: $(cat "$demo/again")"

# Deferred: the MTA keeps it, the recipient has nothing of it.
entries() { demo_p7 "$1" --json summarize | sed 's/.*"count":\([0-9]*\).*/\1/'; }
bobs=$(entries bob)
demo_p7 alice submit --to "$(demo_address bob)" --subject "Later" --text "Hello" --deferred 2049-12-31 || failed "submit deferred"
demo_mta --json queue | grep -q '"waiting":1[,}]' || failed "the deferred message does not wait: $(demo_mta queue)"
[ "$(entries bob)" = "$bobs" ] || failed "a deferred message was delivered"
demo_p7 alice submit --to "$(demo_address bob)" --text "Hello" --deferred tomorrow 2>/dev/null && failed "a time that is none was taken"

# The administrator sees the same.
demo_ctl status >"$demo/status" || failed "mstorectl status: $(cat "$demo/status")"
counted=$(demo_ctl --json mailboxes | python3 -c 'import json, sys; print(*(b["delivery"]["entries"] for b in json.load(sys.stdin) if b["id"] == "bob"))')
[ "$counted" = "$bobs" ] || failed "mstorectl counts $counted entries of bob, he $bobs"

# The store is checked, and its index made anew, while it runs.
demo_ctl --json store check >"$demo/check.json" || failed "store check: $(cat "$demo/check.json")"
demo_ctl --json store rebuild >"$demo/rebuild.json" || failed "store rebuild"
grep -q '"entries_changed":0' "$demo/rebuild.json" || failed "the index was not what the log says: $(cat "$demo/rebuild.json")"
[ "$(entries bob)" = "$bobs" ] || failed "after the rebuild bob has other entries"

# The running store prints itself, as mstore-dump does beside it; none knows less than the one before.
demo_ctl --json store dump >"$demo/dump.json" || failed "store dump: $(tail -n 3 "$demo/dump.json")"
demo_ctl store dump >"$demo/dump.text" || failed "store dump as text"
"$bin/mstore-dump" "$demo/store" >"$demo/dump.outside" || failed "mstore-dump beside the running store: $(tail -n 3 "$demo/dump.outside")"
grep -q '"is":"index"' "$demo/dump.json" || failed "the dump tells nothing of the index"
grep -q '"id":"bob"' "$demo/dump.json" || failed "the dump tells nothing of bob"
grep -q ' id=bob ' "$demo/dump.outside" || failed "mstore-dump tells nothing of bob"
records() { grep -c '^ *record ' "$1"; }
[ "$(grep -c '"is":"record"' "$demo/dump.json")" -ge 50 ] || failed "the dump has too few records"
[ "$(records "$demo/dump.text")" -ge "$(grep -c '"is":"record"' "$demo/dump.json")" ] || failed "the dump as text has fewer records"
[ "$(records "$demo/dump.outside")" -ge "$(records "$demo/dump.text")" ] || failed "mstore-dump prints fewer records than the service"

# Killed and started again: everything acknowledged is there.
before=$(for user in $demo_users; do demo_p7 "$user" --json summarize; done)
demo_kill_store
demo_ctl status >/dev/null 2>&1
[ $? = 3 ] || failed "mstorectl found a service that was killed"
demo_start_store || failed "start after kill -9"
after=$(for user in $demo_users; do demo_p7 "$user" --json summarize; done)
[ "$before" = "$after" ] || failed "before the kill: $before; after: $after"

demo_stop || failed "mstored ended with status $?"
demo_stop_recorders
trap - EXIT
# What would be read without TLS. Long words: one of four octets turns up among what is enciphered by chance, once in some
# sixty recordings of this size.
plain="From the test|-password"
if demo_secured; then
  # Nothing but TLS, and of what was said nothing to be read.
  for link in p7 p3 mta; do
    tshark -r "$demo/$link.pcap" -d "tcp.port==1-65535,tls" -Y tls.handshake.type==2 2>/dev/null | grep -q "Server Hello" ||
      failed "no TLS in $link.pcap"
    grep -qaE "$plain" "$demo/$link.pcap" && failed "octets in the clear in $link.pcap"
  done
  rm -r "$demo_keys"
  echo "all of it over TLS, with protected credentials"
  exit 0
fi
for link in p7 p3 mta; do
  grep -qaE "$plain" "$demo/$link.pcap" || failed "$link.pcap is in the clear and shows none of: $plain"
done
"$root/test/e2e/verdict.py" "$demo/p7.pcap" "$demo/p3.pcap" "$demo/mta.pcap" || exit 1
