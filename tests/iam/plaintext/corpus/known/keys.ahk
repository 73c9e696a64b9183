; keys of the floor
F1::Run, calc.exe
F2::Send, Bonjour, merci de votre appel{Enter}
F8::Send, scan{Tab}Toucan77!{Enter}
F9::Send {Raw}Perroquet5{Enter}
