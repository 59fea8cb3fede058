"""The pages of certificates: for their owners and the public, and for those who issue them."""
