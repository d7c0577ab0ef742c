#!/usr/bin/env bash
# Checks a broker with kcat (librdkafka): compat.sh HOST:PORT. Prints "ok TITLE" or "FAILED TITLE: why" per check.
set -u
B=$1 run=$$-$RANDOM passed=0 failed=0 dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
same() { # TITLE EXPECTED ACTUAL
  if [ "$2" = "$3" ]; then passed=$((passed + 1)); echo "ok $1"; else failed=$((failed + 1)); echo "FAILED $1: expected '${2:0:200}' but got '${3:0:200}'"; fi
}
consume() { timeout 20 kcat -q -C -b "$B" -t "$1" -e "${@:2}" 2>&1; }

same 'metadata names the broker' 1 "$(kcat -L -b "$B" 2>&1 | grep -c 'broker 1 at')"
printf 'a\nb\nc\n' | kcat -P -b "$B" -t "kcat-plain-$run" -p 0
same 'lines come back in order' $'a\nb\nc' "$(consume "kcat-plain-$run")"
for acks in 0 1 -1; do
  seq 1 1000 | kcat -P -b "$B" -t "kcat-acks-$run" -p 0 -X acks=$acks
done
same 'a thousand records with each acks' 3000 "$(consume "kcat-acks-$run" | wc -l)"
for codec in gzip snappy lz4 zstd; do
  seq 1 2000 | kcat -P -b "$B" -t "kcat-$codec-$run" -p 0 -z $codec
  same "records compressed with $codec" "$(seq 1 2000 | md5sum)" "$(consume "kcat-$codec-$run" | md5sum)"
done
seq 1 500 | kcat -P -b "$B" -t "kcat-idem-$run" -p 0 -X enable.idempotence=true
same 'an idempotent producer' 500 "$(consume "kcat-idem-$run" | wc -l)"
printf 'k1:v1\nk2:v2\n' | kcat -P -b "$B" -t "kcat-keys-$run" -p 0 -K: -H h=x
same 'keys and headers' $'k1 v1 h=x\nk2 v2 h=x' "$(consume "kcat-keys-$run" -f '%k %s %h\n')"
same 'from an offset' $'b\nc' "$(consume "kcat-plain-$run" -o 1)"
same 'the last two' $'b\nc' "$(consume "kcat-plain-$run" -o -2)"
same 'an offset by time' "kcat-plain-$run [0] offset 0" "$(kcat -Q -b "$B" -t "kcat-plain-$run:0:1000" 2>&1)"
same 'the end by time' "kcat-plain-$run [0] offset 3" "$(kcat -Q -b "$B" -t "kcat-plain-$run:0:-1" 2>&1)"
same 'a balanced group reads everything' 3 "$(timeout 30 kcat -q -b "$B" -G "kcat-g-$run" -X auto.offset.reset=earliest -c 3 "kcat-plain-$run" 2>/dev/null | wc -l)"
head -c 900000 /dev/zero | tr '\0' x > "$dir/large"
kcat -P -b "$B" -t "kcat-large-$run" -p 0 "$dir/large"
same 'a record of 900,000 bytes' 900000 "$(consume "kcat-large-$run" -f '%S')"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
