"""The loops beside the handlers: sending, and looking after what was left lying."""
