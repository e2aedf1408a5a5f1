import { beforeEach, describe, expect, test } from 'vitest';
import { AgentClient } from '../../guest/agent-client.ts';
import { FakeGuest } from '../../guest/testing/fake-guest.ts';
import { ManualTimers } from '../../guest/testing/manual-timers.ts';
import { MemoryEnd, settle } from '../../guest/testing/memory-duplex.ts';
import { MemoryFiles } from '../../host/testing/memory-files.ts';
import { ConfigurationAnswers } from '../testing/configuration-answers.ts';
import { MachineConfiguration, planUserData } from './configuration.ts';
import type { MachineDefinition } from '../store/definition.ts';

const ID = '0123456789abcdef';
const USER_DATA = '#cloud-config\nwrite_files: [{path: /a}, {path: /b}]\nruncmd: [c]\nbootcmd: [d]\n';

let files: MemoryFiles;
let notes: string[];
let end: MemoryEnd;
let guest: FakeGuest;
let agent: AgentClient;
let answers: ConfigurationAnswers;
let configuration: MachineConfiguration;

const make = (userData: string | null = USER_DATA): MachineConfiguration =>
  new MachineConfiguration({
    definition: { id: ID, configuration: userData === null ? null : { instance: ID, userData } } as MachineDefinition,
    around: {
      files,
      store: { folder: (id: string) => `/machines/${id}` } as never,
      log: { info: () => undefined, warn: () => undefined, forget: () => undefined },
    },
    console: { note: (text) => void notes.push(text) },
    tell: () => undefined,
  });

async function move(): Promise<void> {
  for (let turn = 0; turn < 60; turn++) {
    settle(end, guest.end);
    answers.answer();
    for (let i = 0; i < 10; i++) await Promise.resolve();
  }
}

/** A guest that has just started, or goes on. */
async function meet(): Promise<void> {
  end = new MemoryEnd();
  guest = new FakeGuest();
  answers.listen(guest);
  agent = new AgentClient({ duplex: end, timers: new ManualTimers(), random: Math.random });
  configuration.follow(agent);
  agent.start();
  guest.link.start();
  await move();
}

beforeEach(async () => {
  files = new MemoryFiles();
  await files.makeDirectory(`/machines/${ID}`);
  notes = [];
  answers = new ConfigurationAnswers();
  configuration = make();
});

describe('a configuration', () => {
  test('is waited for until the guest is there, and done once', async () => {
    await configuration.open();
    expect(configuration.view).toEqual({ state: 'waiting', step: null, failure: null, warnings: [] });
    await meet();
    expect(answers.done).toEqual(['Run the boot commands', 'Write /a', 'Write /b', 'Run the commands']);
    expect(configuration.view.state).toBe('done');
    expect(notes).toEqual(['The machine is being configured', 'The machine is configured']);
    await meet();
    expect(answers.done).toHaveLength(4);
    answers.startsAnew();
    await meet();
    expect(answers.done.slice(4)).toEqual(['Run the boot commands']);
  });

  test('goes on with what has not been done yet when the guest was lost in the middle', async () => {
    answers.stallsAt = 'Write /b';
    await meet();
    expect(configuration.view).toMatchObject({ state: 'running', step: 'Write /b' });
    agent.dispose();
    await move();
    expect(configuration.view.state).toBe('waiting');
    answers.stallsAt = null;
    await meet();
    expect(answers.done).toEqual(['Run the boot commands', 'Write /a', 'Write /b', 'Run the commands']);
    expect(configuration.view.state).toBe('done');
  });

  test('that failed says where, does the rest, and is told so by the next service too', async () => {
    answers.fails.set('Write /a', 'no room');
    answers.fails.set('Run the commands', 'oops');
    await meet();
    const failed = {
      state: 'failed',
      step: 'Write /a',
      failure: 'no room\nFailed too: Run the commands',
      warnings: [],
    };
    expect(configuration.view).toEqual(failed);
    expect(answers.done).toHaveLength(4);
    configuration = make();
    await configuration.open();
    expect(configuration.view).toEqual(failed);
    // It is not tried again, and that the boot commands went well does not mend it.
    answers.fails.clear();
    answers.startsAnew();
    await meet();
    expect(answers.done).toHaveLength(5);
    expect(configuration.view).toEqual(failed);
  });

  test('is done anew where the guest has forgotten it, and for another machine', async () => {
    await meet();
    for (const mark of ['-', 'fedcba9876543210 4', '0123456789abcdef 99999999', 'x'.repeat(5000)]) {
      answers.done.length = 0;
      answers.mark = mark;
      await meet();
      expect(answers.done).toEqual(['Write /a', 'Write /b', 'Run the commands']);
    }
  });

  test('is left to a cloud-init in the guest', async () => {
    answers.configures = 'cloud-init';
    await meet();
    expect([configuration.view.state, answers.done]).toEqual(['left-to-guest', []]);
  });

  test('stays ours when a cloud-init is installed later', async () => {
    await meet();
    answers.configures = 'cloud-init';
    answers.startsAnew();
    await meet();
    expect(configuration.view.state).toBe('done');
    expect(answers.done.slice(4)).toEqual(['Run the boot commands']);
  });

  test('is nothing where there is no user-data', async () => {
    configuration = make(null);
    await configuration.open();
    await meet();
    expect([configuration.view.state, answers.done, guest.heard]).toEqual(['none', [], []]);
  });

  test('that cannot be read any more is nothing but a warning', async () => {
    configuration = make('#cloud-config\nhostname: -');
    await meet();
    expect(configuration.view).toMatchObject({ state: 'done', warnings: [expect.stringContaining('no YAML')] });
  });
});

test('user-data is checked before a machine is made', () => {
  expect(planUserData(undefined, ID, 'create machine web')).toBeNull();
  expect(planUserData(' \n', ID, 'create machine web')).toBeNull();
  expect(planUserData(USER_DATA, ID, 'create machine web')).toEqual({ instance: ID, userData: USER_DATA });
  expect(() => planUserData('nonsense', ID, 'create machine web')).toThrow(
    'Failed to create machine web: its user-data begins with neither',
  );
});
