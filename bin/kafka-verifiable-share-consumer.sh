#!/bin/sh
# Made by scripts/launchers.ts: finds the package behind links and a Node that can run it.
self=$0
case $self in */*) ;; *) self=./$self ;; esac
while [ -L "$self" ]; do
  link=$(readlink "$self")
  case $link in /*) self=$link ;; *) self=${self%/*}/$link ;; esac
done
root=${self%/*}/..
node=node
version=$(node -v 2>/dev/null) || version=v0.0
version=${version#v}
major=${version%%.*}
minor=${version#*.}
minor=${minor%%.*}
if [ "$major" -lt 22 ] || { [ "$major" -eq 22 ] && [ "$minor" -lt 15 ]; }; then
  node=$root/node_modules/node/bin/node
  if ! [ -x "$node" ]; then
    echo "kafka-verifiable-share-consumer: Node 22.15 or newer is needed (found: ${version#0.0}); in a checkout, npm ci brings one" >&2
    exit 1
  fi
fi
if ! [ -f "$root/dist/klamm.js" ]; then
  echo "kafka-verifiable-share-consumer: not built yet: run npm ci && npm run build in $(cd "$root" && pwd -P)" >&2
  exit 1
fi
exec "$node" "$root/dist/klamm.js" kafka-verifiable-share-consumer "$@"
