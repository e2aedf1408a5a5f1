/**
 * What `inn vm cp` runs in the guest: POSIX shell that BusyBox and dash know alike. What was typed comes as $1, $2, …,
 * never as a part of the script.
 */

/** Names in the directory in which a copy arrives: what is copied, and the sign that all of it came. */
export const STAGED = 'data';
export const COMPLETE = 'complete';

/** $1: what is to be copied. Writes a tar archive: of "." for a directory, else of "./NAME". */
export const SEND = `
fail() { echo "$1" >&2; exit 65; }
command -v tar >/dev/null || fail "its system has no program tar"
[ -e "$1" ] || [ -L "$1" ] || fail "there is no $1"
case $1 in -*) set -- "./$1" ;; esac
if [ -d "$1" ] && [ ! -L "$1" ]; then exec tar -cf - -C "$1" .; fi
case $1 in */*) exec tar -cf - -C "\${1%/*}/" "./\${1##*/}" ;; *) exec tar -cf - "./$1" ;; esac
`;

/**
 * $1: where to. $2: its name in a directory that is there, or nothing. $3: directory, file or symlink. Reads a tar
 * archive into a directory beside the destination and moves what came into place when all of it came.
 */
export const RECEIVE = `
set -e
fail() { echo "$1" >&2; exit 65; }
merge() {
  for entry in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    [ -e "$entry" ] || [ -L "$entry" ] || continue
    place=$2/\${entry##*/}
    if [ -d "$entry" ] && [ ! -L "$entry" ] && [ -d "$place" ]; then
      merge "$entry" "$place"
    elif [ -d "$entry" ] && [ ! -L "$entry" ]; then
      if [ -e "$place" ] || [ -L "$place" ]; then fail "$place is no directory"; fi
      mv "$entry" "$place"
    else
      if [ -d "$place" ]; then fail "$place is a directory"; fi
      mv -f "$entry" "$place"
    fi
  done
}
command -v tar >/dev/null || fail "its system has no program tar"
final=$1
case $final in -*) final=./$final ;; esac
if [ -n "$2" ] && [ -d "$final" ]; then final=\${final%/}/$2
elif [ "$3" != directory ]; then case $final in */) fail "there is no directory $final" ;; esac
fi
while :; do case $final in ?*/) final=\${final%/} ;; *) break ;; esac; done
case $final in */*) parent=\${final%/*}/ ;; *) parent=./ ;; esac
[ -d "$parent" ] || fail "there is no directory $parent"
if [ -d "$final" ]; then
  [ "$3" = directory ] || fail "$final is a directory"
  beside=$final
else
  if [ "$3" = directory ] && { [ -e "$final" ] || [ -L "$final" ]; }; then fail "$final is no directory"; fi
  beside=$parent
fi
# Nothing may end it between the making of the directory and the promise to remove it; tar then finds its input ended.
trap '' HUP INT TERM
stage=$(mktemp -d "\${beside%/}/.inn-copy-XXXXXX") || fail "nothing can be written to $beside"
trap 'rm -rf "$stage"' EXIT
trap 'exit 1' HUP INT TERM
tar -xpf - -o -C "$stage"
[ -e "$stage/${COMPLETE}" ] || fail "not all of it came"
while IFS=' ' read -r time path; do touch -d "@$time" "$stage/$path"; done <"$stage/${COMPLETE}"
if [ -d "$final" ]; then merge "$stage/${STAGED}" "\${final%/}"; else mv -f "$stage/${STAGED}" "$final"; fi
`;
