"""The ways out: each sends one message to one destination and says how that went."""
