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
# Servers that a scenario needs beside these two.
ORG_SERVERS=${ORG_SERVERS:-}
# Lines that it wants in [login], and whole sections.
ORG_LOGIN=${ORG_LOGIN:-}
ORG_SECTIONS=${ORG_SECTIONS:-}

# org_port SERVER [WISHED]: its port in this lab, chosen when first asked for:
# the one wished for, else any that nobody else would choose while it is down.
org_port() {
	local file=$LAB/ports/$1
	mkdir -p "$LAB/ports"
	[ -s "$file" ] || "$tests/tools/free-port.sh" ${2:+"$2"} >"$file"
	cat "$file"
}

# org_start [ISSUER_PORT SERVICE_PORT]: starts the servers that do not run, and
# makes their ports known: those wished for at the first start in a lab.
org_start() {
	local identity=$tests/identity
	export IDENTITY_DIR=${ORGLOGIN_CACHE:-/var/cache/orglogin-tests}/identity
	export TLS=$LAB/tls INTERVAL=1
	if [ ! -e "$TLS" ]; then
		"$tests/tools/install.sh" identity
		"$identity/mkca.sh" "$TLS"
	fi
	ISSUER_PORT=$(org_port oidc-provider "${1:-}")
	SERVICE_PORT=$(org_port "$(service_server)" "${2:-}")
	OIDC_PROVIDER_PORT=$ISSUER_PORT BETTER_AUTH_PORT=$(org_port better-auth) \
		SCRIPTED_PORT=$(org_port scripted) \
		"$identity/run.sh" start "$LAB/identity" oidc-provider \
		"$(service_server)" $ORG_SERVERS
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
	local port path=$2 fields=(-d '') field
	port=$(org_port "$1")
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

# The server that shows the page at ADDRESS.
org_server_at() {
	case $1 in
	"https://localhost:$ISSUER_PORT/"*) echo oidc-provider ;;
	*) echo better-auth ;;
	esac
}

# org_approve ADDRESS CODE NAME approve|browse|deny: by requests, or (browse) by
# clicking in a real browser.
org_approve() {
	if [ "$4" = browse ]; then
		"$IDENTITY_DIR/node" "$tests/identity/approve-browser.mjs" \
			"$1" "$2" "$3" >>"$LAB/approvals" 2>&1
	else
		"$tests/identity/approve.sh" "$(org_server_at "$1")" \
			"$LAB/tls/ca.pem" "$@" >>"$LAB/approvals" 2>&1
	fi
}

# org_paste ADDRESS NAME: signs in at the corporate issuer, and prints what the
# page of the paste grant shows then.
org_paste() {
	"$tests/identity/approve-paste.sh" "$LAB/tls/ca.pem" "$@" \
		2>>"$LAB/approvals"
}

# org_reset: the servers are up, and everybody is as at the start.
org_reset() {
	org_start
	org_lever oidc-provider reset
	service_reset
}

# org_provider NAME PORT [CLIENT [LINE...]]: a [provider NAME] of this machine.
org_provider() {
	printf '%s\n' "[provider $1]" 'type = oidc' \
		"issuer = https://localhost:$2" \
		"client_id = ${3:-orglogin-host}" \
		'allowed_domains = acme.test' "${@:4}" ''
}

# Where people sign in; a scenario may have others.
org_providers() {
	org_provider corp "$ISSUER_PORT"
}

# The daemon's configuration, as the host's administrator writes it.
org_config() {
	cat <<-END
		[organization]
		id = org_acme
		name = Acme

		$(org_providers)

		[service]
		$(service_lines)

		[directory]
		type = service
		refresh = 5s

		[accounts]
		everyone = org-members

		[login]
		allow_roles = $(service_roles)
		$ORG_LOGIN

		[role $(service_admin)]
		groups = org-admins
		local_groups = adm

		[role developer]
		groups = developers

		[tls]
		ca_file = /etc/orglogin/ca.pem

		$ORG_SECTIONS
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
	host_sh 'cd /usr/share/doc/orglogin/examples
		sed -i "/^@include common-account/r pam-sudo" \
			/etc/pam.d/sudo /etc/pam.d/sudo-i
		install -m 440 sudoers /etc/sudoers.d/orglogin'
	host_sh "sed -i s/require_role=OrganizationAdmin/require_role=$(service_admin)/ \
		/etc/pam.d/sudo /etc/pam.d/sudo-i"
	org_configure
}

# org_configure [anew]: the host's configuration is this one, and it knows its
# members. Where it was another, and with anew, nothing is left of what it knew.
org_configure() {
	[ "${1:-}" = anew ] || [ "$(org_config)" != "$(host_sh \
		'cat /etc/orglogin/orglogin.conf 2>/dev/null || :')" ] ||
		return 0
	service_key | host_sh 'umask 077
		cat >/etc/orglogin/api.key
		chown orglogin: /etc/orglogin/api.key'
	org_config | host_sh 'systemctl stop orglogind.socket orglogind.service
		rm -rf /var/lib/orglogin/*
		cat >/etc/orglogin/orglogin.conf
		systemctl start orglogind.socket orglogind.service'
	org_known || {
		echo "the host does not know its members:" >&2
		host_journal -t orglogind -n 40 >&2
		return 1
	}
}

# org_reconfigure: the host's administrator changes what org_config tells now,
# and the host keeps what it knows. systemd counts starts in a row.
org_reconfigure() {
	org_config | host_sh 'cat >/etc/orglogin/orglogin.conf
		systemctl reset-failed orglogind.service
		systemctl restart orglogind.service'
	org_known
}

# The first sync was published.
org_known() {
	local deadline=$((SECONDS + 20))
	until host_exec getent passwd alice >/dev/null; do
		[ "$SECONDS" -le "$deadline" ] || return 1
		sleep 0.2
	done
}
