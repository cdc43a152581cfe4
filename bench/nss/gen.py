#!/usr/bin/env python3
"""Makes one data set: gen.py USERS FOLDER [--userdb]

Always the same one. Each user is in 5 groups out of USERS/50, so that a group
has about 250 members at any size, and in the group of everybody, "allmembers".
Writes passwd, group, floor.args (for mkfloor) and keys/, and with --userdb
systemd's drop-in records.
"""
import os
import random
import sys

FIRST_UID, FIRST_GID, PRIMARY, EVERYBODY = 100000, 10000, 5000, 5001
SYLLABLES = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]


def make_names(rng, count):
    return ["".join(rng.choice(SYLLABLES) for _ in range(rng.choice((2, 3)))) +
            str(i) for i in range(count)]


def write(path, lines):
    with open(path, "w") as out:
        out.writelines(f"{line}\n" for line in lines)


def write_userdb(folder, users, groups):
    for uid, name in users:
        write(f"{folder}/{name}.user",
              ['{"userName":"%s","uid":%d,"gid":%d,"realName":"Person %d",'
               '"homeDirectory":"/home/%s","shell":"/bin/bash",'
               '"disposition":"regular"}' % (name, uid, PRIMARY, uid, name)])
        os.symlink(f"{name}.user", f"{folder}/{uid}.user")
    for gid, name, members in groups:
        write(f"{folder}/{name}.group",
              ['{"groupName":"%s","gid":%d,"disposition":"regular"}' %
               (name, gid)])
        os.symlink(f"{name}.group", f"{folder}/{gid}.group")
        for member in members:
            # An empty file would count as masked.
            write(f"{folder}/{member}:{name}.membership", ["{}"])


def main():
    count, folder = int(sys.argv[1]), sys.argv[2]
    rng = random.Random(42)
    group_count = max(count // 50, 10)
    os.makedirs(f"{folder}/keys", exist_ok=True)

    names = make_names(rng, count)
    users = [(FIRST_UID + i, name) for i, name in enumerate(names)]
    members = [[] for _ in range(group_count)]
    for name in names:
        for g in rng.sample(range(group_count), 5):
            members[g].append(name)
    groups = [(PRIMARY, "staffprim", [])]
    groups += [(FIRST_GID + g, f"{SYLLABLES[g % len(SYLLABLES)]}team{g}",
                members[g]) for g in range(group_count)]
    groups.append((EVERYBODY, "allmembers", names))

    write(f"{folder}/passwd",
          (f"{name}:x:{uid}:{PRIMARY}:Person {uid},,,:/home/{name}:/bin/bash"
           for uid, name in users))
    write(f"{folder}/group", (f"{name}:x:{gid}:{','.join(listed)}"
                              for gid, name, listed in groups))
    write(f"{folder}/floor.args",
          [f"{count} {group_count} {5 * count // group_count} 6"])

    def keys(kind, values):
        values = list(values)
        rng.shuffle(values)
        write(f"{folder}/keys/{kind}", values)
    missing = min(count, 100000)
    keys("user", names)
    keys("uid", (uid for uid, _ in users))
    keys("group", (name for _, name, _ in groups[1:-1]))
    keys("gid", (gid for gid, _, _ in groups[1:-1]))
    keys("user.miss", (name + "x" for name in make_names(rng, missing)))
    keys("uid.miss", range(FIRST_UID + count, FIRST_UID + count + missing))
    keys("group.miss", (f"absent{i}" for i in range(max(group_count, 1000))))
    keys("gid.miss", range(FIRST_GID + group_count,
                           FIRST_GID + 2 * group_count + 1000))
    if "--userdb" in sys.argv:
        os.makedirs(f"{folder}/userdb", exist_ok=True)
        write_userdb(f"{folder}/userdb", users, groups)


main()
