# Ours, where the package puts it in nsswitch.conf.
MODULE=orglogin
CLOCK=-c
[ "$users" -lt 1000000 ] || WARM=$users
peer_up() {
	install_module orglogin
	chmod 0644 "$data/snapshot"
	# On the disk, as a published list and the floor's arena are.
	: >/var/lib/orglogin/members.snapshot
	mount --bind "$data/snapshot" /var/lib/orglogin/members.snapshot
	nsswitch 'files orglogin systemd'
}
