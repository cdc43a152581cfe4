#!/bin/sh
# Every project include points down the layers, names its file from an include
# root (the top folder or helper/), and no header includes itself by a detour.
. "$(dirname "$0")/lib.sh"

files=$(tracked '\.[ch]$')
[ -n "$files" ] || finish 'layers: no sources found'

finish "$(printf '%s\n' "$files" | awk '
function layer(path)
{
	if (path ~ /^helper\/[^\/]*$/)
		return "main"
	if (path ~ /^helper\//) {
		sub(/^helper\//, "", path)
	}
	sub(/\/.*/, "", path)
	return path
}

# The file an include stands for, or "" where neither root has it.
function resolve(name)
{
	if (name in known)
		return name
	if (("helper/" name) in known)
		return "helper/" name
	return ""
}

function tell(what)
{
	print file ":" line ": " what
}

function judge(name, quoted,    target, from, to)
{
	target = resolve(name)
	if (!quoted) {
		if (target != "")
			tell("<" name "> is a project header: use quotes")
		return
	}
	if (target == "") {
		tell("\"" name "\" stands under no include root")
		return
	}
	edge[file, ++edges[file]] = target
	at[file, target] = line
	from = layer(file)
	to = layer(target)
	if (from in may && index(" " may[from] " ", " " to " ") == 0)
		tell(from " must not include " target)
	if (from == "nss_module" && to == "common" &&
	    target !~ /^common\/(attrs|err|name|paths|roster|roster_find|snapshot|snapshot_file)\.h$/)
		tell("nss_module must not include " target)
}

# Depth first over headers; mark 1 = on the path, 2 = done.
function visit(header,    i, next_header)
{
	mark[header] = 1
	for (i = 1; i <= edges[header]; i++) {
		next_header = edge[header, i]
		if (mark[next_header] == 1)
			print header ":" at[header, next_header] \
			    ": cycle: " next_header " includes this header"
		else if (!mark[next_header])
			visit(next_header)
	}
	mark[header] = 2
}

BEGIN {
	may["common"] = "common"
	may["pam_module"] = "pam_module common"
	may["nss_module"] = "nss_module common"
	may["cli"] = "cli common"
	may["base"] = "base common"
	may["rules"] = "rules common"
	may["services"] = "services rules base common"
	may["front"] = "front services rules base common"
}

{
	known[$0] = 1
	order[++count] = $0
}

END {
	for (i = 1; i <= count; i++) {
		file = order[i]
		line = 1
		if (file ~ /^helper\/.*\// && !(layer(file) in may))
			tell("belongs to no layer")
		for (line = 1; (getline text < file) > 0; line++) {
			if (text !~ /^[ \t]*#[ \t]*include[ \t]*["<]/)
				continue
			quoted = text ~ /^[^<]*"/
			sub(/^[^"<]*["<]/, "", text)
			sub(/[">].*/, "", text)
			judge(text, quoted)
		}
		close(file)
	}
	for (i = 1; i <= count; i++)
		if (order[i] ~ /\.h$/ && !mark[order[i]])
			visit(order[i])
}')"
