# names.sh: sourced by run.sh: the names as programs read them from the files
# that the daemon has published.
# shellcheck shell=bash disable=SC2034,SC2154 # variables shared with run.sh

# How many lines hold text that is nobody's business: mail, ids, tokens, which
# all are longer than any text that names need.
secrets_in() {
	cat "$@" | LC_ALL=C grep -acE \
		'acme\.test|usr_|corp-|scripted|eyJ[A-Za-z0-9]|[[:print:]]{20}' || :
}

# The file and, of what a sign-in changed, the overlay.
publish_both() {
	fresh
	"$build/orgloginctl" sync --accept-shrink >/dev/null
	call _members '{"set":[{"name":"carol","role":"OrganizationAdmin"}]}'
	is t72_a_sign_in_changes_something "$(wire signin carol)" ok
}

# A host's own places for the module, in this namespace.
install_names() {
	names=$(mktemp -d "$work/names.XXXXXX")
	private_folder "$names"
	cp -L "$build/nss_module/.libs/libnss_orglogin.so.2" \
		"$build/tests/tools/setuid-names" "$names"
	chmod 4755 "$names/setuid-names"
	echo "$names" >"$work/ld.so.conf"
	/sbin/ldconfig -X -f "$work/ld.so.conf" -C "$work/ld.so.cache" \
		2>/dev/null
	printf '%s: files orglogin\n' passwd group >"$work/nsswitch.conf"
	mount --bind "$work/ld.so.cache" /etc/ld.so.cache
	mount --bind "$work/nsswitch.conf" /etc/nsswitch.conf
}

remove_names() {
	umount /etc/nsswitch.conf /etc/ld.so.cache
}

# Each variable that the module could know by name, and those that rule the
# loader and the library, all leading to what is no library.
hostile_variables() {
	local variable
	mkdir "$names/decoy"
	echo nothing >"$names/decoy/libnss_orglogin.so.2"
	while read -r variable; do
		echo "$variable=$names/decoy"
	done < <(strings -n 4 "$names/libnss_orglogin.so.2" |
		grep -E '^[A-Z_][A-Z0-9_]+$')
	printf '%s\n' "LD_LIBRARY_PATH=$names/decoy" \
		"LD_PRELOAD=$names/decoy/libnss_orglogin.so.2" \
		"ORGLOGIN_SNAPSHOT=$names/decoy" "TMPDIR=$names/decoy" \
		"LOCPATH=$names/decoy" "NLSPATH=$names/decoy" \
		"HOSTALIASES=$names/decoy" "MALLOC_TRACE=$names/decoy"
}

as_nobody() {
	setpriv --reuid 65534 --regid 65534 --clear-groups env -i "$@" 2>&1 || :
}

published_names() {
	local names variables=() told carol
	publish_both
	is t72_both_files_are_there "$(stat -c '%n %a' "$state"/members.* |
		sed 's,.*/,,' | sort | tr '\n' ' ')" \
		'members.overlay 644 members.snapshot 644 '
	is t72_they_hold_no_mail_id_or_token \
		"$(secrets_in "$state/members.snapshot" "$state/members.overlay")" 0
	is t72_the_look_finds_them_where_they_are \
		"$([ "$(secrets_in "$state/private/state.db")" -gt 0 ] && echo yes)" yes
	install_names
	is t72_no_password_is_empty "$(getent passwd | awk -F: '
		$3 >= 1879048192 { print $2, $6 }' | sort | tr '\n' ' ')" \
		'* /home/alice * /home/bob * /home/carol * /home/dave '
	mapfile -t variables < <(hostile_variables)
	told=$(as_nobody "$names/setuid-names" carol org-admins)
	carol=$(number carol)
	is t67_a_setuid_program_is_told "$(grep -cE \
		"^carol:\*:${carol#*:}:|^org-admins:.*:carol" <<<"$told")" 2
	is t67_whatever_its_environment "$(as_nobody "${variables[@]}" \
		"$names/setuid-names" carol org-admins)" "$told"
	is t67_which_misleads_others "$(as_nobody "${variables[@]}" \
		getent -s orglogin passwd carol 2>&1 | grep -c '^carol')" 0
	remove_names
}
