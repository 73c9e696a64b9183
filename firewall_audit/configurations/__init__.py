"""What network devices are told to do: every version that was seen, masked, compared, and approved as the one to be. [FW-2]"""
