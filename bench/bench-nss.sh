#!/bin/sh
# What name lookups cost, by number of members, as ratios to a floor; see
# README.md. Takes the sizes, and runs from the build folder.
set -eu

build=${top_builddir:-.}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 0755 "$folder"

[ $# -gt 0 ] || set -- 1000 10000 100000 1000000
for users; do
	rm -f "$folder/members.snapshot" "$folder/floor"
	"$build/bench/lookups" "$users" "$folder"
done
