"""What a cluster is given: ``base`` and ``overlays`` for kustomize, and the Secrets that ``prepare`` makes."""
