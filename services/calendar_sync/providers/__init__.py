"""Calendar providers behind one protocol; a vendor's words stop in its own files."""
