#!/bin/sh
# The manual pages are sound mdoc, so that every reader shows their lists.
. "$(dirname "$0")/lib.sh"

need mandoc
pages=$(tracked '^man/.*[.][1-9]$')
[ -n "$pages" ] || finish "manuals: there are none"

# mandoc: FILE:LINE:COLUMN: what; other packages' pages need not be installed.
finish "$(printf '%s\n' "$pages" | xargs mandoc -T lint -W warning 2>&1 |
	sed -n '/ lacks .* entry, /!s/^mandoc: //p')"
