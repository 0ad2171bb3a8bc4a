#!/bin/sh
# Generates generated/client.js and client.d.ts from the schema; needs `npm ci` and Debian's capnproto.
set -eu
cd "$(dirname "$0")"
capnp compile -I/usr/include --src-prefix=../../../schema -o"$PWD/node_modules/.bin/capnpc-js:generated" ../../../schema/client.capnp
capnp compile -I/usr/include --src-prefix=../../../schema -o"$PWD/node_modules/.bin/capnpc-dts:generated" ../../../schema/client.capnp
