"""GPU readings: the sensors port, its sources and the sampler."""
