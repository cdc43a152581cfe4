# shellcheck shell=bash disable=SC2034,SC2154 # run.sh sources this and sets the rest
# clock.sh: a daemon whose clocks a test moves, for run.sh: by libfaketime, which
# reads from a file how far they are off.

moved_s=0

# clock_moves SECONDS: so far from the real one, from now on.
clock_moves() {
	moved_s=$1
	printf '%+ds\n' "$1" >"$work/clock.new"
	mv "$work/clock.new" "$work/clock"
}

# moving_clock [FAKETIME=VALUE]...: of the daemons that are started from now on.
# Without more, the time since boot moves with the clock on the wall.
moving_clock() {
	clock_moves 0
	under=(env "LD_PRELOAD=$(dpkg -L libfaketime |
		grep -m 1 '/libfaketime\.so')"
		"FAKETIME_TIMESTAMP_FILE=$work/clock" FAKETIME_NO_CACHE=1
		FAKETIME_DISABLE_SHM=1 "$@")
}

# Only the clock on the wall moves.
moving_wall_clock() {
	moving_clock FAKETIME_DONT_FAKE_MONOTONIC=1
}

# The provider and the service have that clock too.
tokens_of_that_time() {
	local token
	for token in id_token org_jwt; do
		control "{\"token\":\"$token\",\"claims\":{\"iat\":{\"in\":$moved_s},\"exp\":{\"in\":$((moved_s + 900))}}}"
	done
}

still_clock() {
	under=()
	moved_s=0
}
