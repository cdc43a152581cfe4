# shellcheck shell=sh disable=SC2154 # tests and build are set by who sources it
# daemonlab.sh: for benchmarks of the daemon, which source it: the scripted
# identity server, and the folders and the account of the daemon in a mount
# namespace of its own, so that no login of the machine is touched.
# Needs $tests and $build.
#
# IDENTITY_DIR names an installation of tests/identity/setup.sh to share.
work=$(mktemp -d)
IDENTITY_DIR=${IDENTITY_DIR:-$work/identity}
export IDENTITY_DIR
daemon=

end()
{
	for pid in ${holder:-} $daemon; do
		kill "$pid" 2>/dev/null || true
	done
	"$tests/identity/run.sh" stop "$work" scripted
	rm -rf "$work"
}
trap end EXIT
trap 'exit 1' INT TERM

fail()
{
	echo "$0: $*" >&2
	[ ! -s "$work/daemon.log" ] || tail -5 "$work/daemon.log" >&2
	exit 1
}

# until_true WHAT COMMAND...: within a minute.
until_true()
{
	what=$1
	shift
	deadline=$(($(date +%s) + 60))
	until "$@"; do
		[ "$(date +%s)" -lt $deadline ] || fail "no $what"
		sleep 0.2
	done
}

# order PATH JSON: tells the scripted server something.
order()
{
	curl -fsS --cacert "$IDENTITY_DIR/tls/ca.pem" -o "$work/order" \
	    ${2:+-d "$2"} "$url/$1"
	cat "$work/order"
}

# shellcheck disable=SC2154 # bench-signins names config and the folders
prepare_host()
{
	eval "$("$build/bench/bench-signins" paths)"
	sed '/^orglogin:/d' /etc/passwd >"$work/passwd"
	sed '/^orglogin:/d' /etc/group >"$work/group"
	echo 'orglogin:x:64990:64990::/nonexistent:/usr/sbin/nologin' >>"$work/passwd"
	echo 'orglogin:x:64990:' >>"$work/group"
	mount --bind "$work/passwd" /etc/passwd
	mount --bind "$work/group" /etc/group
	for folder in "${config%/*}" "$profiles" "$state" "$socket_dir"; do
		mkdir -p "$folder"
		mount -t tmpfs -o mode=755 bench "$folder"
	done
	chown 64990:64990 "$state" "$socket_dir"
	cp "$tests"/../packaging/profiles/*.conf "$profiles/"
	(umask 077 && printf %s scripted-host-key >"${config%/*}/host.key")
	chown 64990 "${config%/*}/host.key"
	cat >"$config" <<-END
	[organization]
	id = org_acme
	name = Acme
	[provider corp]
	type = oidc
	issuer = $url
	client_id = orglogin-host
	allowed_domains = acme.test
	[service]
	profile = better-auth
	url = $url
	api_key_file = ${config%/*}/host.key
	[directory]
	refresh = 15m
	[login]
	allow_roles = OrganizationAdmin, member
	[sudo]
	max_age = 15m
	[role OrganizationAdmin]
	groups = org-admins
	END
}

# The throw-away CA among those of the system, as it is where nothing is set.
prepare_trust()
{
	certs=/etc/ssl/certs
	ca=$IDENTITY_DIR/tls/ca.pem
	cp -a $certs "$work/certs"
	cp "$ca" "$work/certs/$(openssl x509 -hash -noout -in "$ca").0"
	cat "$ca" >>"$work/certs/ca-certificates.crt"
	mount --bind "$work/certs" $certs
}

# start_identity MEMBERS: the scripted server with that many, and $url.
start_identity()
{
	SCRIPTED_PORT=0 "$tests/identity/run.sh" start "$work" scripted
	url=$(sed -n 's/^ready \([^ ]*\).*/\1/p' "$work/run/scripted.log")
	order _members "{\"bulk\":$(($1 - 5))}" >/dev/null
}

# start_daemon COMMAND...: under that command, with the environment that the unit gives.
start_daemon()
{
	# shellcheck disable=SC2046 # no value there holds a blank
	env -i $(sed -n 's/^Environment=//p' \
	    "$tests/../packaging/orglogind.service.in") \
	    "$@" "$build/orglogind" >"$work/daemon.log" 2>&1 &
	daemon=$!
}

# members_there COUNT: so many are published.
members_there()
{
	"$build/orgloginctl" status --json >"$work/status" 2>&1 &&
	    grep -q "\"published\": *$1\b" "$work/status"
}

# tell_size WHAT: of the daemon, now.
tell_size()
{
	awk -v what="$1" '
	/^(VmHWM|VmRSS|RssAnon|RssFile|Pss):/ { kb[$1] = $2 }
	END {
		printf "size: %-28s resident %d kB (anonymous %d, files %d)" \
		    "   proportional %d kB   peak %d kB\n", what, kb["VmRSS:"],
		    kb["RssAnon:"], kb["RssFile:"], kb["Pss:"], kb["VmHWM:"]
	}' "/proc/$daemon/status" "/proc/$daemon/smaps_rollup"
}
