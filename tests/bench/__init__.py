"""The figures of performance: ``python -m tests.bench``; how they are taken stands in README.md."""
