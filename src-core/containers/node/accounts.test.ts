import { describe, expect, it } from 'vitest';
import { findAccount } from './accounts.ts';

const PASSWD = 'root:x:0:0:root:/root:/bin/sh\nbroken\nweb:x:33:33:web:/var/www:/bin/false\n1000:x:7:8::/odd:/bin/sh\n';
const GROUP = 'root:x:0:\nweb:x:33:\naudio:x:29:root,web\nvideo:x:44:web\nmany:x:33:web\n';
const find = (wanted: string, passwd = PASSWD, group = GROUP) => findAccount(wanted, passwd, group, 'start it');

describe('the account of a container', () => {
  it('is root when none is wanted, with the groups that root is a member of', () => {
    expect(find('')).toEqual({ uid: 0, gid: 0, additionalGids: [29], home: '/root' });
  });

  it('is found by name, with its groups, each once and without its own', () => {
    expect(find('web')).toEqual({ uid: 33, gid: 33, additionalGids: [29, 44], home: '/var/www' });
  });

  it('is found by number; a name that looks like one goes before', () => {
    expect(find('33')).toMatchObject({ uid: 33, gid: 33, home: '/var/www' });
    expect(find('1000')).toMatchObject({ uid: 7, gid: 8, home: '/odd' });
  });

  it('may be a number that nobody has', () => {
    expect(find('4242')).toEqual({ uid: 4242, gid: 0, additionalGids: [], home: '/' });
    expect(find('1:2', '', '')).toEqual({ uid: 1, gid: 2, additionalGids: [], home: '/' });
  });

  it('has the wanted group alone', () => {
    expect(find('web:audio')).toMatchObject({ uid: 33, gid: 29, additionalGids: [] });
  });

  it('is refused when there is no such name, or the number is too large', () => {
    expect(() => find('nobody')).toThrow('there is no user "nobody" in its /etc/passwd');
    expect(() => find('web:nobody')).toThrow('there is no group "nobody" in its /etc/group');
    expect(() => find('4294967296')).toThrow('there is no user');
    expect(() => find('-1')).toThrow('there is no user');
  });

  it('has a home of its own only where that is a whole path', () => {
    expect(find('evil', 'evil:x:1:1::../../etc:/bin/sh\n')).toMatchObject({ home: '/' });
  });
});
