#!/bin/bash
# Signing keys; never committed. Usage:
#   keys.sh FOLDER          makes them when FOLDER has none
#   keys.sh FOLDER next     makes the next ones of those that sign releases
#   keys.sh FOLDER switch   they sign from now on (UNIT.md, "Keys")
#   PK, KEK, db-ca: what the firmware believes (Secure Boot)
#   db: under db-ca, signs boot loader, kernel images and modules
#   seed: signs network settings on a stick
#   update-ca: root of trust of updates; update: under it, signs bundles
# A product keeps update-ca, db-ca, KEK and PK offline, and gives `make image KEYS=FOLDER` the rest.
set -euo pipefail
folder=$1
mkdir -p "$folder"
chmod 700 "$folder"
cd "$folder"
owner=4a41434b-4649-454c-8444-000000000001
make_key() { openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out "$1.key"; }

# NAME WORDS OPTION...
make_root() {
  make_key "$1"
  openssl req -new -x509 -sha256 -days 7300 -subj "/CN=Jackfield $2" "${@:3}" -key "$1.key" \
    -out "$1.crt"
}

# NAME BY: in the firmware's variable of that name (db for db-ca), signed by what may change it.
authorize() {
  cert-to-efi-sig-list -g "$owner" "$1.crt" "$1.esl"
  sign-efi-sig-list -t "2024-01-01 00:00:00" -g "$owner" -k "$2.key" -c "$2.crt" "${1%-ca}" \
    "$1.esl" "$1.auth" >/dev/null
}

# NAME WORDS CA
make_leaf() {
  make_key "$1"
  openssl req -new -subj "/CN=Jackfield $2" -key "$1.key" -out "$1.csr"
  printf '%s\n' basicConstraints=CA:FALSE keyUsage=critical,digitalSignature \
    extendedKeyUsage=codeSigning authorityKeyIdentifier=keyid > "$1.ext"
  openssl x509 -req -sha256 -days 800 -in "$1.csr" -CA "$3.crt" -CAkey "$3.key" -CAcreateserial \
    -extfile "$1.ext" -out "$1.crt" 2>/dev/null
  rm "$1.csr" "$1.ext"
}

authority=(-addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign)
# SUFFIX: of the names of those that sign releases.
make_release_keys() {
  make_root "update-ca$1" "update root" "${authority[@]}"
  make_leaf "update$1" release "update-ca$1"
  make_leaf "db$1" "boot images" db-ca
}

case ${2:-} in
  next) make_release_keys -next ;;
  switch) for file in {db,update,update-ca}-next.*; do mv "$file" "${file/-next/}"; done ;;
  *)
    if [ ! -e seed.pub ]; then
      make_key seed
      openssl pkey -in seed.key -pubout -out seed.pub
    fi
    [ ! -e .complete ] || exit 0
    make_root PK PK
    make_root KEK KEK
    make_root db-ca "boot root" "${authority[@]}"
    authorize PK PK
    authorize KEK PK
    authorize db-ca KEK
    make_release_keys ""
    touch .complete
    ;;
esac
