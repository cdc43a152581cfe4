#!/bin/sh
# setup.sh DIR: brings what the identity servers need into DIR: Node 22, the
# packages of package-lock.json, a throw-away CA, and DIR/node, which runs a
# server of any source tree. Quick when there is nothing to do.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "${1:?usage: setup.sh DIR}"
dir=$(cd "$1" && pwd)

# Several scripts may set up the same folder at once.
exec 9>"$dir/setup.lock"
flock 9

installed=$dir/node_modules/.from
if ! cmp -s "$here/package-lock.json" "$installed"; then
	command -v npm >/dev/null || "$here/../tools/install.sh" npm >&2
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
cp "$here/modules.mjs" "$dir/modules.new"
mv "$dir/modules.new" "$dir/modules.mjs"
cat >"$dir/node.new" <<END
#!/bin/sh
IDENTITY_DIR='$dir'
TLS=\${TLS:-'$dir/tls'}
NODE_EXTRA_CA_CERTS=\$TLS/ca.pem
export IDENTITY_DIR TLS NODE_EXTRA_CA_CERTS
exec '$node' --no-warnings --import '$dir/modules.mjs' "\$@"
END
chmod 755 "$dir/node.new"
mv "$dir/node.new" "$dir/node"

"$here/mkca.sh" "$dir/tls"
