# nscd's mapped cache in front of files; above 10,000 users filling it from a
# scan would take hours.
MODULE=
THROUGH='pwnam pwuid initgroups pwnam-miss'
WARM=20000
MOST=20000
peer_up() {
	local db
	[ "$users" -le 10000 ] || return 1
	members_in_etc
	nsswitch files
	{
		printf '%s\n' 'paranoia no' 'reload-count unlimited'
		printf 'enable-cache %s no\n' hosts services netgroup
		for db in passwd group; do
			printf "%s $db %s\n" enable-cache yes \
				positive-time-to-live 36000 \
				negative-time-to-live 36000 \
				suggested-size 400009 check-files no \
				persistent no shared yes \
				max-db-size 1073741824 auto-propagate no
		done
	} | over /etc/nscd.conf
	mkdir -p /run/nscd
	nscd -F >/tmp/nscd.log 2>&1 &
	wait_for 10 test -S /run/nscd/socket
}
