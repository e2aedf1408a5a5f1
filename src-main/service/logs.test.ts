import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../src-core/host/testing/fake-clock.ts';
import { EventFeed } from './event-feed.ts';
import { Logs } from './logs.ts';
import { NodeFiles } from './os/node-files.ts';
import { SettingsFile } from './settings.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'innkeeper-logs-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe('logs', () => {
  it('never take more than twice their bound, and keep the newest', async () => {
    const logs = new Logs(directory);
    for (let n = 0; n < 4000; n++) logs.service.info({ filler: 'x'.repeat(1000) }, `line ${n}`);
    logs.close();
    const folder = join(directory, 'logs');
    expect(await readdir(folder)).toEqual(['service.log', 'service.log.1']);
    for (const name of await readdir(folder))
      expect((await stat(join(folder, name))).size).toBeLessThanOrEqual(1 << 20);
    expect(await readFile(join(folder, 'service.log'), 'utf8')).toContain('line 3999');
  });

  it('are one for each machine besides, which goes with it', async () => {
    const logs = new Logs(directory);
    logs.info('abc', 'created');
    logs.warn('abc', 'failed', { error: new Error('why') });
    const lines = (await readFile(join(directory, 'logs/machines/abc.log'), 'utf8')).trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['created', 'failed']);
    expect(lines[1]).toContain('why');
    logs.forget('abc');
    expect(await readdir(join(directory, 'logs/machines'))).toEqual([]);
    logs.close();
  });

  it('that cannot be written stop nothing', async () => {
    await writeFile(join(directory, 'logs'), 'a file where the folder should be');
    const logs = new Logs(directory);
    logs.info('abc', 'created');
    logs.close();
  });
});

describe('settings', () => {
  it('that are damaged count as the preset ones, and are told', async () => {
    const path = join(directory, 'settings.json');
    await writeFile(path, '{"version": 1, "settings": {"debianMirror": "gopher://x"}}');
    const settings = new SettingsFile(new NodeFiles(), path);
    const problems: string[] = [];
    await settings.open(({ because }) => problems.push(because));
    expect(problems).toHaveLength(1);
    expect(settings.settings).toEqual({ debianMirror: null, quickStart: true });
    await settings.change({ debianMirror: 'https://deb.example/debian' });
    const again = new SettingsFile(new NodeFiles(), path);
    await again.open(() => problems.push('again'));
    expect(again.settings.debianMirror).toBe('https://deb.example/debian');
    expect(problems).toHaveLength(1);
  });
});

describe('the event feed', () => {
  it('measures once a second, and only while someone listens', async () => {
    const clock = new FakeClock();
    let measured = 0;
    const measure = (): Promise<never[]> => {
      measured++;
      return Promise.resolve([]);
    };
    const feed = new EventFeed(clock, measure, () => undefined);
    const second = async (): Promise<void> => {
      clock.pass(1000);
      await Promise.resolve();
      await Promise.resolve();
    };
    await second();
    expect(measured).toBe(0);
    const listener = feed.on(() => undefined);
    for (let n = 0; n < 3; n++) await second();
    expect(measured).toBe(3);
    listener.dispose();
    for (let n = 0; n < 3; n++) await second();
    expect(measured).toBe(3);
    feed.on(() => undefined);
    await second();
    expect(measured).toBe(4);
  });

  it('tells everyone, also when a listener fails', () => {
    const defects: unknown[] = [];
    const feed = new EventFeed(
      new FakeClock(),
      () => Promise.resolve([]),
      (error) => defects.push(error),
    );
    let heard = 0;
    feed.on(() => {
      throw new Error('a defect');
    });
    feed.on(() => heard++);
    feed.fire({ type: 'machine-removed', id: 'x' });
    expect(heard).toBe(1);
    expect(defects).toHaveLength(1);
  });
});
