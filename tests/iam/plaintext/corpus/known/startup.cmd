@echo off
setlocal enabledelayedexpansion
set PWD_FILE=c:\jobs\pwd.txt
set "SQLPWD=Sql!Lagune2"
set MDP=Palmier77
set TOKEN=%2
set PASS=!TYPED!
setx SMTP_PASSWORD Mail-Setx-3
net use x: \\nas\it It-share-9 /user:it
net use y: /delete
net use \\nas\ipc$ /user:nas\guest ""
wmic /node:pc12 /user:CC\adm /password:Wmic-Adm-4 os get caption
taskkill /s pc12 /u CC\adm /p Task-Adm-5 /im crm.exe
osql -U sa -P Osql_Sa_6 -Q "select 1"
bcp crm.dbo.calls out calls.csv -T -c
echo Please type your password
echo password: must have 8 characters
exp crm/Export_Ora9@PROD file=crm.dmp
winscp /command "open sftp://scan:WinScp-Scan1@files/"
mstsc /v:pc12
