"""One small configuration of each vendor, of our own making: documentation addresses, and every trap that its grammar has."""

ASA = """
ASA Version 9.18(1)
hostname edge
names
name 192.0.2.10 web-1
interface GigabitEthernet0/0
 nameif outside
interface GigabitEthernet0/1
 nameif inside
object network WEB
 host web-1
object network DC
 subnet 198.51.100.0 255.255.255.0
object network BYNAME
 fqdn v4 www.example.org
object-group network SERVERS
 network-object object WEB
 group-object MORE
object-group network MORE
 network-object host 192.0.2.11
object-group network LOOP
 network-object host 192.0.2.12
 group-object LOOP
object-group service WEBPORTS tcp
 port-object eq www
 port-object range 8000 8010
object-group service MIXED
 service-object udp destination eq domain
 service-object icmp echo
time-range OFFICE
 absolute end 23:59 31 December 2026
access-list IN remark web servers, CH-2026-0001
access-list IN extended permit tcp any object-group SERVERS object-group WEBPORTS log
access-list IN extended permit object-group MIXED any object DC
access-list IN extended deny tcp any4 object DC eq telnet
access-list IN extended permit ip host 203.0.113.5 object DC time-range OFFICE
access-list IN extended permit tcp any object BYNAME eq https
access-list IN extended permit udp any range 1000 2000 object DC gt 5000 inactive
access-list IN extended deny tcp any object-group LOOP eq 99
access-list L2 ethertype permit any
access-group IN in interface outside
"""

IOS = """
hostname rtr
object-group network ADMINS
 host 192.0.2.5
 192.0.2.64 255.255.255.192
 range 192.0.2.200 192.0.2.210
object-group service MGMT
 tcp eq 22
 icmp echo
access-list 10 permit 192.0.2.0 0.0.0.255
ip access-list extended EDGE
 remark management
 10 permit object-group MGMT object-group ADMINS any
 20 permit tcp any any established
 30 permit tcp any 198.51.100.0 0.0.0.127 eq 80 443 log
 40 deny icmp any any redirect
 50 permit udp any eq domain any dscp ef
 60 evaluate BACK
ipv6 access-list SIX
 sequence 10 permit tcp any host 2001:db8::1 eq 443
interface Gi0/0
 ip access-group EDGE in
line vty 0 4
 access-class 10 in
"""

PAN = """
set deviceconfig system hostname pan
set zone trust network layer3 ethernet1/1
set zone untrust network layer3 ethernet1/2
set address web ip-netmask 192.0.2.10
set address pool ip-range 192.0.2.20-192.0.2.29
set address-group all-web static [ web pool ]
set service web-alt protocol tcp port 8080,8443
set service-group web-ports members [ service-https web-alt ]
set rulebase security rules allow-web from untrust
set rulebase security rules allow-web to trust
set rulebase security rules allow-web source any
set rulebase security rules allow-web destination all-web
set rulebase security rules allow-web service web-ports
set rulebase security rules allow-web application any
set rulebase security rules allow-web action allow
set rulebase security rules not-lab from trust
set rulebase security rules not-lab to untrust
set rulebase security rules not-lab source 198.51.100.0/24
set rulebase security rules not-lab negate-source yes
set rulebase security rules not-lab destination any
set rulebase security rules not-lab service any
set rulebase security rules not-lab application [ ssl ]
set rulebase security rules not-lab action allow
set rulebase security rules old disabled yes
set rulebase security rules old from any
set rulebase security rules old to any
set rulebase security rules old source any
set rulebase security rules old destination any
set rulebase security rules old service any
set rulebase security rules old action deny
move rulebase security rules old top
"""

PAN_XML = """<?xml version="1.0"?>
<config><devices><entry name="localhost.localdomain"><deviceconfig><system><hostname>pan</hostname></system></deviceconfig>
<vsys><entry name="vsys1"><zone><entry name="trust"/><entry name="untrust"/></zone>
<address><entry name="web"><ip-netmask>192.0.2.10</ip-netmask></entry></address>
<service><entry name="web-alt"><protocol><tcp><port>8080</port></tcp></protocol></entry></service>
<rulebase><security><rules><entry name="allow-web"><from><member>untrust</member></from><to><member>trust</member></to>
<source><member>any</member></source><destination><member>web</member></destination><service><member>web-alt</member></service>
<application><member>any</member></application><action>allow</action></entry></rules></security></rulebase>
</entry></vsys></entry></devices></config>"""

JUNOS = """
system { host-name srx; }
security {
    address-book { global { address web 192.0.2.10/32; address-set webs { address web; } } }
    zones { security-zone trust { address-book { address lan 198.51.100.0/24; } } security-zone untrust { interfaces { ge-0/0/0.0; } } }
    policies {
        from-zone untrust to-zone trust {
            policy web { match { source-address any; destination-address webs; application [ junos-https alt ]; } then { permit; log { session-init; } } }
            inactive: policy old { match { source-address any; destination-address any; application any; } then { permit; } }
            policy last { match { source-address any; destination-address any; application any; } then { deny; } }
        }
        from-zone trust to-zone untrust {
            policy out { match { source-address lan; destination-address any; application any; source-address-excluded; } then { reject; } }
        }
        global { policy ping { match { source-address any; destination-address any; application junos-ping; } then { permit; } } }
        default-policy { deny-all; }
    }
}
applications { application alt { term a protocol tcp destination-port 8080-8081; term b protocol udp destination-port 53; } }
firewall { family inet { filter guard {
    term ssh { from { source-prefix-list { admins; } protocol tcp; destination-port ssh; } then { accept; } }
    term rest { then { discard; } } } } }
policy-options { prefix-list admins { 203.0.113.0/28; } }
interfaces { lo0 { unit 0 { family inet { filter { input guard; } } } } }
"""

JUNOS_SET = """
set system host-name srx
set security address-book global address web 192.0.2.10/32
set security policies from-zone untrust to-zone trust policy web match source-address any
set security policies from-zone untrust to-zone trust policy web match destination-address web
set security policies from-zone untrust to-zone trust policy web match application junos-https
set security policies from-zone untrust to-zone trust policy web then permit
"""

FORTI = """#config-version=FGT60F-7.2.5
config system global
    set hostname "forti"
end
config system zone
    edit "dmz"
        set interface "port3"
    next
end
config firewall address
    edit "web"
        set subnet 192.0.2.10 255.255.255.255
    next
    edit "pool"
        set type iprange
        set start-ip 192.0.2.20
        set end-ip 192.0.2.29
    next
    edit "far"
        set type geography
        set country "AQ"
    next
end
config firewall addrgrp
    edit "webs"
        set member "web" "pool"
        set exclude enable
        set exclude-member "web"
    next
end
config firewall service custom
    edit "alt"
        set tcp-portrange 8080-8081:1024-65535
        set udp-portrange 53
    next
end
config firewall schedule onetime
    edit "project"
        set end 18:00 2026/12/31
    next
end
config firewall policy
    edit 3
        set name "web"
        set srcintf "port1"
        set dstintf "dmz"
        set action accept
        set srcaddr "all"
        set dstaddr "webs"
        set schedule "always"
        set service "alt" "HTTPS"
        set logtraffic all
    next
    edit 7
        set srcintf "any"
        set dstintf "any"
        set action accept
        set srcaddr "far"
        set dstaddr "all"
        set schedule "project"
        set service "SSH"
    next
    edit 5
        set srcintf "port1"
        set dstintf "port2"
        set action accept
        set srcaddr "web"
        set srcaddr-negate enable
        set dstaddr "all"
        set service "PING"
        set status disable
    next
    move 5 before 3
end
"""

PFSENSE = """<?xml version="1.0"?>
<pfsense><system><hostname>fw</hostname><domain>example.org</domain></system>
<interfaces><wan><ipaddr>dhcp</ipaddr><blockpriv/></wan><lan><ipaddr>192.0.2.1</ipaddr><subnet>24</subnet></lan></interfaces>
<aliases><alias><name>WEB</name><type>host</type><address>192.0.2.10 MORE</address></alias>
<alias><name>MORE</name><type>host</type><address>192.0.2.11</address></alias>
<alias><name>PORTS</name><type>port</type><address>80 8000:8010</address></alias>
<alias><name>LAND</name><type>urltable</type><address>https://lists.example.org/a</address></alias></aliases>
<filter>
<rule><tracker>100</tracker><type>pass</type><interface>wan</interface><ipprotocol>inet</ipprotocol><protocol>tcp</protocol>
<source><any/></source><destination><address>WEB</address><port>PORTS</port></destination><log/><descr>web</descr></rule>
<rule><tracker>101</tracker><type>block</type><interface>wan</interface><ipprotocol>inet</ipprotocol><source><address>LAND</address></source><destination><any/></destination></rule>
<rule><tracker>102</tracker><type>pass</type><interface>lan</interface><ipprotocol>inet46</ipprotocol><source><network>lan</network></source><destination><address>198.51.100.0/24</address><not/></destination></rule>
<rule><tracker>103</tracker><type>pass</type><interface>lan</interface><disabled/><source><any/></source><destination><any/></destination></rule>
<rule><tracker>200</tracker><type>block</type><floating>yes</floating><quick>yes</quick><direction>in</direction><interface>wan,lan</interface><ipprotocol>inet</ipprotocol><protocol>tcp</protocol><source><any/></source><destination><any/><port>23</port></destination></rule>
<rule><tracker>201</tracker><type>pass</type><floating>yes</floating><direction>in</direction><interface>wan</interface><ipprotocol>inet</ipprotocol><protocol>icmp</protocol><icmptype>echoreq</icmptype><source><any/></source><destination><any/></destination></rule>
<rule><tracker>202</tracker><type>block</type><floating>yes</floating><direction>in</direction><interface>wan</interface><ipprotocol>inet</ipprotocol><protocol>icmp</protocol><source><any/></source><destination><address>192.0.2.66</address></destination></rule>
</filter></pfsense>"""

OPNSENSE = """<?xml version="1.0"?>
<opnsense><interfaces><lan><ipaddr>192.0.2.1</ipaddr><subnet>24</subnet></lan></interfaces>
<OPNsense><Firewall><Alias><aliases><alias uuid="a1"><enabled>1</enabled><name>WEB</name><type>host</type><content>192.0.2.10
192.0.2.11</content></alias></aliases></Alias>
<Filter><rules><rule uuid="r2"><enabled>1</enabled><sequence>2</sequence><action>pass</action><quick>1</quick><interface>lan</interface><direction>in</direction>
<ipprotocol>inet</ipprotocol><protocol>TCP</protocol><source_net>any</source_net><destination_net>WEB</destination_net><destination_port>443</destination_port></rule>
<rule uuid="r1"><enabled>1</enabled><sequence>1</sequence><action>block</action><quick>1</quick><interface>lan</interface><direction>in</direction>
<ipprotocol>inet</ipprotocol><protocol>any</protocol><source_net>192.0.2.99</source_net><destination_net>any</destination_net></rule></rules></Filter></Firewall></OPNsense>
<filter><rule uuid="u1"><type>pass</type><interface>lan</interface><ipprotocol>inet</ipprotocol><quick>0</quick><source><any>1</any></source><destination><any>1</any></destination></rule></filter>
</opnsense>"""
