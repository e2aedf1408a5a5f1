import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { BUILDER_INIT, SECOND_STAGE, STATUS_PREFIX } from './builder-files.ts';
import { GUEST_FILES, GUEST_LINKS, guestPackageControl } from './guest-files.ts';
import { INITRAMFS_INIT } from './initramfs.ts';
import { DISABLED_UNITS, SYSTEM_LINKS, systemFiles } from './system-files.ts';

const scripts = Object.entries(GUEST_FILES).filter(([, { text }]) => text.startsWith('#!/bin/sh'));

test('has scripts that a shell can read', () => {
  const all = [...scripts.map(([path, { text }]) => [path, text]), ['init', INITRAMFS_INIT], ['builder', BUILDER_INIT]];
  expect(scripts.length).toBeGreaterThan(4);
  for (const [path, text] of [...all, ['second-stage', SECOND_STAGE]]) {
    const { status, stderr } = spawnSync('sh', ['-n'], { input: text, encoding: 'utf8' });
    expect([path, status, stderr]).toEqual([path, 0, '']);
    // A template's own "$" would have been taken by JavaScript, or stand escaped.
    expect(text).not.toMatch(/undefined|\\\$\{/);
  }
  for (const [path, { mode, text }] of Object.entries(GUEST_FILES)) {
    expect([path, mode]).toEqual([path, text.startsWith('#!') ? 0o755 : 0o644]);
  }
});

test('starts units that are there', () => {
  for (const [path, target] of Object.entries(GUEST_LINKS)) {
    expect(GUEST_FILES).toHaveProperty([`usr/lib/systemd/system/${target.replace('../', '')}`]);
    expect(path).toMatch(/^usr\/lib\/systemd\/system\/[a-z-]+\.target\.wants\//);
  }
  for (const [path, target] of Object.entries(SYSTEM_LINKS)) {
    expect([path, target]).toEqual([expect.stringMatching(/^etc\/systemd\/system(?:-generators)?\//), '/dev/null']);
  }
  for (const unit of DISABLED_UNITS) expect(SECOND_STAGE).toContain(unit);
});

test('says that it is complete only at the very end, after the checks', () => {
  expect(BUILDER_INIT.trimEnd().endsWith('say complete\npoweroff -f')).toBe(true);
  expect(BUILDER_INIT).toContain(`say() { echo "${STATUS_PREFIX} $*"; }`);
  for (const check of ['dpkg --audit', 'apt-get check']) expect(SECOND_STAGE).toContain(check);
  expect(BUILDER_INIT.indexOf('e2fsck -f -n')).toBeLessThan(BUILDER_INIT.indexOf('say complete'));
});

test('asks the mirror of the build, and describes its own package as dpkg wants it', () => {
  const sources = systemFiles('http://mirror.test/debian').find(({ path }) => path.endsWith('debian.sources'));
  expect(Buffer.from(sources?.content ?? []).toString()).toContain('URIs: http://mirror.test/debian\nSuites: trixie ');
  const lines = guestPackageControl('1.0', 'riscv64').trimEnd().split('\n');
  expect(lines.every((line) => /^[A-Z][A-Za-z-]+: \S|^ \S/.test(line))).toBe(true);
});
