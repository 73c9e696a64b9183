param([string]$Password, [securestring]$Secret)
$cred = Get-Credential
$secure = ConvertTo-SecureString "Deploy!Mango3" -AsPlainText -Force
$plain = ConvertTo-SecureString $env:DEPLOY_PASSWORD -AsPlainText -Force
$credential = New-Object System.Net.NetworkCredential("svc_deploy", "Papaye-17b", "CALLCENTER")
$passwordLength = 16
$apiKey = "d41c7f0b9e2a4c6f8a1b3d5e"
$token = (Invoke-RestMethod -Uri "$base/login").token
$headers = @{ Authorization = "Bearer $token" }
$SmtpPassword = Get-Secret -Name smtp
$ftpPwd = 'Savane#2023'
Write-Host "Enter the password of the service account:"
$connectionString = "Server=sql01;Database=crm;User ID=crm_app;Password=Baobab_64x;Encrypt=True"
$other = "Server=sql01;Database=crm;Integrated Security=SSPI;Password=;"
