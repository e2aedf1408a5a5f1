import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** What one peer's network does for the same guest. */
export interface NetworkFigures {
  /** Gigabits a second, as iperf3 on this computer counts them. */
  readonly toGuest: number;
  readonly fromGuest: number;
  /** Milliseconds of one byte to the guest's echo server and back, median. */
  readonly roundTripMs: number;
  /** Made, used for one byte and closed, one after the other. */
  readonly connectionsPerSecond: number;
}

export const IPERF_PORT = 5201;
/** Where the guest's echo server listens. */
export const ECHO_PORT = 7777;
const ROUND_TRIPS = 500;
const CONNECTIONS = 200;
const GIGA = 1e9;

/** The guest's program: an echo server, and iperf3 to this computer and from it. Argument: this computer's address. */
export const GUEST_PROGRAM = `#!/usr/bin/perl
use strict; use IO::Socket::INET; use Socket qw(IPPROTO_TCP TCP_NODELAY);
my ($host, $seconds) = @ARGV;
if (fork() == 0) {
  my $server = IO::Socket::INET->new(LocalPort => ${ECHO_PORT}, Listen => 64, ReuseAddr => 1) or die;
  while (my $peer = $server->accept) {
    setsockopt($peer, IPPROTO_TCP, TCP_NODELAY, 1);
    while (sysread($peer, my $bytes, 4096)) { syswrite($peer, $bytes) }
    close $peer;
  }
}
for my $way ('', '-R') {
  for (1 .. 60) { last if system("iperf3 -c $host -t $seconds $way >/dev/null 2>&1") == 0; sleep 1 }
}
sleep 1000;
`;

/** Runs the program in a guest whose command line names this computer: `bench.host=10.0.2.2`. */
export const GUEST_UNIT = `[Unit]
ConditionKernelCommandLine=bench.host
[Service]
ExecStart=/bin/sh -c 'exec /root/bench-network $$(sed "s/.*bench.host=\\\\([^ ]*\\\\).*/\\\\1/" /proc/cmdline) 10'
[Install]
WantedBy=multi-user.target
`;

/** What iperf3 -s counted, in bits a second, for one run of a client that sends, and one that receives. */
export async function iperfServer(): Promise<{ fromGuest: number; toGuest: number }> {
  const fromGuest = await iperfOnce();
  const toGuest = await iperfOnce();
  return { fromGuest: fromGuest.received / GIGA, toGuest: toGuest.sent / GIGA };
}

async function iperfOnce(): Promise<{ sent: number; received: number }> {
  const server = spawn('iperf3', ['-s', '-1', '-J', '-p', String(IPERF_PORT), '-B', '127.0.0.1']);
  let text = '';
  server.stdout.on('data', (bytes: Buffer) => (text += bytes.toString()));
  await once(server, 'close');
  const { end } = JSON.parse(text) as {
    end: { sum_sent: { bits_per_second: number }; sum_received: { bits_per_second: number } };
  };
  return { sent: end.sum_sent.bits_per_second, received: end.sum_received.bits_per_second };
}

/** @param port of this computer that leads to the guest's echo server */
export async function roundTrips(port: number): Promise<number> {
  const socket = await connected(port);
  const times: number[] = [];
  for (let round = 0; round < ROUND_TRIPS; round++) {
    const start = performance.now();
    await echo(socket);
    times.push(performance.now() - start);
  }
  socket.destroy();
  return times.sort((a, b) => a - b)[ROUND_TRIPS >> 1] ?? NaN;
}

export async function connections(port: number): Promise<number> {
  const start = performance.now();
  for (let count = 0; count < CONNECTIONS; count++) {
    const socket = await connected(port);
    await echo(socket);
    socket.end();
    await once(socket, 'close');
  }
  return (CONNECTIONS / (performance.now() - start)) * 1000;
}

async function connected(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  await once(socket, 'connect');
  return socket;
}

async function echo(socket: Socket): Promise<void> {
  socket.write('x');
  await once(socket, 'data');
}

/** Until the guest's echo server answers. */
export async function awaitEcho(port: number, mostMs: number): Promise<void> {
  for (const start = performance.now(); performance.now() - start < mostMs;) {
    const answered = await tryEcho(port);
    if (answered) return;
    await new Promise((go) => setTimeout(go, 500));
  }
  throw new Error('the guest does not answer');
}

async function tryEcho(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    const patience = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 2000));
    const answer = (async () => {
      await once(socket, 'connect');
      socket.write('x');
      await once(socket, 'data');
      return true;
    })();
    return await Promise.race([answer, patience]);
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
