"""Text messages by SMPP 3.4, the protocol that operators of mobile networks speak. [ID-5]"""
