#!/bin/bash
# The member approves the code by clicking through the pages of a real browser.
. "$(dirname "$0")/lib/scenario.sh"

member_approves_in_a_browser() {
	ssh_login carol --browse-as carol -- id -un
	expect_status 0
	expect_line carol
}

host_shared
run member_approves_in_a_browser
