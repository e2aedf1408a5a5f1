/**
 * What a guest keeps of its network while another one on the same network does its worst: the time that a download takes
 * beside a neighbour that rests, downloads as well, floods, sends to somebody who does not read, or leaves connections half
 * open.
 *
 *     npm run -s bench:fairness -- [--mebibytes 32] [--rounds 3]      needs the image debian-13-tiny
 *
 * A fair share of two is a half; what is promised is half of that, a quarter of what the guest has alone.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { parseArgs } from 'node:util';
import { scriptText } from '../src-main/service/testing/exec-text.ts';
import { BenchService, median, pause, timed } from './service/bench-service.ts';

const { values } = parseArgs({
  options: { mebibytes: { type: 'string', default: '32' }, rounds: { type: 'string', default: '3' } },
});
const BYTES = Number(values.mebibytes) * 2 ** 20;
const MEMORY_BYTES = 256 * 2 ** 20;
const NETWORK = 'bench';
const PROMISED = 0.25;
const UNDER_WAY_MS = 1000;
const HAS_NETWORK = 'for n in $(seq 100); do nslookup host.inn >/dev/null 2>&1 && exit; sleep 0.2; done; false';

/** Answers every connection with the same amount, as a web server does. */
function serving(): Server {
  const piece = Buffer.alloc(2 ** 16);
  return createTcpServer((socket) => {
    let left = BYTES;
    const send = (): void => {
      while (left > 0) {
        left -= piece.length;
        if (!socket.write(piece)) return;
      }
      socket.end();
    };
    socket.on('error', () => undefined).on('drain', send);
    socket.once('data', () => {
      socket.write(`HTTP/1.0 200 OK\r\nContent-Length: ${BYTES}\r\n\r\n`);
      send();
    });
  });
}

/** Takes connections and reads nothing of them. */
const deaf = (): Server => createTcpServer({ pauseOnConnect: true }, (socket) => socket.on('error', () => undefined));

/** A process that stands still behind its port: once its queue is full, who calls gets no answer. @returns port, and its end */
async function absent(): Promise<{ readonly port: number; end(): void }> {
  const program = `const server = require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port))`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  child.kill('SIGSTOP');
  return { port: Number(line.toString()), end: () => void child.kill('SIGKILL') };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const bench = await BenchService.open();
const { machines, networks } = bench.service.handlers;
const [web, closed] = [serving(), deaf()];
const nobody = await absent();
try {
  const [webPort, deafPort] = [await listen(web), await listen(closed)];
  await networks.create({ name: NETWORK, internal: false, reachesHost: true });
  const source = { kind: 'image', image: 'debian-13-tiny' } as const;
  for (const name of ['guest', 'neighbour']) {
    await machines.create({ name, source, memoryBytes: MEMORY_BYTES, networks: [NETWORK], disks: [], start: true });
    await bench.agentAnswers(name);
    const { exitStatus } = await scriptText(machines.exec, name, HAS_NETWORK);
    if (exitStatus !== 0) throw new Error(`${name} has no network: its image is an old one`);
  }
  const download = `wget -q -O /dev/null http://host.inn:${webPort}/`;
  const neighbours: Readonly<Record<string, string>> = {
    rests: '',
    'downloads as well': `while true; do ${download}; done`,
    'floods with UDP': 'nc -u host.inn 9 </dev/zero',
    'sends to one who does not read': `nc host.inn ${deafPort} </dev/zero`,
    'opens connections without end': `while true; do nc -w 1 host.inn ${deafPort} </dev/null; done`,
    'leaves connections half open': `while true; do for n in $(seq 200); do nc -w 5 host.inn ${nobody.port} </dev/null & done; wait; done`,
  };
  let alone = 0;
  console.log(`a download of ${values.mebibytes} MiB while a neighbour …, median of ${values.rounds}:`);
  for (const [doing, script] of Object.entries(neighbours)) {
    const start = `(${script || 'true'}) >/dev/null 2>&1 & echo $! >/run/neighbour`;
    await scriptText(
      machines.exec,
      'neighbour',
      `setsid sh -c '${start.replaceAll("'", "'\\''")}' >/dev/null 2>&1 </dev/null`,
    );
    await pause(UNDER_WAY_MS);
    const rates: number[] = [];
    for (let round = 0; round < Number(values.rounds); round++) {
      const milliseconds = await timed(() => scriptText(machines.exec, 'guest', download));
      rates.push(BYTES / 2 ** 20 / (milliseconds / 1000));
    }
    await scriptText(machines.exec, 'neighbour', 'killall nc wget; kill -9 $(cat /run/neighbour); killall -9 nc wget');
    const rate = median(rates);
    alone ||= rate;
    const part = rate / alone;
    const verdict =
      alone === rate
        ? ''
        : `${(100 * part).toFixed(0)} % (promised ${100 * PROMISED}: ${part >= PROMISED ? 'met' : 'missed'})`;
    console.log(`  ${doing.padEnd(34)}${rate.toFixed(1).padStart(7)} MiB/s   ${verdict}`);
  }
} finally {
  web.close();
  closed.close();
  nobody.end();
  await bench.close();
}
