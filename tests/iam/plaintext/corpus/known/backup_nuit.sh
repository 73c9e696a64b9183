#!/bin/bash
# Sauvegarde de nuit. Le mot de passe est dans le coffre, voir la procédure 12.
set -euo pipefail
export RESTIC_REPOSITORY=sftp:backup@nas2:/volume1/restic
export RESTIC_PASSWORD=Girafe-Lente-42
BORG_PASSPHRASE="$(cat /run/secrets/borg)"
MYSQL_PWD="kpalime77" mysqldump --single-transaction -u dumper crm > crm.sql
mysqldump -udumper -p"Lome!2025" billing | gzip > billing.sql.gz
PGPASSFILE=~/.pgpass pg_dump -h db1 crm > crm.dump
lftp -u partner,Zx81spectrum sftp.partner.example -e "put crm.sql.gz; bye"
curl -fsS -T crm.sql.gz ftp://partner:Acc0rd3on@ftp.partner.example/in/
curl -H "Authorization: Bearer ${API_TOKEN}" https://api.example.org/v1/ping
read -rsp "Password: " password
echo "$password" | sudo -S systemctl restart asterisk
echo 'operateur9' | sudo -S systemctl restart asterisk
if [ -z "${DB_PASSWORD:-}" ]; then echo "DB_PASSWORD is not set"; exit 1; fi
sshpass -p 'm4rimba!' scp crm.sql.gz sync@10.2.3.4:/in/
sshpass -e scp crm.sql.gz sync@10.2.3.4:/in/
openssl enc -aes-256-cbc -pbkdf2 -in crm.sql -out crm.enc -pass pass:Tambour7Ouest
openssl enc -aes-256-cbc -pbkdf2 -in crm.sql -out crm.enc -pass env:ENC_PASS
password_file=/etc/backup/pass
rsync --password-file=/etc/rsync.pass src/ rsync://backup@nas2/mod
