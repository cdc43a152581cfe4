# host.sh: throw-away Debian hosts, booted by systemd-nspawn.
#
# A host shares the loopback with this machine, so its sshd gets a port of its
# own and it reaches the identity servers at localhost. Its console is the
# terminal `console-NAME`. HOST names the host that the other calls mean.
# Needs LAB, tests (the folder above) and terminal.sh.

ROOT_PASSWORD=root-password
LOCAL_PASSWORD=local-password

host_dir() {
	echo "$LAB/hosts/$HOST"
}

host_root() {
	echo "$LAB/hosts/$HOST/root"
}

host_port() {
	cat "$LAB/hosts/$HOST/port"
}

host_console() {
	echo "console-$HOST"
}

# Its name among all machines of several labs.
host_machine() {
	echo "$HOST-$(basename "$LAB" | tr -dc a-zA-Z0-9)"
}

host_key() {
	echo "$LAB/key"
}

# The pid, on this machine, of the host's first process.
host_leader() {
	local pid
	pid=$(term_pid "$(host_console)") && pgrep -P "$pid" -x systemd
}

host_exec() {
	nsenter -t "$(cat "$(host_dir)/leader")" -m -u -i -p -r -w -- \
		/usr/bin/env -i HOME=/root LANG=C.UTF-8 TERM=dumb \
		PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		"$@"
}

# host_sh SCRIPT [ARG...]: a shell script inside the host, as root.
host_sh() {
	local script=$1
	shift
	host_exec /bin/sh -euc "$script" sh "$@"
}

# host_copy FILE PATH: copies a file of this machine into the host.
host_copy() {
	host_sh 'cat >"$1"' "$2" <"$1"
}

host_journal() {
	host_exec journalctl --boot --no-pager --output=short-monotonic "$@"
}

# host_holds PATTERN: what of the daemon's files and of all logs holds it, as
# grep -P looks for it in bytes. The file of last logins is as long as numbers
# are high, and nearly all of it a hole.
host_holds() {
	host_sh 'journalctl --sync
		journalctl --boot --no-pager | grep -P -m 1 -e "$1" || :
		LC_ALL=C grep -raPl --exclude=lastlog -e "$1" \
			/var/lib/orglogin /run/orglogin /var/log || :' "$1"
}

# The accounts that a host of an administrator without orglogin has.
host_accounts() {
	local root=$1 home
	chroot "$root" useradd -m -s /bin/bash -G sudo localuser
	chroot "$root" useradd -m -s /bin/bash keyuser
	printf '%s\n' "root:$ROOT_PASSWORD" "localuser:$LOCAL_PASSWORD" |
		chroot "$root" chpasswd
	[ -f "$LAB/key" ] || ssh-keygen -q -t ed25519 -N '' -C lab -f "$LAB/key"
	for home in /root /home/keyuser; do
		mkdir -p -m 700 "$root$home/.ssh"
		cp "$LAB/key.pub" "$root$home/.ssh/authorized_keys"
		chroot "$root" chown -R --reference="$home" "$home/.ssh"
	done
}

host_prepare() {
	local root=$1 port=$2
	"$tests/e2e/lib/image.sh" "$root"
	echo "$HOST" >"$root/etc/hostname"
	printf '127.0.0.1 localhost\n::1 localhost\n127.0.1.1 %s\n' "$HOST" \
		>"$root/etc/hosts"
	printf 'Port %s\nListenAddress 127.0.0.1\n' "$port" \
		>"$root/etc/ssh/sshd_config.d/10-lab.conf"
	chroot "$root" ssh-keygen -A >/dev/null
	sed "s/^/[127.0.0.1]:$port /" "$root/etc/ssh/ssh_host_ed25519_key.pub" \
		>"$(host_dir)/known_hosts"
	chroot "$root" systemctl -q mask systemd-networkd.service \
		systemd-resolved.service systemd-timesyncd.service \
		apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer
	rm -rf "$root/etc/motd" "$root/etc/update-motd.d"
	host_accounts "$root"
}

host_nspawn() {
	set -- systemd-nspawn --quiet --boot --console=interactive \
		--directory="$(host_root)" --hostname="$HOST" \
		--machine="$(host_machine)" \
		--register=no --link-journal=no --timezone=off \
		--resolv-conf=copy-host
	# Where systemd runs it gives the host a scope; elsewhere there is none.
	[ -d /run/systemd/system ] || set -- "$@" --keep-unit
	term_open "$(host_console)" "$@"
}

host_running() {
	case $(host_exec systemctl is-system-running 2>/dev/null) in
	running | degraded) return 0 ;;
	esac
	return 1
}

# host_boot NAME [PORT]: makes and boots a host, and waits until it is up.
host_boot() {
	HOST=$1
	mkdir -p "$(host_dir)"
	"$tests/tools/free-port.sh" ${2:+"$2"} >"$(host_dir)/port"
	host_prepare "$(host_root)" "$(host_port)"
	host_start
}

# host_start: boots the host that is there, and waits until it is up.
host_start() {
	local deadline=$((SECONDS + 60))
	host_nspawn
	until host_leader >"$(host_dir)/leader" && host_running; do
		[ "$SECONDS" -le "$deadline" ] && ! term_dead "$(host_console)" || {
			echo "the host did not boot:" >&2
			term_all "$(host_console)" | tail -n 40 >&2
			return 1
		}
		sleep 0.2
	done
}

# host_reboot: down in good order, and up again.
host_reboot() {
	host_exec systemctl poweroff
	term_wait_end "$(host_console)" 60
	term_close "$(host_console)"
	host_start
}

# host_stop NAME: ends a host and removes all of it, in whatever state it is.
# With its first process everything in it dies; nspawn then cleans up itself.
host_stop() {
	local leader deadline=$((SECONDS + 10))
	HOST=$1
	[ -d "$(host_dir)" ] || return 0
	leader=$(cat "$(host_dir)/leader" 2>/dev/null || host_leader) || leader=
	if [ -n "$leader" ] && [ "/proc/$leader/root" -ef "$(host_root)" ]; then
		kill -KILL "$leader"
	fi
	until term_dead "$(host_console)" || [ "$SECONDS" -gt "$deadline" ]; do
		sleep 0.1
	done
	term_close "$(host_console)"
	[ ! -d "$(host_root)" ] || rm -f "/run/systemd/nspawn/locks/$(
		stat -c inode-%d:%i "$(host_root)")"
	rm -rf --one-file-system "$(host_dir)" \
		"/run/systemd/nspawn/propagate/$(host_machine)"
}

hosts_done() {
	local dir
	for dir in "$LAB"/hosts/*/; do
		[ ! -d "$dir" ] || host_stop "$(basename "$dir")"
	done
}
