# helper: see the folder's files
