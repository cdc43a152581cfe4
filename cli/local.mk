# cli: see the folder's files
