import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../base/errors.ts';
import { planConfiguration } from './plan.ts';
import { parseUserData, type UserData } from './user-data.ts';

const read = (text: string): UserData => parseUserData(text, 'create machine web');
const config = (text: string): Extract<UserData, { kind: 'cloud-config' }>['config'] => {
  const data = read(`#cloud-config\n${text}`);
  if (data.kind !== 'cloud-config') throw new Error('a script');
  return data.config;
};
const refusal = (text: string): string => {
  try {
    read(text);
  } catch (error) {
    if (error instanceof AppError) return `${error.code}: ${error.because}`;
    throw error;
  }
  return 'taken';
};

describe('user-data', () => {
  test('is a script or cloud-config, and says so when it is something else', () => {
    expect(read('#!/bin/sh\necho').kind).toBe('script');
    expect(read('\ufeff#cloud-config\r\nhostname: a\r\n').kind).toBe('cloud-config');
    expect(read('#cloud-config\n').kind).toBe('cloud-config');
    for (const [text, because] of [
      ['hostname: a', 'begins with neither'],
      ['#cloud-configs\n', 'begins with neither'],
      ['', 'begins with neither'],
      ['#include\nhttp://x', 'list of addresses'],
      ['Content-Type: multipart/mixed', 'several parts'],
      ['## template: jinja\n', 'a template'],
      [`#!/bin/sh\n${'ä'.repeat(40_000)}`, 'longer than 64 KiB'],
    ] as const) {
      expect(refusal(text)).toMatch(new RegExp(`^invalid-input: its user-data .*${because}`));
    }
  });

  test('reads values as cloud-init does: YAML 1.1', () => {
    const { users, write_files: files } = config(
      'users: [{name: a, lock_passwd: no, system: yes}]\nwrite_files: [{path: /a, permissions: 0755}, {path: /b, permissions: "0o600"}]',
    );
    expect(users).toMatchObject([{ name: 'a', lock_passwd: false, system: true }]);
    expect(files.map(({ permissions }) => permissions)).toEqual([0o755, 0o600]);
  });

  test('takes each of the forms that cloud-init takes', () => {
    expect(config('users: [default, ada, {name: bob, groups: "a, b", sudo: [x, y]}]').users).toMatchObject([
      { name: 'ada', groups: [], lock_passwd: true },
      { name: 'bob', groups: ['a', 'b'], sudo: ['x', 'y'] },
    ]);
    expect(config('groups: a,b').groups).toEqual([{ a: [] }, { b: [] }]);
    expect(config('groups: [a, {b: [c, d]}, {e: null}]').groups).toEqual([{ a: [] }, { b: ['c', 'd'] }, { e: [] }]);
    expect(config('packages: [a, [b, "1.2"]]').packages).toEqual(['a', 'b=1.2']);
    expect(config('runcmd: [a b, [a, 1, true], null]').runcmd).toEqual(['a b', ['a', '1', 'true'], '']);
    expect(config('chpasswd: {list: "a:b\\nc:d\\n"}').chpasswd?.list).toEqual(['a:b', 'c:d']);
    expect(config('ssh_authorized_keys: ssh-rsa A').ssh_authorized_keys).toEqual(['ssh-rsa A']);
    const [file] = config('write_files: [{path: /a, content: !!binary aGk=}]').write_files;
    expect([...((file?.content ?? []) as Uint8Array)]).toEqual([104, 105]);
  });

  test.each([
    ['hostname: [a', 2, 'no YAML'],
    ['a: 1\nhostname: -x-', 3, 'hostname: a host name'],
    ['users:\n  - name: a b', 3, 'users.0.name'],
    ['users:\n  - name: a\n    uid: many\n', 4, 'users.0.uid'],
    ['write_files:\n- path: relative\n', 3, 'write_files.0.path'],
    ['write_files:\n- path: /a\n- path: /b\n  encoding: rot13', 5, 'write_files.1.encoding'],
    ['write_files:\n- path: /b\n  encoding: b64\n  content: "%%"', 5, 'write_files.0.content: it is not base64'],
    ['write_files:\n- {path: /b, permissions: 99999}', 3, 'write_files.0.permissions'],
    ['runcmd:\n- ok\n- {a: b}', 4, 'runcmd.1'],
    ['runcmd: echo', 2, 'runcmd'],
    ['packages:\n- "a b"', 3, 'packages.0'],
    ['timezone: ../../etc/passwd', 2, 'timezone'],
    ['chpasswd:\n  users:\n  - {name: a, type: RANDOM}', 4, 'chpasswd.users.0.type'],
    ['chpasswd:\n  list: |\n    nobody', 3, 'chpasswd.list'],
    ['hostname: "a\\0b"', 2, 'hostname'],
    ['- a\n- b', undefined, 'no YAML mapping'],
  ])('names the line of what is wrong: %j', (text, line, what) => {
    const because = refusal(`#cloud-config\n${text}`);
    expect(because).toContain(what);
    if (line !== undefined) expect(because).toMatch(new RegExp(`line ${line}\\b`));
  });

  test('passes over what it does not know, and says so', () => {
    expect(
      read('#cloud-config\nfoo: 1\nusers:\n- name: a\n  bar: 2\nwrite_files:\n- path: /a\n  baz: 3\n').warnings,
    ).toEqual([
      'line 2: foo is not known here and passed over',
      'line 5: users.0.bar is not known here and passed over',
      'line 8: write_files.0.baz is not known here and passed over',
    ]);
  });

  test('does not grow by aliases that multiply', () => {
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x,x]'];
    for (let i = 0; i < 9; i++) {
      const [one, next] = [String.fromCharCode(97 + i), String.fromCharCode(98 + i)];
      bomb.push(`${next}: &${next} [${Array(10).fill(`*${one}`).join(',')}]`);
    }
    expect(refusal(`#cloud-config\n${bomb.join('\n')}\n`)).toMatch(/alias/i);
  });

  test('whatever it is, it is read or refused with a reason', () => {
    const yamlish = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .array(
          fc.tuple(
            fc.constantFrom('users', 'runcmd', 'write_files', 'hostname', 'groups', 'packages', 'chpasswd', 'locale'),
            fc.constantFrom('- a', '{name: x}', '[]', '~', '- {path: /x}', '&a [*a]', '!!binary x', '"', '- - b', '0x'),
          ),
          { maxLength: 6 },
        )
        .map((lines) => lines.map(([key, value]) => `${key}:\n  ${value}`).join('\n')),
    );
    fc.assert(
      fc.property(yamlish, (text) => {
        const whole = `#cloud-config\n${text}`;
        const because = refusal(whole);
        if (because !== 'taken') expect(because).toMatch(/^invalid-input: its user-data /);
        else for (const step of planConfiguration(read(whole)).once) expect(step.title).not.toBe('');
      }),
      { seed: 20261122, numRuns: 2000 },
    );
  });
});

describe('the plan', () => {
  test('has the order of cloud-init', () => {
    const data = read(
      [
        '#cloud-config\nfinal_message: bye\nruncmd: [b]\npackages: [p]\nbootcmd: [a]\nchpasswd: {list: "u:x"}\nlocale: C.UTF-8',
        'timezone: UTC\nwrite_files: [{path: /late, defer: true}, {path: /early}]\nusers: [{name: u, passwd: "$6$x"}]',
        'groups: [{g: [u]}]\nssh_authorized_keys: [k]\nhostname: h\n',
      ].join('\n'),
    );
    const { everyStart, once } = planConfiguration(data);
    expect(everyStart.map(({ title }) => title)).toEqual(['Run the boot commands']);
    expect(once.map(({ title }) => title)).toEqual([
      ...['Set the host name h', 'Write /early', 'Add group g', 'Add user u', 'Set the password of u'],
      ...['Lock the password of u', 'Add group g', 'Authorize SSH keys of u', 'Set the locale C.UTF-8'],
      ...['Set the time zone UTC', 'Set the password of u', 'Install p', 'Write /late', 'Run the commands'],
      'Say that it is done',
    ]);
  });

  test('keeps passwords and contents out of arguments, which lists of processes show', () => {
    const secret = 's3cret';
    const data = read(
      `#cloud-config\npassword: ${secret}\nusers: [{name: u, plain_text_passwd: ${secret}}]\nwrite_files: [{path: /x, content: ${secret}}]\nruncmd: [echo ${secret}]\n`,
    );
    const steps = planConfiguration(data).once;
    expect(steps.map(({ script, arguments: words }) => script + words.join(' ')).join('\n')).not.toContain(secret);
    expect(steps.filter(({ input }) => new TextDecoder().decode(input).includes(secret))).toHaveLength(4);
  });

  test('quotes the words of a command for the shell', () => {
    const [commands] = planConfiguration(read(`#cloud-config\nruncmd: [[echo, "it's", "$HOME", "a b"]]\n`)).once;
    expect(new TextDecoder().decode(commands?.input)).toContain(`'echo' 'it'\\''s' '$HOME' 'a b'`);
  });
});
