# SSSD with its files provider and a warm memory cache. A large file blocks the
# provider so long at the start that sssd gives up, so it is put in afterwards;
# the group of everybody is left out from 10,000 users on.
MODULE=sss
WARM=20000
MOST=20000
DIRECT='pwnam pwuid grnam grgid initgroups pwnam-miss pwuid-miss'

put_members() {
	if [ "$users" -ge 10000 ]; then
		note 'without the group of everybody'
		grep -v '^allmembers:' "$data/group" >/tmp/sssd.group.new
	else
		cp "$data/group" /tmp/sssd.group.new
	fi
	mv /tmp/sssd.group.new /tmp/sssd.group
	cp "$data/passwd" /tmp/sssd.passwd.new
	mv /tmp/sssd.passwd.new /tmp/sssd.passwd
}

peer_up() {
	head -n 10 "$data/passwd" >/tmp/sssd.passwd
	: >/tmp/sssd.group
	mkdir -p /var/lib/sss/{db,mc,pipes/private,gpo_cache,secrets} \
		/var/lib/sss/{deskprofile,keytabs,pubconf/krb5.include.d} \
		/var/log/sssd /run/sssd
	chmod 755 /var/lib/sss /var/lib/sss/mc /var/lib/sss/pipes
	cat >/tmp/sssd.conf <<-'END'
		[sssd]
		services = nss
		domains = bench
		[nss]
		memcache_timeout = 36000
		memcache_size_passwd = 100
		memcache_size_group = 200
		memcache_size_initgroups = 100
		entry_negative_timeout = 36000
		timeout = 3600
		[domain/bench]
		id_provider = files
		passwd_files = /tmp/sssd.passwd
		group_files = /tmp/sssd.group
		entry_cache_timeout = 36000
		min_id = 1000
		timeout = 3600
	END
	install -m 600 /tmp/sssd.conf /etc/sssd/sssd.conf
	nsswitch 'files sss'
	sssd -i --logger=stderr >/tmp/sssd.log 2>&1 &
	wait_for 30 getent -s sss passwd "$(head -n 1 "$data/passwd" |
		cut -d: -f1)" || return 1
	put_members
	wait_for 400 getent -s sss passwd "$(tail -n 1 "$data/passwd" |
		cut -d: -f1)" || return 1
	nsswitch sss
}
