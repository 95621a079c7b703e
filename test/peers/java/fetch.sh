#!/usr/bin/env bash
# Fetches what Server.java needs from Maven Central into lib/ beside it (not committed).
set -euo pipefail
cd "$(dirname "$0")"
for artifact in org.java-websocket:Java-WebSocket:1.6.0 org.slf4j:slf4j-api:2.0.13; do
  name=$(echo "$artifact" | cut -d: -f2,3 | tr : -)
  [ -f "lib/$name.jar" ] && continue
  mvn -q -B dependency:copy -Dartifact="$artifact" -DoutputDirectory=lib >/tmp/farewell-mvn.log 2>&1 ||
    { cat /tmp/farewell-mvn.log; exit 1; }
done
