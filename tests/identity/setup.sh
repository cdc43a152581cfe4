#!/bin/sh
# setup.sh DIR: brings what the identity servers need into DIR: Node 22, the
# packages of package-lock.json, a throw-away CA, and DIR/node, which runs a
# server from this folder. Quick when there is nothing to do.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "${1:?usage: setup.sh DIR}"
dir=$(cd "$1" && pwd)

# Several scripts may set up the same folder at once.
exec 9>"$dir/setup.lock"
flock 9

need_npm()
{
	command -v npm >/dev/null && return
	[ "$(id -u)" = 0 ] || { echo "setup.sh: npm is missing" >&2; exit 1; }
	xargs env DEBIAN_FRONTEND=noninteractive apt-get install -qqy \
	    --no-install-recommends <"$here/../tools/packages/npm" >&2
}

installed=$dir/node_modules/.from
if ! cmp -s "$here/package-lock.json" "$installed"; then
	need_npm
	cp "$here/package.json" "$here/package-lock.json" "$dir/"
	(cd "$dir" && npm ci --ignore-scripts --no-audit --no-fund \
	    --loglevel=error) >&2
	cp "$here/package-lock.json" "$installed"
fi

node=
for n in "$dir"/node_modules/node-linux-*/bin/node; do
	[ -e "$n" ] && node=$n
done
[ -n "$node" ] || { echo "setup.sh: no Node for $(uname -m)" >&2; exit 1; }
cat >"$dir/node.new" <<END
#!/bin/sh
IDENTITY_DIR='$dir'
TLS=\${TLS:-'$dir/tls'}
NODE_EXTRA_CA_CERTS=\$TLS/ca.pem
export IDENTITY_DIR TLS NODE_EXTRA_CA_CERTS
exec '$node' --no-warnings --import '$here/modules.mjs' "\$@"
END
chmod 755 "$dir/node.new"
mv "$dir/node.new" "$dir/node"

"$here/mkca.sh" "$dir/tls"
