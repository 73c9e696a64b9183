@echo off
rem Login script of the floor. Passwords are asked for at the prompt.
net use P: \\files01\public /persistent:no
net use S: \\files01\supervisors /user:CALLCENTER\scan Printer#55 /persistent:yes
net use T: \\files01\training * /user:%USERNAME%
net use U: \\files02\drop dr0pbox! /user:CALLCENTER\drop
set FTPUSER=reports
set FTPPASS=r3p0rts!x
set PASSWORD=%1
set /p PASSWORD=Password:
if "%PASSWORD%"=="" goto usage
echo open ftp.client.example> ftp.txt
echo user reports Kara2024go>> ftp.txt
psexec \\pbx01 -u CALLCENTER\svc_pbx -p Pbx-Svc-88 cmd /c restart.cmd
cmdkey /add:files03 /user:CALLCENTER\archive /pass:4rchive4ever
cmdkey /list
schtasks /create /tn Nightly /tr c:\jobs\night.cmd /sc daily /ru CALLCENTER\svc_job /rp N1ghtly!Job
plink -ssh admin@10.0.0.9 -pw Cisc0Room "show run"
sqlcmd -S sql01 -U sa -P Sa_2019_prod -i nightly.sql
sqlcmd -S sql01 -E -i nightly.sql
sqlplus crm/Cocotier5@CRMPROD @report.sql
sqlplus /@CRMPROD @report.sql
net user helpdesk Welc0me77 /add
net user helpdesk /delete
runas /user:CALLCENTER\admin "mmc.exe"
