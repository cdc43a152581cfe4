# packaging: see the folder's files
