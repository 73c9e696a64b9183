#!/bin/sh
# usage: nightly.sh USER PASSWORD
USER=$1
PASSWORD=$2
DB_PASS=zebu-4-Kpalime
export PGPASSWORD='Dapaong_88'
API_KEY=${API_KEY:?set it}
mysql -uroot -p crm < fix.sql
mysql -u root --password=Atakpame9! crm < fix.sql
wget --user=reports --password=Wget_Vogan5 https://partner.example/report
curl -u reports:Curl-Aneho-6 https://partner.example/report
curl -u "$USER:$PASSWORD" https://partner.example/report
curl --user monitor:'Sokode?33' https://partner.example/health
ldapsearch -x -D cn=reader,dc=cc -w Reader!Ldap7 -b dc=cc
ldapsearch -x -D cn=reader,dc=cc -W -b dc=cc
redis-cli -a Cach3Floor FLUSHALL
smbclient //files/pub -U scan%Scan%20Room -c ls
git clone https://deploy:gitDeploy77@git.example/crm.git
git clone https://git.example/crm.git
echo "operator:Chpass-91x" | chpasswd
htpasswd -bc /etc/nginx/users ama Nginx-Ama-1
keytool -importkeystore -srckeystore a.jks -srcstorepass Jks-store-12 -destkeystore b.jks
ansible-vault encrypt --vault-password-file ~/.vault vars.yml
docker login -u ci -p Dock3r-Ci-x registry.example
docker login -u ci --password-stdin registry.example < token
passwd --expire ama
grep -q password /etc/pam.d/common-auth
token=$(cat /run/token)
secret_name=crm-tls
