$Password = Read-Host -AsSecureString "Password"
$pass = $args[0]
$adminPassword = "Adm!Paille3"
$sec = ConvertTo-SecureString -String 'Secure-Teck-2' -AsPlainText -Force
Connect-VIServer -Server vc1 -User scan -Password Vcenter_11
Connect-VIServer -Server vc1 -Credential $cred
$token = 'ghp_a8Kd03jfLqPz71mXcVbN52wEr9TyU4iOs6Gh'
$uri = "https://api.example/v1?token=$token"
$parameters = @{ Name = 'crm'; Password = $secret }
[Parameter(Mandatory=$true)][string]$ApiKey
Set-ADAccountPassword -Identity ama -Reset
$psk = (Get-VaultSecret wifi).Value
