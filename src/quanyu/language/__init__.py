"""language: see the promise of this room in ARCHITECTURE.md."""
