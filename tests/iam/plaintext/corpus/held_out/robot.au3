Send("operateur{TAB}Robot-Au3-2{ENTER}")
WinWaitActive("Mot de passe")
$sPassword = InputBox("Crm", "Mot de passe", "", "*")
HotKeySet("{F4}", "Quitter")
