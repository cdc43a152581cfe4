# common: see the folder's files
