"""DBC Desktop: one window for the operators and renters of DeepBrain Chain."""

__version__ = "0.1.0"
