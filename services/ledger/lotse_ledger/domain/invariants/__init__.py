"""What must hold of the books whatever was entered: checked over all leaves and all that is computed from them."""
