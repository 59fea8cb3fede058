"""The one endpoint to which phones send what people did, and the receipts that make sending twice harmless."""
