"""What every service stands on, from the inbox to the timers."""
