#!/bin/sh
# Says what is missing on this machine, and how to get it, before anything is downloaded. Plain sh: nothing is there yet.
missing=0
say() { echo "$1" >&2; missing=1; }

node_version=$(node --version 2>/dev/null | sed 's/^v//')
case "$node_version" in
  '') say "Node.js is missing: install version 20.19 or newer (nodejs.org, or your system's packages)." ;;
  *)
    major=${node_version%%.*}
    rest=${node_version#*.}
    minor=${rest%%.*}
    if [ "$major" -lt 20 ] || { [ "$major" -eq 20 ] && [ "$minor" -lt 19 ]; }; then
      say "Node.js $node_version is too old: install version 20.19 or newer (nodejs.org, or your system's packages)."
    fi
    ;;
esac
command -v npm >/dev/null 2>&1 || [ -z "$node_version" ] || say "npm is missing: it comes with Node.js (some systems package it apart, as npm)."

java=${JAVA_HOME:+$JAVA_HOME/bin/}java
java_version=$("$java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1)
case "$java_version" in
  '') say "Java is missing: install a JRE or JDK 17 or newer (adoptium.net, or openjdk-17-jre-headless)." ;;
  *) [ "$java_version" -ge 17 ] || say "Java $java_version is too old: install version 17 or newer (adoptium.net, or openjdk-17-jre-headless)." ;;
esac

# Maven fetches Kafka and the registry once; later runs do without.
if ! command -v mvn >/dev/null 2>&1 && ! ls -d .local/downloads/kafka-* >/dev/null 2>&1; then
  say "Maven is missing: install version 3.6 or newer (maven.apache.org, or your system's package maven)."
fi
exit $missing
