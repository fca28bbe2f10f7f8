"""The window: draws and forwards; with bootstrap the only room that knows Qt."""
