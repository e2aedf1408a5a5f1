#!/bin/sh
# In the guest, once: keys, which are random, and what the programs are to work on.
set -e
cd /opt/programs
openssl genrsa -out rsa.pem 2048
openssl ecparam -name prime256v1 -genkey -noout -out ec.pem
openssl genpkey -algorithm ed25519 -out ed.pem
seq 1 200000 >numbers
cat /usr/bin/* 2>/dev/null | head -c 8000000 >mixed
sync
