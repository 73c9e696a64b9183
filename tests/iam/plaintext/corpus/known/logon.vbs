Const ADMIN_PASSWORD = "Kapok-Vbs-8"
strPwd = InputBox("Password?")
conn.Open "Provider=SQLOLEDB;Data Source=sql1;User ID=sa;Password=Oledb-Sa-44;"
Set ns = GetObject("LDAP:").OpenDSObject("LDAP://dc1", "CC\reader", "Dso-Reader5", 1)
passwordChanged = "12/03/2024"
If strPwd = "" Then WScript.Quit
