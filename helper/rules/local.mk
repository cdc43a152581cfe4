# helper/rules: see the folder's files
