#!/bin/sh
# Makes configure from a clone; needs autoconf, automake and libtool.
set -e
cd "$(dirname "$0")"
mkdir -p m4 build-aux
exec autoreconf --install --force
