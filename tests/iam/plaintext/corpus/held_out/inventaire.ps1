$user = 'SIEGE\inv'
$pwd = 'Inv-Ps-2024' | ConvertTo-SecureString -AsPlainText -Force
$cred = New-Object PSCredential($user, (Import-Clixml cred.xml).Password)
Invoke-Sqlcmd -ServerInstance sql1 -Username stats -Password 'Stats+Sql8' -Query "select 1"
$env:API_TOKEN = "tkn_4fKq9Zx2Lm7Vb1Nc8"
$body = @{ grant_type = 'client_credentials'; client_secret = 'Yx8Q~kd93LmPq0Zt6Vw' }
$body = @{ password = $env:CRM_PASSWORD }
[string]$PasswordChar = '*'
Write-Warning "Password of $user expires in $days days"
$pass = Get-Content .\pass.txt
