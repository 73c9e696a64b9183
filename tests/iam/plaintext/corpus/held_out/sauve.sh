#!/bin/ksh
. /etc/profile.d/oracle.sh
ORACLE_PWD=Manioc_Or4; export ORACLE_PWD
MDP_FTP="vague+bleue5"
impdp system/Imp0rt_7ab@CRM directory=dump
ftp -n ftp.partner.example <<FIN
user partner Dep0t-Zone3
put calls.csv
bye
FIN
mount -t cifs //nas/rec /mnt/rec -o username=rec,password=Cifs-Mount-8,vers=3.0
mount -t cifs //nas/rec /mnt/rec -o credentials=/etc/nas.cred
mysql --user=stats --password="$STATS_PW" stats
mysqladmin -u root password 'NewRoot-15'
curl -X POST -d "login=bot&password=b0tFloor99" https://crm.example/login
curl -X POST -d "login=bot&password=$BOT" https://crm.example/login
curl -H "X-Api-Key: 5b1e7c9f2a4d48d6b3c0e8f7a9d2c4b6" https://crm.example/calls
curl -H "Authorization: Basic Ym90OmIwdEZsb29yOTk=" https://crm.example/calls
svn checkout --username ci --password SvnCi-2020 https://svn.example/crm
snmpwalk -v2c -c public 10.0.0.1 sysDescr
kinit -k -t /etc/crm.keytab crm/host
PASSWORD_PROMPT="Mot de passe :"
: ${PASSWORD:?}
unset PGPASSWORD
if [ "$PASS" = "" ]; then PASS=$(pass show crm/db); fi
