Option Explicit
Dim strUser, strPassword, objNetwork
' The password comes from the vault; this is only an example: strPassword = "password"
strUser = "CALLCENTER\scan"
strPassword = "Fax&Scan91"
Set objNetwork = CreateObject("WScript.Network")
objNetwork.MapNetworkDrive "Z:", "\\files01\scan", False, strUser, strPassword
objNetwork.MapNetworkDrive "Y:", "\\files01\fax", False, "CALLCENTER\fax", "F4xmachine"
WshShell.SendKeys "soleil2025{ENTER}"
WshShell.SendKeys "{TAB}{ENTER}"
If Len(strPassword) < 8 Then MsgBox "The password is too short"
