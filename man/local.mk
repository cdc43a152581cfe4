# man: see the folder's files
