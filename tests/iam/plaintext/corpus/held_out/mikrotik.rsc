/ppp secret
add name=lome password=Ppp-Lome-5 profile=default service=l2tp
/interface wireless security-profiles
set [ find default=yes ] wpa2-pre-shared-key=Wpa2-Floor-8 mode=dynamic-keys
/user
add name=noc group=read password=""
/ip ipsec identity
add peer=accra secret=Ipsec*Accra9
/snmp community
set [ find default=yes ] name=mtLecture3
