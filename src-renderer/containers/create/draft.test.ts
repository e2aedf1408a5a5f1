import { expect, test } from 'vitest';
import { createContainerSchema } from '../../../src-core/contract/containers.ts';
import {
  creation,
  type Draft,
  draftProblem,
  environmentProblem,
  firstDraft,
  mountProblem,
  wantsTerminal,
} from './draft.ts';

const NONE: ReadonlySet<number> = new Set();
const settings = {
  entrypoint: [],
  command: ['nginx', '-g', 'daemon off;'],
  environment: [],
  workingDirectory: '/',
  user: '',
  ports: [{ protocol: 'tcp', port: 80 }] as const,
  volumes: [],
  labels: {},
  stopSignal: null,
  healthCheck: null,
};
const withDraft = (change: Partial<Draft>) => ({ ...firstDraft('web-1', null), ...change });

test('what the defaults say is what the contract takes, and the image’s ports are published', () => {
  const draft = firstDraft('web-1', { ...settings, ports: [...settings.ports] });
  const made = createContainerSchema.parse(creation(draft, 'nginx', { start: true, takenPorts: new Set([8080]) }));
  expect(made).toMatchObject({ name: 'web-1', image: 'nginx', start: true, terminal: false, environment: [] });
  expect(made.ports).toEqual([{ protocol: 'tcp', address: '127.0.0.1', port: 8081, containerPort: 80 }]);
  expect('command' in made || 'network' in made).toBe(false);
});

test('a shell is given a terminal, a server is not, and what nobody knows is', () => {
  expect(wantsTerminal({ entrypoint: [], command: ['/bin/sh'] })).toBe(true);
  expect(wantsTerminal(settings)).toBe(false);
  expect(firstDraft('a', null).terminal).toBe(true);
});

test('everything that is written arrives', () => {
  const draft = withDraft({
    command: `sh -c 'echo hi'`,
    environment: 'A=1\n\nB=two words ',
    mounts: [
      { kind: 'volume', source: 'data', destination: '/data', readOnly: true },
      { kind: 'tmpfs', source: '', destination: '/tmp', readOnly: false },
      { kind: 'volume', source: '', destination: '', readOnly: false },
    ],
    network: null,
    health: 'own',
    healthCommand: 'wget -q localhost',
    healthSeconds: '5',
  });
  expect(creation(draft, 'busybox', { start: false, takenPorts: NONE })).toMatchObject({
    command: ['sh', '-c', 'echo hi'],
    environment: ['A=1', 'B=two words'],
    mounts: [
      { kind: 'volume', volume: 'data', destination: '/data', readOnly: true },
      { kind: 'tmpfs', destination: '/tmp' },
    ],
    network: null,
    healthCheck: { command: ['wget -q localhost'], intervalMs: 5000 },
  });
});

test('what is wrong is said', () => {
  expect(draftProblem(withDraft({}), NONE)).toBeUndefined();
  expect(draftProblem(withDraft({ command: `sh -c 'x` }), NONE)).toContain('quote');
  expect(draftProblem(withDraft({ health: 'own' }), NONE)).toContain('health check');
  expect(environmentProblem('A=1\nB')).toContain('“B”');
  expect(mountProblem({ kind: 'folder', source: '/srv', destination: 'data', readOnly: false })).toContain('/');
  expect(mountProblem({ kind: 'volume', source: 'a b', destination: '/data', readOnly: false })).toContain('letters');
});
