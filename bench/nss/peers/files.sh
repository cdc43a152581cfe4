# glibc's own: a scan of /etc/passwd and /etc/group.
MODULE=files
DIRECT='pwnam pwuid initgroups pwnam-miss pwent'
peer_up() {
	members_in_etc
	nsswitch files
}
