"""Where files are: an S3 service, or a folder that behaves like one."""
