"""One function a message: load, decide, save; return the messages that follow."""
