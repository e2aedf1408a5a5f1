import { AppError } from '../../base/errors.ts';

/** Who a process of a container is. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
  readonly additionalGids: readonly number[];
  readonly home: string;
}

const LARGEST_ID = 0x7fff_ffff;
const MOST_GROUPS = 256;

/**
 * @param wanted "", "name", "name:group", "1000:1000"
 * @param passwd the container's own /etc/passwd; empty where it has none @param group its /etc/group
 * @throws AppError 'invalid-input' for a name that is not there
 */
export function findAccount(wanted: string, passwd: string, group: string, doing: string): Account {
  const colon = wanted.indexOf(':');
  const userPart = (colon < 0 ? wanted : wanted.slice(0, colon)) || '0';
  const groupPart = colon < 0 ? '' : wanted.slice(colon + 1);
  const entry = findLine(passwd, userPart, 7);
  const uid = idOf(entry?.[2] ?? userPart);
  if (uid === undefined) throw unknown(`user "${userPart}"`, '/etc/passwd', doing);
  const ownGid = idOf(entry?.[3] ?? '0') ?? 0;
  const home = entry?.[5] ?? '';
  const account = { uid, home: home.startsWith('/') ? home : '/' };
  if (groupPart === '') {
    return { ...account, gid: ownGid, additionalGids: entry ? groupsOf(entry[0] ?? '', group, ownGid) : [] };
  }
  const gid = idOf(findLine(group, groupPart, 3)?.[2] ?? groupPart);
  if (gid === undefined) throw unknown(`group "${groupPart}"`, '/etc/group', doing);
  return { ...account, gid, additionalGids: [] };
}

/** passwd(5), group(5): by name, and by number where nobody has that name. */
function findLine(file: string, wanted: string, fields: number): readonly string[] | undefined {
  const lines = file.split('\n').map((line) => line.split(':'));
  const whole = lines.filter((line) => line.length >= fields);
  return whole.find(([name]) => name === wanted) ?? whole.find((line) => /^\d+$/.test(wanted) && line[2] === wanted);
}

function groupsOf(user: string, group: string, ownGid: number): readonly number[] {
  const gids = group.split('\n').flatMap((line) => {
    const [, , gid, members = ''] = line.split(':');
    const id = members.trim().split(',').includes(user) ? idOf(gid ?? '') : undefined;
    return id === undefined || id === ownGid ? [] : [id];
  });
  return [...new Set(gids)].slice(0, MOST_GROUPS);
}

function idOf(text: string): number | undefined {
  const id = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  return id <= LARGEST_ID ? id : undefined;
}

function unknown(what: string, file: string, doing: string): AppError {
  return new AppError({ code: 'invalid-input', doing, because: `there is no ${what} in its ${file}` });
}
