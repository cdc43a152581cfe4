# lab.sh: the directory that holds everything of one run, and its removal.
# ORGLOGIN_LAB names a lab that somebody else made and removes.

lab_begin() {
	umask 022
	unset TMUX
	"$tests/tools/install.sh" host
	if [ -n "${ORGLOGIN_LAB:-}" ]; then
		LAB=$ORGLOGIN_LAB
		trap lab_leave EXIT
	else
		LAB=$(mktemp -d "${TMPDIR:-/var/tmp}/orglogin-lab.XXXXXX")
		trap lab_end EXIT
	fi
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
}

# Ends what this scenario alone used.
lab_leave() {
	local name
	for name in "${booted[@]}"; do
		host_stop "$name"
	done
	for name in $(term_tmux list-sessions -F '#{session_name}' \
		2>/dev/null); do
		case $name in
		console-*) ;;
		*) term_close "$name" ;;
		esac
	done
}

lab_end() {
	trap '' INT TERM HUP
	hosts_done
	term_done
	org_done
	rm -rf --one-file-system "$LAB"
}
