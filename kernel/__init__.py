"""How anything is done here: someone comes to a door, does something, as the policy allows, and it is written down."""
