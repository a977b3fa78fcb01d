"""Rows of zoom_issuer: connections and meetings."""
