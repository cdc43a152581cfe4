# nss_module: see the folder's files
