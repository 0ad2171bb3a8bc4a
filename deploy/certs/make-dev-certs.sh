#!/usr/bin/env bash
# Makes what docker-compose.console.yml takes: a certificate of the consoles, an authority for it, and
# tokens. For development: in production the certificates are your authority's, and tokens are
# made one for each person or program.
set -euo pipefail
umask 077

usage() {
  cat <<'TEXT'
usage: deploy/certs/make-dev-certs.sh [--dir DIR] [--names NAME,...] [--days N]

  --dir DIR     where to (default: dev, beside this script); it must not exist yet
  --names NAMES who may be reached under the certificate (default: the servers of the compose files)
  --days N      how long the certificates are good for (default 90); the tokens end with them

Makes DIR/servers (console.pem, console.key, tokens), DIR/prometheus (ca.pem, viewer.token), and for you
DIR/ca.pem, DIR/viewer.token, DIR/operator.token and DIR/admin.token.
TEXT
}

die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

directory=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/dev
names=quorate,quorate1,quorate2,quorate3,localhost days=90
while [ $# -gt 0 ]; do
  case $1 in
    --dir | --names | --days)
      [ $# -ge 2 ] || die "$1 takes a value; see --help"
      case $1 in
        --dir) directory=$2 ;;
        --names) names=$2 ;;
        --days) days=$2 ;;
      esac
      shift 2
      ;;
    -h | --help) usage && exit 0 ;;
    *) die "unknown option $1; see --help" ;;
  esac
done
[[ $days =~ ^[1-9][0-9]{0,3}$ ]] || die "--days $days: a number from 1 to 9999"
[[ $names =~ ^[A-Za-z0-9.-]+(,[A-Za-z0-9.-]+)*$ ]] || die "--names $names: host names, separated by commas"
command -v openssl >/dev/null || die "openssl is not installed"

# Made beside its place and moved there, so that there is never half of it.
[ ! -e "$directory" ] || die "$directory is there already; remove it if nobody uses what is in it"
mkdir -p "$(dirname "$directory")"
work=$(mktemp -d "$directory.XXXXXX")
trap 'rm -rf "$work"' EXIT

quietly() {
  local said
  said=$("$@" 2>&1) || die "$* failed: $said"
}
key() { quietly openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"; }

key "$work/ca.key"
quietly openssl req -x509 -new -key "$work/ca.key" -sha256 -days "$days" -subj "/O=Quorate development/CN=console CA" \
  -addext basicConstraints=critical,CA:TRUE,pathlen:0 -addext keyUsage=critical,keyCertSign -out "$work/ca.pem"

mkdir "$work/servers" "$work/prometheus"
key "$work/servers/console.key"
quietly openssl req -new -key "$work/servers/console.key" -subj "/O=Quorate development/CN=console" -out "$work/request.pem"
cat >"$work/extensions" <<TEXT
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=serverAuth
subjectAltName=DNS:${names//,/,DNS:},IP:127.0.0.1
TEXT
quietly openssl x509 -req -in "$work/request.pem" -CA "$work/ca.pem" -CAkey "$work/ca.key" -CAcreateserial -sha256 \
  -days "$days" -extfile "$work/extensions" -out "$work/servers/console.pem"

# The servers keep hashes; who has the token is whom it names.
until=$(date -u -d "+$days days" +%Y-%m-%d)
for role in viewer operator admin; do
  token=$(openssl rand -hex 32)
  printf '%s\n' "$token" >"$work/$role.token"
  printf 'dev-%s %s %s %s\n' "$role" "$role" "$(printf %s "$token" | sha256sum | cut -d' ' -f1)" "$until" >>"$work/servers/tokens"
done
cp "$work/ca.pem" "$work/viewer.token" "$work/prometheus"

# Containers run as users of their own, which must be able to read what is mounted. Others on this
# machine do not get past the directory above.
chmod 755 "$work/servers" "$work/prometheus"
chmod 644 "$work"/servers/* "$work"/prometheus/*
rm -f "$work/request.pem" "$work/extensions" "$work/ca.srl"
mv -T "$work" "$directory"
trap - EXIT
echo "made $directory: admin.token opens the console; all of it ends on $until"
