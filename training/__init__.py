"""Who has learnt what: courses in sealed versions, who is asked to take them, and the rights that rest on them."""
