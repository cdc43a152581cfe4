# terminal.sh: terminals with a person's hands in front of them.
#
# Each terminal is a window of a private tmux server, so the program in it has
# a real pty and stays open between steps. All that it shows is kept as bytes
# in $LAB/term/NAME.log. A step looks only at what came after the last mark.
# Needs LAB, a directory of this run.

term_tmux() {
	tmux -u -S "$LAB/tmux" -f /dev/null "$@"
}

# What stands in the log behind a program's last byte: the end and its status,
# in order with all that it showed.
term_end=$'\036''ended '
term_run='"$@"; printf "\036ended %s\n" $?; read -r never'

# term_open NAME COMMAND...: opens a terminal that runs COMMAND. It stays
# after COMMAND ended, until term_close.
term_open() {
	local name=$1 log=$LAB/term/$1.log
	shift
	mkdir -p "$LAB/term"
	: >"$log"
	echo "$name" >>"$LAB/term/opened"
	term_mark "$name"
	# The log is joined within the same tmux command, before the first byte.
	TERM=dumb SHELL=/bin/sh term_tmux \
		set-option -g default-terminal dumb \; \
		new-session -d -s "$name" -x 200 -y 50 \
		"exec $(term_quote sh -c "$term_run" sh "$@")" \; \
		pipe-pane -t "=$name:" "exec cat >>$(term_quote "$log")"
}

term_quote() {
	printf '%q ' "$@"
}

# term_mark NAME: from here on only new text counts.
term_mark() {
	stat -c %s "$LAB/term/$1.log" >"$LAB/term/$1.mark"
}

term_text() {
	tr -d '\r' | sed "s/$term_end.*//"
}

# term_new NAME: what was shown since the mark, without carriage returns.
term_new() {
	tail -c "+$(($(cat "$LAB/term/$1.mark") + 1))" "$LAB/term/$1.log" |
		term_text
}

# term_all NAME: the whole transcript.
term_all() {
	term_text <"$LAB/term/$1.log"
}

term_type() {
	term_tmux send-keys -t "=$1:" -l -- "$2"
}

term_key() {
	term_tmux send-keys -t "=$1:" "$2"
}

# term_enter NAME TEXT: TEXT, and the key Enter.
term_enter() {
	term_type "$1" "$2"
	term_key "$1" Enter
}

# term_dead NAME: true once the program in it has ended.
term_dead() {
	[ -n "$(term_status "$1")" ]
}

# term_status NAME: the exit status of the program; empty while it runs.
term_status() {
	if ! term_tmux has-session -t "=$1" 2>/dev/null; then
		echo gone
	else
		sed -n "s/.*$term_end//p" "$LAB/term/$1.log" | tr -d '\r'
	fi
}

# term_pid NAME: the process of the program.
term_pid() {
	local shell
	shell=$(term_tmux display-message -p -t "=$1:" '#{pane_pid}' \
		2>/dev/null) && pgrep -P "$shell"
}

term_close() {
	term_tmux kill-session -t "=$1" 2>/dev/null || :
}

# term_wait NAME REGEX [SECONDS]: waits until the new text holds REGEX (an
# extended one; lines are what grep sees, the last may be unfinished).
term_wait() {
	local name=$1 regex=$2 deadline=$((SECONDS + ${3:-30}))
	until term_new "$name" | grep -Eq -- "$regex"; do
		[ "$SECONDS" -le "$deadline" ] || return 1
		! term_dead "$name" || {
			term_new "$name" | grep -Eq -- "$regex"
			return
		}
		sleep 0.1
	done
}

# term_wait_end NAME [SECONDS]: waits until the program has ended.
term_wait_end() {
	local deadline=$((SECONDS + ${2:-30}))
	until term_dead "$1"; do
		[ "$SECONDS" -le "$deadline" ] || return 1
		sleep 0.1
	done
}

term_done() {
	[ ! -S "$LAB/tmux" ] || term_tmux kill-server 2>/dev/null || :
}
