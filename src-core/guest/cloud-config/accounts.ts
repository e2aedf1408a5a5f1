import type { CloudConfig, User } from './schema.ts';
import { step, type Step } from './steps.ts';

/**
 * Accounts are made by the system's own programs where it has them (useradd and its family, of Debian's "passwd"); a
 * BusyBox without them has its files of accounts changed here, in the form of passwd(5), group(5) and shadow(5).
 */
const ACCOUNTS = `
set -e
has() { command -v "$1" >/dev/null; }
is_group() { grep -q "^$1:" /etc/group; }
is_user() { grep -q "^$1:" /etc/passwd; }
free_id() {
  id=$1
  while cut -d: -f3 /etc/passwd /etc/group | grep -qx "$id"; do id=$((id + 1)); done
  echo "$id"
}
# Replaces a file by what a command makes of it, keeping its owner and mode.
edit() {
  file=$1; shift
  cp -p "$file" "$file.innkeeper-new"
  "$@" <"$file" >"$file.innkeeper-new"
  mv -f "$file.innkeeper-new" "$file"
}
add_group() {
  ! is_group "$1" || return 0
  if has groupadd; then groupadd "$1"; else echo "$1:x:\${2:-$(free_id 300)}:" >>/etc/group; fi
}
join_group() {
  add_group "$1"
  if has usermod; then usermod -a -G "$1" "$2"; return; fi
  edit /etc/group awk -F: -v OFS=: -v group="$1" -v user="$2" '
    $1 == group && ("," $4 ",") !~ ("," user ",") { $4 = $4 == "" ? user : $4 "," user }
    { print }'
}
password_file() { if grep -qs "^$1:" /etc/shadow; then echo /etc/shadow; else echo /etc/passwd; fi; }
# $1: user; the hash comes in the environment, where no list of processes shows it.
put_hash() {
  edit "$(password_file "$1")" awk -F: -v OFS=: -v user="$1" '$1 == user { $2 = ENVIRON["HASH"] } { print }'
}
`;

const ADD_USER = `${ACCOUNTS}
name=$1 gecos=$2 home=\${3:-/home/$1} shell=$4 primary=$5 groups=$6 uid=$7 system=$8 bare=$9
if is_user "$name"; then
  echo "There is a user $name already."
elif has useradd; then
  set -- -d "$home" -c "$gecos"
  if [ -n "$shell" ]; then set -- "$@" -s "$shell"; elif [ -x /bin/bash ]; then set -- "$@" -s /bin/bash; fi
  if [ -n "$primary" ]; then add_group "$primary"; set -- "$@" -g "$primary"
  elif is_group "$name"; then set -- "$@" -g "$name"; else set -- "$@" -U; fi
  [ -z "$uid" ] || set -- "$@" -u "$uid"
  [ -z "$system" ] || set -- "$@" -r
  if [ -n "$bare" ]; then set -- "$@" -M; else set -- "$@" -m; fi
  useradd "$@" "$name"
else
  if [ -n "$system" ]; then least=100; else least=1000; fi
  [ -n "$uid" ] || uid=$(free_id "$least")
  add_group "\${primary:-$name}" "$uid"
  gid=$(grep "^\${primary:-$name}:" /etc/group | cut -d: -f3)
  if [ -e /etc/shadow ]; then echo "$name:!:::::::" >>/etc/shadow; hash=x; else hash='!'; fi
  echo "$name:$hash:$uid:$gid:$gecos:$home:\${shell:-/bin/sh}" >>/etc/passwd
  if [ -z "$bare" ]; then
    mkdir -p "$home"
    [ ! -d /etc/skel ] || cp -a /etc/skel/. "$home/"
    chown -R "$uid:$gid" "$home"
    chmod 700 "$home"
  fi
fi
for group in $groups; do join_group "$group" "$name"; done
`;

/** Standard input: lines "USER:PASSWORD". $1: text or hash. $2: expire, or nothing. */
const SET_PASSWORDS = `${ACCOUNTS}
while IFS= read -r line; do
  user=\${line%%:*} password=\${line#*:}
  is_user "$user" || { echo "there is no user $user"; exit 1; }
  if has chpasswd && [ "$1" = hash ]; then printf '%s\\n' "$line" | chpasswd -e
  elif has chpasswd; then printf '%s\\n' "$line" | chpasswd
  else
    [ "$1" = hash ] || password=$(printf '%s\\n' "$password" | mkpasswd -m sha512 -P 0)
    HASH=$password put_hash "$user"
  fi
  if [ -n "$2" ]; then
    if has chage; then chage -d 0 "$user"; else echo "Nothing here can let the password of $user expire."; fi
  fi
done
`;

const LOCK = `${ACCOUNTS}
is_user "$1" || { echo "there is no user $1"; exit 1; }
if has usermod; then usermod -L "$1"; exit; fi
HASH=$(grep "^$1:" "$(password_file "$1")" | cut -d: -f2)
case $HASH in !*) exit 0 ;; x) HASH=! ;; *) HASH=!$HASH ;; esac
export HASH
put_hash "$1"
`;

const ADD_GROUP = `${ACCOUNTS}
group=$1; shift
add_group "$group"
for user; do
  if is_user "$user"; then join_group "$group" "$user"; else echo "There is no user $user yet."; fi
done
`;

/** Standard input: rules. */
const SUDO = `
set -e
umask 077
mkdir -p /etc/sudoers.d
chmod 755 /etc/sudoers.d
file=/etc/sudoers.d/90-innkeeper-users
[ -e "$file" ] || : >"$file"
chmod 440 "$file"
cp -p "$file" "$file.new~"
chmod 600 "$file.new~"
cat >>"$file.new~"
chmod 440 "$file.new~"
if command -v visudo >/dev/null && ! visudo -cqf "$file.new~"; then rm -f "$file.new~"; exit 1; fi
mv -f "$file.new~" "$file"
command -v sudo >/dev/null || echo "There is no program sudo here that would look at this."
`;

/** $1: user. Standard input: keys, one a line. */
const AUTHORIZE = `
set -e
line=$(grep "^$1:" /etc/passwd) || { echo "there is no user $1"; exit 1; }
home=$(echo "$line" | cut -d: -f6)
owner=$(echo "$line" | cut -d: -f3,4)
umask 077
mkdir -p "$home/.ssh"
file=$home/.ssh/authorized_keys
[ -e "$file" ] || : >"$file"
while IFS= read -r key; do
  grep -qxF -e "$key" "$file" || printf '%s\\n' "$key" >>"$file"
done
chmod 700 "$home/.ssh"
chmod 600 "$file"
chown "$owner" "$home/.ssh" "$file"
`;

export function addGroups(groups: CloudConfig['groups']): Step[] {
  return groups.flatMap((group) =>
    Object.entries(group).map(([name, members]) => step(`Add group ${name}`, ADD_GROUP, [name, ...members])),
  );
}

export function addUsers(users: readonly User[]): Step[] {
  return users.flatMap((user) => [addUser(user), ...secureUser(user)]);
}

function addUser(user: User): Step {
  const { name, gecos = '', homedir = '', shell = '', primary_group: primary = '', groups, uid } = user;
  const { system, no_create_home: bare } = user;
  const flags = [system ? 'system' : '', bare ? 'bare' : ''];
  const words = [
    name,
    gecos,
    homedir,
    shell,
    primary,
    groups.join(' '),
    uid === undefined ? '' : String(uid),
    ...flags,
  ];
  return step(`Add user ${name}`, ADD_USER, words);
}

function secureUser(user: User): Step[] {
  const { name, sudo, ssh_authorized_keys: keys, plain_text_passwd: text, lock_passwd: lock } = user;
  const hash = user.hashed_passwd ?? user.passwd;
  const title = `Set the password of ${name}`;
  return [
    ...(hash === undefined ? [] : [step(title, SET_PASSWORDS, ['hash', ''], `${name}:${hash}\n`)]),
    ...(text === undefined ? [] : [step(title, SET_PASSWORDS, ['text', ''], `${name}:${text}\n`)]),
    ...(lock ? [step(`Lock the password of ${name}`, LOCK, [name])] : []),
    ...(sudo.length > 0
      ? [step(`Let ${name} use sudo`, SUDO, [], sudo.map((rule) => `${name} ${rule}\n`).join(''))]
      : []),
    ...authorize(name, keys),
  ];
}

/** @param user who can log in with these keys */
export function authorize(user: string, keys: readonly string[]): Step[] {
  return keys.length === 0 ? [] : [step(`Authorize SSH keys of ${user}`, AUTHORIZE, [user], `${keys.join('\n')}\n`)];
}

/** @param firstUser whose password `password` is */
export function setPasswords({ chpasswd, password }: CloudConfig, firstUser: string): Step[] {
  const expire = (chpasswd?.expire ?? true) ? 'expire' : '';
  const listed = (chpasswd?.list ?? []).map((line) => {
    const value = line.slice(line.indexOf(':') + 1);
    // crypt(5): as cloud-init tells a hash from a password.
    return { line, kind: /^\$(?:1|2[abxy]?|5|6|y)\$.+/.test(value) ? 'hash' : 'text' };
  });
  const named = (chpasswd?.users ?? []).map(({ name, password: value = '', type }) => ({
    line: `${name}:${value}`,
    kind: type,
  }));
  const own = password === undefined ? [] : [{ line: `${firstUser}:${password}`, kind: 'text' }];
  return [...own, ...listed, ...named].map(({ line, kind }) =>
    step(`Set the password of ${line.split(':', 1)[0] ?? ''}`, SET_PASSWORDS, [kind, expire], `${line}\n`),
  );
}
