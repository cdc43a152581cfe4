# nss-systemd with drop-in records in /etc/userdb, without userdbd.
MODULE=systemd
DIRECT='pwnam pwuid pwnam-miss'
THROUGH='pwnam pwnam-miss'
peer_up() {
	[ -d "$data/userdb" ] || return 1
	mkdir -p /etc/userdb
	mount --bind "$data/userdb" /etc/userdb
	nsswitch systemd
}
