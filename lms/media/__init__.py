"""Files and video: upload, store, prepare, play."""
