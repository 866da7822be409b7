#!/bin/bash
# Signing keys; never committed. Usage:
#   keys.sh FOLDER          makes them when FOLDER has none
#   keys.sh FOLDER next     makes the next ones: what is built from then on tells units of them
#   keys.sh FOLDER switch   they sign from now on; for units that run a release which told them
#   PK, KEK, db: of the firmware (Secure Boot); db signs boot loader and kernel images
#   seed: signs network settings on a stick
#   update-ca: root of trust of updates; update: the release's certificate, signs bundles
# A product keeps update-ca, PK and KEK offline, and gives `make image KEYS=FOLDER` the rest.
set -euo pipefail
folder=$1
mkdir -p "$folder"
chmod 700 "$folder"
cd "$folder"
owner=4a41434b-4649-454c-8444-000000000001
make_key() { openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out "$1.key"; }

# NAME WORDS
make_firmware_key() {
  make_key "$1"
  openssl req -new -x509 -sha256 -days 7300 -subj "/CN=Jackfield $2" -key "$1.key" -out "$1.crt"
  cert-to-efi-sig-list -g "$owner" "$1.crt" "$1.esl"
}

# BY VARIABLE NAME OPTION...: the variable's new content, signed by the key that may change it.
authorize() {
  sign-efi-sig-list "${@:4}" -t "2024-01-01 00:00:00" -g "$owner" -k "$1.key" -c "$1.crt" \
    "$2" "$3.esl" "$3.auth" >/dev/null
}

# SUFFIX WORDS: of the names, and of the certificates.
make_update_keys() {
  make_key "update-ca$1"
  openssl req -new -x509 -sha256 -days 7300 -subj "/CN=Jackfield update root$2" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign \
    -key "update-ca$1.key" -out "update-ca$1.crt"
  make_key "update$1"
  openssl req -new -subj "/CN=Jackfield release$2" -key "update$1.key" -out "update$1.csr"
  printf '%s\n' basicConstraints=CA:FALSE keyUsage=critical,digitalSignature \
    extendedKeyUsage=codeSigning > update.ext
  openssl x509 -req -sha256 -days 800 -in "update$1.csr" -CA "update-ca$1.crt" \
    -CAkey "update-ca$1.key" -CAcreateserial -extfile update.ext -out "update$1.crt" 2>/dev/null
}

case ${2:-} in
  next)
    words=" of $(date -u +%F)"
    make_firmware_key db-next "db$words"
    authorize KEK db db-next -a
    make_update_keys -next "$words"
    ;;
  switch)
    rm db-next.auth
    for file in {db,update,update-ca}-next.*; do mv "$file" "${file/-next/}"; done
    authorize KEK db db
    ;;
  *)
    if [ ! -e seed.pub ]; then
      make_key seed
      openssl pkey -in seed.key -pubout -out seed.pub
    fi
    [ ! -e complete ] || exit 0
    for name in PK KEK db; do make_firmware_key $name $name; done
    authorize PK PK PK
    authorize PK KEK KEK
    authorize KEK db db
    make_update_keys "" ""
    touch complete
    ;;
esac
