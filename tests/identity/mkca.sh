#!/bin/sh
# mkca.sh DIR: a throw-away CA (DIR/ca.pem is for the clients) and certificates
# for one key, DIR/srv.key: srv.pem is good, fronts.pem for the names of Google
# and Entra ID; other.pem names another host, self.pem is signed by no CA,
# expired.pem ended in 2021.
set -eu
mkdir -p "${1:?usage: mkca.sh DIR}"
cd "$1"
if [ -e done ] && [ -e fronts.pem ] && openssl x509 -checkend 86400 -noout -in srv.pem >/dev/null
then
	exit 0
fi
umask 077

ec="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
here='DNS:localhost,DNS:idp.test,DNS:org.test,IP:127.0.0.1,IP:::1'

fronts=DNS:accounts.google.com,DNS:oauth2.googleapis.com
fronts=$fronts,DNS:www.googleapis.com,DNS:login.microsoftonline.com

openssl req -x509 $ec -days 30 -subj "/CN=throw-away test CA" \
    -keyout ca.key -out ca.pem -addext basicConstraints=critical,CA:TRUE \
    -addext keyUsage=critical,keyCertSign,cRLSign 2>/dev/null
openssl req $ec -subj "/CN=localhost" -keyout srv.key -out srv.csr 2>/dev/null

cat >ca.cnf <<END
[ca]
default_ca = test
[test]
database = index.txt
new_certs_dir = .
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
[any]
commonName = supplied
END
: >index.txt

# sign NAME SUBJECT-ALT-NAMES START END
sign()
{
	printf '%s\n' "subjectAltName=$2" basicConstraints=CA:FALSE \
	    extendedKeyUsage=serverAuth >"$1.ext"
	openssl ca -batch -notext -config ca.cnf -cert ca.pem -keyfile ca.key \
	    -in srv.csr -extfile "$1.ext" -startdate "$3" -enddate "$4" \
	    -out "$1.pem" 2>/dev/null
}
now=$(date -u -d '1 hour ago' +%Y%m%d%H%M%SZ)
later=$(date -u -d '30 days' +%Y%m%d%H%M%SZ)
sign srv "$here" "$now" "$later"
sign fronts "$fronts" "$now" "$later"
sign other DNS:other.test "$now" "$later"
sign expired "$here" 20200101000000Z 20210101000000Z
openssl req -x509 -key srv.key -days 30 -subj "/CN=localhost" \
    -addext "subjectAltName=$here" -out self.pem 2>/dev/null
chmod 644 ./*.pem
touch done
