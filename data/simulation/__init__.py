"""The simulated world: its network, its calendar, its planted truths and the course of its cases."""
