"""The demonstration: two associations help somebody, told by frontends that use nothing but the contracts."""

from lotse_local.demo.play import main

__all__ = ["main"]
