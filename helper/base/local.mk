# helper/base: see the folder's files
