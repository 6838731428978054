"""One function a message: load, decide, save; return what follows."""
