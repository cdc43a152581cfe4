# factors.sh: second factors in people's hands: the authenticator on a phone, and
# a code that is typed from it. An authenticator is a file in the lab with its
# key; beside it stands the last step that it told a code of.
# Needs LAB, terminal.sh and person.sh.

STEP_S=30

# authenticator_takes NAME AUTHENTICATOR: the key that terminal NAME shows.
authenticator_takes() {
	local key
	key=$(term_new "$1" | sed -n 's/^  \([A-Z2-7]\{4\}\( [A-Z2-7]*\)*\)$/\1/p' |
		tail -n 1 | tr -d ' ')
	[ -n "$key" ] || return 0
	mkdir -p "$LAB/authenticators"
	[ "$key" != "$(cat "$LAB/authenticators/$2" 2>/dev/null)" ] || return 0
	echo "$key" >"$LAB/authenticators/$2"
	echo 0 >"$LAB/authenticators/$2.step"
}

# authenticator_code AUTHENTICATOR: a code that it has not told yet: the one of
# now, or else the next, for which its owner may have to wait.
authenticator_code() {
	local file=$LAB/authenticators/$1 step now
	step=$(cat "$file.step")
	now=$(($(date +%s) / STEP_S))
	step=$((step < now ? now : step + 1))
	until [ $((now + 1)) -ge "$step" ]; do
		sleep 0.5
		now=$(($(date +%s) / STEP_S))
	done
	echo "$step" >"$file.step"
	authenticator_last "$1"
}

# authenticator_last AUTHENTICATOR: the code that it told last.
authenticator_last() {
	local file=$LAB/authenticators/$1
	oathtool --totp --base32 --now "@$(($(cat "$file.step") * STEP_S))" 		"$(cat "$file")"
}

# authenticator_tells NAME AUTHENTICATOR: types a code of it into terminal NAME.
authenticator_tells() {
	[ -n "$2" ] || return 1
	authenticator_takes "$1" "$2"
	term_enter "$1" "$(authenticator_code "$2")"
}

# recorded KIND FIELD=VALUE...: the last records that root is shown hold one with
# all of these.
recorded() {
	local filter=".kind == \"$1\"" field
	shift
	for field; do
		filter+=" and (.${field%%=*} | tostring) == \"${field#*=}\""
	done
	host_exec orgloginctl audit --json -n 200 |
		jq -e "any(.[]; $filter)" >/dev/null
}
