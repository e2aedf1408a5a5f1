import type { InnkeeperClient } from '../../src-core/contract/contract.ts';
import type { ChangedFile, LogLine } from '../../src-core/contract/containers.ts';
import { containerView, madeUpDigest } from './container-view.ts';
import { consoleStream } from './made-up-console.ts';
import {
  addContainer,
  changeContainer,
  containers,
  endedNow,
  published,
  startedNow,
} from './made-up-container-list.ts';
import { tell } from './made-up-events.ts';
import { textStream } from './made-up-streams.ts';
import { work } from './made-up-tasks.ts';

type Containers = InnkeeperClient['containers'];
type Created = Parameters<Containers['create']>[0];

let count = 0;

function create(input: Created) {
  count += 1;
  const { image, name = `made-${count}`, start = true, ports = [], terminal = false, interactive = false } = input;
  return addContainer(
    containerView(`made-${count}`, {
      name,
      image,
      imageId: madeUpDigest(image.split(':')[0] ?? image),
      terminal,
      interactive,
      createdAt: Date.now(),
      ports: ports.map(({ port = 8080, containerPort }) => published(port, containerPort)),
      ...(start ? startedNow() : {}),
    }),
  );
}

const CHANGES: readonly ChangedFile[] = [
  { kind: 'changed', path: '/etc' },
  { kind: 'changed', path: '/etc/hosts' },
  { kind: 'removed', path: '/etc/nginx/conf.d/default.conf' },
  { kind: 'added', path: '/etc/nginx/conf.d/shop.conf' },
  { kind: 'changed', path: '/var' },
  ...Array.from({ length: 400 }, (_, index) => ({
    kind: 'added' as const,
    path: `/var/cache/nginx/proxy_temp/${index % 10}/${String(index).padStart(10, '0')}`,
  })),
];

const REQUESTS = ['/', '/cart', '/favicon.ico', '/search?q=lamps&page=2', '/products/desk-lamp-with-a-very-long-name'];

function logLine(number: number, at: number): LogLine {
  const path = REQUESTS[number % REQUESTS.length] ?? '/';
  if (number % 9 === 4) {
    return {
      at,
      stream: 'stderr',
      text: `\u001b[31m[error]\u001b[0m 29#29: *${number} open() "/usr/share/nginx/html${path}" failed (2: No such file or directory), client: 10.86.0.1, server: localhost, request: "GET ${path} HTTP/1.1"`,
    };
  }
  return { at, stream: 'stdout', text: `10.86.0.1 - - "GET ${path} HTTP/1.1" 200 ${600 + number} "-" "Mozilla/5.0"` };
}

function* log(lines: number): Generator<string> {
  const begun = Date.now() - 3_600_000;
  for (let from = 0; from < lines; from += 500) {
    const part = Array.from({ length: Math.min(500, lines - from) }, (_, index) =>
      logLine(from + index, begun + (from + index) * 700),
    );
    yield part.map((line) => `${JSON.stringify(line)}\n`).join('');
  }
}

const BUILD = [
  'STEP 1/4: FROM debian:13\n',
  'STEP 2/4: RUN apt-get update && apt-get install -y nginx-light\n',
  'Get:1 http://deb.debian.org/debian trixie InRelease [140 kB]\n',
  'Setting up nginx-light (1.26.3-3) ...\n',
  'STEP 3/4: COPY site /var/www/html\n',
  'STEP 4/4: CMD ["nginx", "-g", "daemon off;"]\n',
  'Containerfile:3: \u001b[31mCOPY: there is no site in /home/ada/work/shop\u001b[0m\n',
];

const notMadeUp = () => Promise.reject(new Error('not made up'));

export const containerMethods: Containers = {
  list: async () => [...containers],
  inspect: async ({ container }) => changeContainer(container, {}),
  runtimeConfig: async () => ({
    json: JSON.stringify({ ociVersion: '1.2.0', process: { args: ['nginx'], cwd: '/' }, root: { path: 'rootfs' } }),
  }),
  create: async (input) => create(input),
  start: async ({ container }) => changeContainer(container, startedNow()),
  stop: async ({ container }) => changeContainer(container, endedNow('exited')),
  kill: async ({ container }) => changeContainer(container, endedNow('killed')),
  restart: async ({ container }) => changeContainer(container, startedNow()),
  pause: async ({ container }) => changeContainer(container, { state: 'paused' }),
  resume: async ({ container }) => changeContainer(container, { state: 'running' }),
  rename: async ({ container, name }) => changeContainer(container, { name }),
  update: async ({ container, limits, ports }) => {
    const known = changeContainer(container, {});
    return changeContainer(container, {
      limits: { ...known.limits, ...(limits as Partial<typeof known.limits>) },
      ...(ports ? { ports: ports.map(({ port = 8080, containerPort }) => published(port, containerPort)) } : {}),
    });
  },
  remove: async ({ container }) => {
    const gone = changeContainer(container, {});
    containers.splice(containers.indexOf(gone), 1);
    tell({ type: 'container-removed', id: gone.id });
    return {};
  },
  prune: async () => ({ removed: [] }),
  top: async () => ({ processes: [{ pid: 1, user: 'root', time: '0:01', command: 'nginx: master process' }] }),
  diff: async ({ container }) => (container === 'shop-web' ? [...CHANGES] : []),
  commit: async ({ image }) => work(`Make image ${image}`, ['Reading what it wrote'], null),
  attach: async () => ({ ...consoleStream(), opened: { terminal: true, interactive: true, replayBytes: 0 } }) as never,
  run: notMadeUp,
  exec: async () => ({ ...consoleStream(), opened: { pid: 42 } }) as never,
  logs: async ({ container }) => textStream({}, container === 'shop-web' ? log(4200) : []),
  readFiles: notMadeUp,
  writeFiles: notMadeUp,
  buildLog: async () => textStream({}, BUILD, { everyMs: 100, result: { image: null } }),
};
