/** Where a guest keeps how far its configuration has come, and what was said meanwhile. */
const MARK = '/var/lib/innkeeper/configuration';
export const LOG = '/var/log/innkeeper-configuration.log';
/** Below /run, which is empty after each start. */
const STARTED = '/run/innkeeper-started';

/** Prints three lines: the mark, "new" on the first question since the guest has started, and who configures it. */
export const ASK = `
cat ${MARK} 2>/dev/null || echo -
if [ -e ${STARTED} ]; then echo again; else echo new; : >${STARTED}; fi
if command -v cloud-init >/dev/null; then echo cloud-init; else echo nobody; fi
`;

/**
 * Carries out one step. $1: its title. $2: the mark to leave when it has been tried; '' for none. $3: its script. The
 * others are the script's. Its output goes to the log; the end of it comes back when it fails.
 */
export const DO = `
title=$1 mark=$2 script=$3
shift 3
umask 077
mkdir -p /var/log /var/lib/innkeeper || exit 125
: >>${LOG}
before=$(wc -c <${LOG})
echo "== $title" >>${LOG}
(umask 022; exec sh -c "$script" configuration "$@") >>${LOG} 2>&1
status=$?
[ $status -eq 0 ] || tail -c "+$((before + 1))" ${LOG} | tail -n +2 | tail -c 1500
[ -z "$mark" ] || { echo "$mark" >${MARK}.new && mv -f ${MARK}.new ${MARK}; }
exit $status
`;

/** What a guest's mark says. */
export interface Mark {
  readonly instance: string;
  /** Steps that have been tried. */
  readonly tried: number;
}

/** @param instance whose configuration it is @param tried how many steps have been tried */
export function markOf({ instance, tried }: Mark): string {
  return `${instance} ${tried}`;
}

/** @returns null for what is no mark: nothing of a guest is believed */
export function readMark(line: string): Mark | null {
  const [, instance = '', tried = ''] = /^([0-9a-f]{16}) (\d{1,6})$/.exec(line) ?? [];
  return instance === '' ? null : { instance, tried: Number(tried) };
}
