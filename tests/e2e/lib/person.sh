# person.sh: people who sign in to the host, each at a terminal.
#
# Every call leaves what was shown in SHOWN and the exit status in STATUS.
# What a person does at a device prompt is told by AS (who approves, default
# nobody) and DECIDES (approve, browse, deny, ignore). PASSWORDS answer one
# question for a password each, the last also those that follow; TYPES, one
# each, what else is asked; then AS pastes.
# Needs terminal.sh, host.sh and, for approvals, org.sh.

STATUS=
SHOWN=

# person_options USER [--approve-as NAME | --browse-as NAME | --deny-as NAME |
# --password TEXT | --type TEXT | --has AUTHENTICATOR | --key FILE |
# --key-first FILE | --within SECONDS]... [-- COMMAND...]
# A key is enough by itself, or comes first where more is asked.
person_options() {
	USER_NAME=$1 AS='' DECIDES=ignore KEY='' METHODS='' HAS='' WITHIN=120
	PASSWORDS=() TYPES=()
	shift
	while [ $# -gt 0 ]; do
		case $1 in
		--approve-as) AS=$2 DECIDES=approve ;;
		--deny-as) AS=$2 DECIDES=deny ;;
		--browse-as) AS=$2 DECIDES=browse ;;
		--password) PASSWORDS+=("$2") ;;
		--type) TYPES+=("$2") ;;
		--has) HAS=$2 ;;
		--key) KEY=$2 METHODS=publickey ;;
		--key-first) KEY=$2 METHODS=publickey,keyboard-interactive ;;
		--within) WITHIN=$2 ;;
		--) shift && break ;;
		*) echo "person_options: $1?" >&2 && return 2 ;;
		esac
		shift 2
	done
	COMMAND=("$@")
}

# ssh_to NAME: opens terminal NAME with the real client, by USER_NAME.
ssh_to() {
	local methods=keyboard-interactive
	[ ${#PASSWORDS[@]} -eq 0 ] || methods=$methods,password
	[ -z "$METHODS" ] || methods=$METHODS
	term_open "$1" ssh -tt -F none -p "$(host_port)" \
		-o StrictHostKeyChecking=yes \
		-o UserKnownHostsFile="$(host_dir)/known_hosts" \
		-o IdentitiesOnly=yes -o IdentityAgent=none \
		-o IdentityFile="${KEY:-none}" \
		-o NumberOfPasswordPrompts=1 \
		-o PreferredAuthentications="$methods" \
		"$USER_NAME@127.0.0.1" "${COMMAND[@]}"
}

# The last code and address that a text holds.
code_of() {
	sed -n 's/^  Code:  //p' <<<"$1" | tail -n 1
}

address_of() {
	sed -n 's/^  Open:  //p' <<<"$1" | tail -n 1
}

# approve NAME: what a person does in her browser with the code of terminal
# NAME, and Enter; where she did so already, only Enter, after a moment.
approve() {
	local code shown
	shown=$(term_all "$1")
	code=$(code_of "$shown")
	if [ "$code" != "$(cat "$LAB/term/$1.code" 2>/dev/null)" ]; then
		org_approve "$(address_of "$shown")" "$code" "$AS" "$DECIDES"
		echo "$code" >"$LAB/term/$1.code"
	else
		sleep 1
	fi
	term_key "$1" Enter
}

type_next() {
	[ ${#TYPES[@]} -gt 0 ] || return 1
	term_enter "$1" "${TYPES[0]}"
	TYPES=("${TYPES[@]:1}")
}

# paste NAME NUMBER: the page's code, or this piece of it.
paste() {
	local page=$LAB/term/$1.page
	[ -n "$AS" ] || return 1
	[ "$2" != 1 ] || org_paste "$(address_of "$(term_all "$1")")" "$AS" \
		>"$page"
	term_enter "$1" "$(sed -n "$2p" "$page")"
}

# answer NAME REST: does what a person does when REST is the newest text; fails
# when that asks for nothing.
answer() {
	case $2 in
	*'Press Enter when you have signed in: ')
		[ "$DECIDES" = ignore ] || approve "$1"
		;;
	*[Pp]'assword: ' | *'password for '*': ')
		[ ${#PASSWORDS[@]} -gt 0 ] || return 0
		term_enter "$1" "${PASSWORDS[0]}"
		[ ${#PASSWORDS[@]} -eq 1 ] || PASSWORDS=("${PASSWORDS[@]:1}")
		;;
	*'Paste the code that the page shows: ')
		type_next "$1" || paste "$1" 1
		;;
	*'Paste piece '?' of '?': ')
		type_next "$1" || paste "$1" "${2:(-8):1}"
		;;
	*'code: ' | *'The code it shows now: ' | *'that you have now: ')
		type_next "$1" || authenticator_tells "$1" "$HAS"
		;;
	*': ' | *'[y/N] ') type_next "$1" ;;
	*) return 1 ;;
	esac
}

# attend NAME UNTIL: answers prompts until the new text matches UNTIL or the
# program ends; fails when WITHIN seconds pass before that.
attend() {
	local name=$1 until=$2 answered=0 text deadline=$((SECONDS + WITHIN))
	while [ "$SECONDS" -le "$deadline" ]; do
		text=$(term_new "$name" && echo .)
		text=${text%.}
		[ -z "$until" ] || ! grep -Eq -- "$until" <<<"$text" || return 0
		! term_dead "$name" || return 0
		# A prompt may come in pieces: what asks nothing yet stays.
		if [ "${#text}" -gt "$answered" ] &&
			answer "$name" "${text:answered}"; then
			answered=${#text}
		fi
		sleep 0.1
	done
	return 1
}

fresh_name() {
	local n
	n=$(cat "$LAB/term/count" 2>/dev/null || echo 0)
	mkdir -p "$LAB/term"
	echo $((n + 1)) >"$LAB/term/count"
	echo "$1-$((n + 1))"
}

# ssh_login USER [OPTION...] -- COMMAND...: one command by ssh.
ssh_login() {
	local name
	person_options "$@"
	name=$(fresh_name "ssh-$USER_NAME")
	ssh_to "$name"
	attend "$name" '' || {
		SHOWN=$(term_all "$name") STATUS=timeout
		term_close "$name"
		return 0
	}
	SHOWN=$(term_all "$name") STATUS=$(term_status "$name")
	term_close "$name"
}

# session_open NAME USER [OPTION...]: an ssh session that stays open. STATUS
# is 0 when a shell is there.
session_open() {
	local name=$1
	shift
	person_options "$@"
	COMMAND=()
	ssh_to "$name"
	session_settle "$name"
}

session_settle() {
	local ready='[$#] $'
	STATUS=1
	attend "$1" "$ready" || STATUS=timeout
	SHOWN=$(term_new "$1")
	! grep -Eq -- "$ready" <<<"$SHOWN" || STATUS=0
}

# session_run NAME [OPTION...] -- COMMAND: types COMMAND in an open session.
session_run() {
	local name=$1
	person_options '' "${@:2}"
	rm -f "$LAB/term/$name.code"
	term_mark "$name"
	term_enter "$name" "${COMMAND[*]}; echo status=\$?"
	STATUS=timeout
	attend "$name" '^status=[0-9]+$' || {
		term_key "$name" C-c
		SHOWN=$(term_new "$name")
		return 0
	}
	SHOWN=$(term_new "$name")
	STATUS=$(sed -n 's/^status=\([0-9]*\)$/\1/p' <<<"$SHOWN" | tail -n 1)
	term_wait "$name" '[$#] $' 5 || :
}

session_close() {
	term_close "$1"
}

# console_asks CONSOLE: it asks who wants to sign in. Enter only where it does not
# show so: login(1) takes it for a name, and then wants a password for a minute.
console_asks() {
	local deadline=$((SECONDS + 5))
	until term_all "$1" | tail -n 1 | grep -q ' login: $'; do
		[ "$SECONDS" -le "$deadline" ] || {
			term_mark "$1"
			term_key "$1" Enter
			term_wait "$1" ' login: $' 90
			return
		}
		sleep 0.1
	done
}

# console_login USER [OPTION...]: at the host's console. Afterwards the console
# is a session by the name $(host_console).
console_login() {
	local console
	console=$(host_console)
	person_options "$@"
	rm -f "$LAB/term/$console.code"
	console_asks "$console" || {
		STATUS='no login prompt' SHOWN=$(term_new "$console")
		return 0
	}
	term_mark "$console"
	term_enter "$console" "$USER_NAME"
	STATUS=1
	attend "$console" '[$#] $|Login incorrect| login: $' || STATUS=timeout
	SHOWN=$(term_new "$console")
	! grep -Eq '[$#] $' <<<"$SHOWN" || STATUS=0
}

console_logout() {
	term_mark "$(host_console)"
	term_enter "$(host_console)" ' exit'
	term_wait "$(host_console)" ' login: $' 15 || :
}

# host_gives_key MEMBER: the administrator lets the key $LAB/key in.
host_gives_key() {
	host_sh 'home=$(getent passwd "$1" | cut -d: -f6)
		install -d -m 700 -o "$1" -g "$1" "$home" "$home/.ssh"
		cat >"$home/.ssh/authorized_keys"' "$1" <"$LAB/key.pub"
}

# cron_runs USER [TRIES]: true when cron runs a job of USER. A job at start-up is used,
# so that nobody waits for the next minute. A start runs the jobs of everybody:
# each user has a proof of his own, and no job outlives its question.
cron_runs() {
	local proof=/tmp/cron-proof-$1 ran=1 try deadline
	for try in $(seq "${2:-3}"); do
		host_sh 'rm -f "$2"; echo "@reboot id -un >$2" | crontab -u "$1" -
			systemctl stop cron
			rm -f /run/crond.reboot
			systemctl reset-failed cron
			systemctl start cron' "$1" "$proof"
		deadline=$((SECONDS + 6))
		while [ "$ran" != 0 ] && [ "$SECONDS" -le "$deadline" ]; do
			[ "$(host_sh 'cat "$1" 2>/dev/null || :' \
				"$proof")" != "$1" ] || ran=0
			[ "$ran" = 0 ] || sleep 0.2
		done
		[ "$ran" != 0 ] || break
	done
	host_sh 'crontab -r -u "$1"; rm -f "$2"' "$1" "$proof"
	return "$ran"
}
