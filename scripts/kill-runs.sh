#!/bin/sh
# Kills the processes of so many durable runs (200 without an argument) at every record boundary and inside calls.
set -eu
cd "$(dirname "$0")/.."
ARAZZO_KILLED_RUNS="${1:-200}" cargo test -p arazzo-runner --test durable killed_processes
