"""Named threads for waiting, deadlines, cancellation and clocks; no Qt."""
