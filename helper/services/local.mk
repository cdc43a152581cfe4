# helper/services: see the folder's files
