#!/bin/bash
# Signing keys, made when FOLDER has none; never committed. Usage: keys.sh FOLDER
#   PK, KEK, db: of the firmware (Secure Boot); db signs boot loader and kernel images
#   seed: signs network settings on a stick
#   update-ca: root of trust of updates; update: the release's certificate, signs bundles
# A product keeps update-ca and PK offline, and gives `make image KEYS=FOLDER` the rest.
set -euo pipefail
folder=$1
mkdir -p "$folder"
chmod 700 "$folder"
cd "$folder"
owner=4a41434b-4649-454c-8444-000000000001
make_key() { openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out "$1.key"; }
if [ ! -e seed.pub ]; then
  make_key seed
  openssl pkey -in seed.key -pubout -out seed.pub
fi
[ -e complete ] && exit
for name in PK KEK db; do
  make_key "$name"
  openssl req -new -x509 -sha256 -days 7300 -subj "/CN=Jackfield $name" -key "$name.key" -out "$name.crt"
  cert-to-efi-sig-list -g "$owner" "$name.crt" "$name.esl"
done
sign-efi-sig-list -t "2024-01-01 00:00:00" -g "$owner" -k PK.key -c PK.crt PK PK.esl PK.auth >/dev/null
sign-efi-sig-list -t "2024-01-01 00:00:00" -g "$owner" -k PK.key -c PK.crt KEK KEK.esl KEK.auth >/dev/null
sign-efi-sig-list -t "2024-01-01 00:00:00" -g "$owner" -k KEK.key -c KEK.crt db db.esl db.auth >/dev/null
make_key update-ca
openssl req -new -x509 -sha256 -days 7300 -subj "/CN=Jackfield update root" \
  -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign \
  -key update-ca.key -out update-ca.crt
make_key update
openssl req -new -subj "/CN=Jackfield release" -key update.key -out update.csr
printf '%s\n' basicConstraints=CA:FALSE keyUsage=critical,digitalSignature \
  extendedKeyUsage=codeSigning > update.ext
openssl x509 -req -sha256 -days 800 -in update.csr -CA update-ca.crt -CAkey update-ca.key \
  -CAcreateserial -extfile update.ext -out update.crt 2>/dev/null
touch complete
