# helper/front: see the folder's files
