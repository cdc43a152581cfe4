# org.sh: the organisation: its identity servers, and joining a host to it.
#
# oidc-provider is the corporate issuer, Better Auth the organisation's
# service unless service.sh is told otherwise; see tests/identity/README.md for
# the people and the levers. Both are on this machine's loopback, which the
# hosts share. Needs LAB, host.sh and tests.

# shellcheck source=tests/e2e/lib/service.sh
. "$tests/e2e/lib/service.sh"

ISSUER_PORT=
SERVICE_PORT=

# org_start [ISSUER_PORT SERVICE_PORT]: starts the servers that do not run, and
# makes their ports known: those wished for at the first start in a lab, else
# any that nobody else would choose while a server is down.
org_start() {
	local identity=$tests/identity
	export IDENTITY_DIR=${ORGLOGIN_CACHE:-/var/cache/orglogin-tests}/identity
	export TLS=$LAB/tls INTERVAL=1
	if [ ! -e "$LAB/ports" ]; then
		"$tests/tools/install.sh" identity
		"$identity/mkca.sh" "$TLS"
		echo "$("$tests/tools/free-port.sh" ${1:+"$1"})" \
			"$("$tests/tools/free-port.sh" ${2:+"$2"})" >"$LAB/ports"
	fi
	read -r ISSUER_PORT SERVICE_PORT <"$LAB/ports"
	export OIDC_PROVIDER_PORT=$ISSUER_PORT BETTER_AUTH_PORT=$SERVICE_PORT
	export SCRIPTED_PORT=$SERVICE_PORT
	"$identity/run.sh" start "$LAB/identity" oidc-provider \
		"$(service_server)"
}

# org_stop [SERVER...]: stops the servers, or some.
org_stop() {
	"$tests/identity/run.sh" stop "$LAB/identity" "$@"
}

org_done() {
	[ ! -d "$LAB/identity" ] || org_stop
}

# org_signal SIGNAL SERVER
org_signal() {
	kill "-$1" "$(cat "$LAB/identity/run/$2.pid")"
}

# org_lever SERVER PATH [FIELD=VALUE...]
org_lever() {
	local port=$SERVICE_PORT path=$2 fields=(-d '') field
	[ "$1" != oidc-provider ] || port=$ISSUER_PORT
	shift 2
	for field; do
		fields+=(--data-urlencode "$field")
	done
	curl -sS --fail-with-body --max-time 20 --cacert "$LAB/tls/ca.pem" \
		-o /dev/null "${fields[@]}" "https://localhost:$port/_test/$path"
}

# org_person NAME FIELD=VALUE...: changes a member at the organisation.
org_person() {
	service_person "$@"
}

# org_approve ADDRESS CODE NAME approve|browse|deny: at the corporate issuer,
# by requests, or (browse) by clicking in a real browser.
org_approve() {
	if [ "$4" = browse ]; then
		"$IDENTITY_DIR/node" "$tests/identity/approve-browser.mjs" \
			"$1" "$2" "$3" >>"$LAB/approvals" 2>&1
	else
		"$tests/identity/approve.sh" oidc-provider \
			"$LAB/tls/ca.pem" "$@" >>"$LAB/approvals" 2>&1
	fi
}

# org_reset: the servers are up, and everybody is as at the start.
org_reset() {
	org_start
	org_lever oidc-provider reset
	service_reset
}

# The daemon's configuration, as the host's administrator writes it.
org_config() {
	cat <<-END
		[organization]
		id = org_acme
		name = Acme

		[provider corp]
		type = oidc
		issuer = https://localhost:$ISSUER_PORT
		client_id = orglogin-host
		allowed_domains = acme.test

		[service]
		$(service_lines)

		[directory]
		type = service
		refresh = 5s

		[accounts]
		everyone = org-members

		[login]
		allow_roles = $(service_roles)

		[role $(service_admin)]
		groups = org-admins
		local_groups = adm

		[role developer]
		groups = developers

		[tls]
		ca_file = /etc/orglogin/ca.pem
	END
}

# org_package: the .deb that is tested; ORGLOGIN_DEB names one made before.
org_package() {
	local out=${ORGLOGIN_CACHE:-/var/cache/orglogin-tests}/package
	if [ -n "${ORGLOGIN_DEB:-}" ]; then
		echo "$ORGLOGIN_DEB"
		return
	fi
	"$tests/tools/package.sh" "$out" >&2
	ls "$out"/orglogin_*.deb
}

# org_install: puts the package into the host with apt; all that it depends on
# is there already, so no network is used.
org_install() {
	local log deb
	deb=$(org_package)
	log=$(host_dir)/install.log
	host_copy "$deb" /root/orglogin.deb
	host_sh 'DEBIAN_FRONTEND=noninteractive \
		apt-get install -y /root/orglogin.deb' \
		>"$log" 2>&1 || {
		cat "$log" >&2
		return 1
	}
}

# org_join: makes the host one of the organisation's, as the manual tells.
org_join() {
	org_reset
	org_install
	host_copy "$LAB/tls/ca.pem" /etc/orglogin/ca.pem
	host_copy "$LAB/identity/run/host.key" /etc/orglogin/api.key
	org_config | host_sh 'chown orglogin: /etc/orglogin/api.key
		chmod 400 /etc/orglogin/api.key
		cat >/etc/orglogin/orglogin.conf
		systemctl start orglogind.socket orglogind.service
		cd /usr/share/doc/orglogin/examples
		sed -i "/^@include common-account/r pam-sudo" \
			/etc/pam.d/sudo /etc/pam.d/sudo-i
		install -m 440 sudoers /etc/sudoers.d/orglogin'
	host_sh "sed -i s/require_role=OrganizationAdmin/require_role=$(service_admin)/ \
		/etc/pam.d/sudo /etc/pam.d/sudo-i"
	org_known || {
		echo "the host does not know its members:" >&2
		host_journal -t orglogind -n 40 >&2
		return 1
	}
}

# The first sync was published.
org_known() {
	local deadline=$((SECONDS + 20))
	until host_exec getent passwd alice >/dev/null; do
		[ "$SECONDS" -le "$deadline" ] || return 1
		sleep 0.2
	done
}
