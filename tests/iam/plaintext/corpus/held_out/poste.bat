@ECHO OFF
REM ouverture des lecteurs du plateau
NET USE Q: \\srv-fic\qualite Ecoute!Qual1 /USER:SIEGE\qualite
NET USE R: \\srv-fic\commun /SAVECRED
SET USR=formateur
SET MOTDEPASSE=Formation2026
start putty.exe -ssh admin@10.9.0.1 -pw Putty_Adm77
pscp -batch -i cle.ppk calls.csv sync@10.9.0.4:
"C:\Program Files\7-Zip\7z.exe" a -pZip-Calls-3 calls.zip calls.csv
wmic /user:SIEGE\inv /password:Inv3ntaire computersystem get model
dtexec /F pack.dtsx /De Dtexec#Key1
NET USER visiteur * /ADD
set TOKEN_FILE=%APPDATA%\crm\token
if "%MDP%"=="" set /p MDP=Mot de passe ? 
reg add "HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon" /v DefaultPassword /t REG_SZ /d Kiosque-9! /f
