# service.sh: the organisation's identity service, by ORG_PROFILE: Better Auth,
# or the scripted server that speaks the documents of the others. ORG_SERVER
# names the scripted one where it shall play Better Auth too, and count what it
# is asked. ORG_POLICY says whether it takes passwords (standard) or not.
# Needs LAB, SERVICE_PORT and tests.

ORG_PROFILE=${ORG_PROFILE:-better-auth}
ORG_POLICY=${ORG_POLICY:-restricted}
ORG_SERVER=${ORG_SERVER:-}

# The server that plays it.
service_server() {
	if [ -n "$ORG_SERVER" ]; then
		echo "$ORG_SERVER"
	elif [ "$ORG_PROFILE" = better-auth ]; then
		echo better-auth
	else
		echo scripted
	fi
}

# The port wished for; the scripted server takes some behind it too.
service_port() {
	[ "$(service_server)" = better-auth ] && echo 9441 || echo 9443
}

# The role there that makes an administrator of the host.
service_admin() {
	[ "$ORG_PROFILE" = lira ] && echo ADMIN || echo OrganizationAdmin
}

# service_order PATH JSON: to the scripted server
service_order() {
	curl -sS --fail-with-body --max-time 20 --cacert "$LAB/tls/ca.pem" \
		-o /dev/null "https://localhost:$SERVICE_PORT/$1" -d "$2"
}

# service_count WHAT: how often the scripted server was asked for it.
service_count() {
	curl -sS --fail-with-body --max-time 20 --cacert "$LAB/tls/ca.pem" \
		"https://localhost:$SERVICE_PORT/_log?endpoint=$1" |
		jq ".counters[\"$1\"] // 0"
}

# service_person NAME FIELD=VALUE...: changes a member there.
service_person() {
	local name=$1 field fields=
	shift
	if [ "$(service_server)" = better-auth ]; then
		org_lever better-auth "people/$name" "$@"
		return
	fi
	if [ "$*" = member=0 ]; then
		service_order _members "{\"remove\":[\"$name\"]}"
		return
	fi
	for field; do
		fields+=",\"${field%%=*}\":\"${field#*=}\""
	done
	service_order _members "{\"set\":[{\"name\":\"$name\"$fields}]}"
}

# service_reset: everybody is as at the start.
service_reset() {
	if [ "$(service_server)" = better-auth ]; then
		org_lever better-auth reset
		return
	fi
	service_order _reset '{}'
	# Better Auth's default; the scripted server has another.
	[ "$ORG_PROFILE" != apso ] || service_order _control \
		"{\"token\":\"org_jwt\",\"claims\":{\"aud\":\"https://localhost:$SERVICE_PORT\"}}"
}

# service_key: the key with which a host reads the list of members.
service_key() {
	if [ "$(service_server)" = better-auth ]; then
		cat "$LAB/identity/run/host.key"
	else
		echo scripted-host-key
	fi
}

# service_lines: its part of [service]
service_lines() {
	echo "profile = $ORG_PROFILE"
	echo "url = https://localhost:$SERVICE_PORT"
	echo 'api_key_file = /etc/orglogin/api.key'
	case $ORG_PROFILE in
	monozu | lira | eloquent) echo 'jwt_check = transport' ;;
	esac
	echo "auth_policy = $ORG_POLICY"
}

# service_roles: those that may log in
service_roles() {
	if [ "$ORG_PROFILE" = lira ]; then
		echo 'USER, ADMIN, SUPER_ADMIN'
	else
		echo 'owner, OrganizationAdmin, developer, member'
	fi
}
