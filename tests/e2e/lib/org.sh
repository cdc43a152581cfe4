# org.sh: the organisation: its identity servers, and joining a host to it.
# Needs LAB and host.sh.

identity=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../identity" && pwd)

org_done() {
	[ ! -d "$LAB/identity" ] || "$identity/run.sh" stop "$LAB/identity"
}
