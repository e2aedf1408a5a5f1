import type { CallList, CallReference, CallResults } from './calls/call-list.ts';
import { close, tryKnob } from './calls/file-calls.ts';
import { AT_FDCWD, CLONE_NEWNET, MS_BIND, O_CLOEXEC, O_CREAT, O_RDONLY, O_WRONLY, SYS } from './calls/linux.ts';
import { ACKNOWLEDGEMENT_BYTES, errnoIn } from './rtnetlink.ts';

const AF_NETLINK = 16;
const SOCK_RAW_CLOEXEC = 3 | 0o2000000;
/** Number that the descriptor of a new network namespace is given, so that it can stand in a message. */
export const NAMESPACE_FD = 200;
/** As docker has it: ports below 1024 need no privilege in a network of one's own, nor does ping. */
const KNOBS: Readonly<Record<string, string>> = {
  '/proc/sys/net/ipv4/ip_unprivileged_port_start': '0',
  '/proc/sys/net/ipv4/ping_group_range': '0 2147483647',
  '/proc/sys/net/ipv6/conf/default/disable_ipv6': '1',
};

/** What came of one message. */
export interface Acknowledged {
  readonly doing: string;
  errnoOf(results: CallResults): number;
}

export function openNetlink(list: CallList): CallReference {
  return list.goOn('configure its network', SYS.socket, AF_NETLINK, SOCK_RAW_CLOEXEC, 0);
}

export function tell(list: CallList, socket: CallReference | number, message: Uint8Array, doing: string): Acknowledged {
  const bytes = list.bytes(message);
  list.goOn(doing, SYS.sendto, socket, bytes, bytes.length, 0, 0, 0);
  const room = list.room(ACKNOWLEDGEMENT_BYTES);
  const received = list.goOn(doing, SYS.recvfrom, socket, room, ACKNOWLEDGEMENT_BYTES, 0, 0, 0);
  return { doing, errnoOf: (results) => errnoIn(results.read(received, room)) };
}

/**
 * Makes a network namespace, which `path` is the name of, and comes back.
 * @param home descriptor of the node's own
 * @returns a netlink socket in it; NAMESPACE_FD leads to it
 */
export function makeNetwork(list: CallList, path: string, home: number): CallReference {
  const doing = 'make its network';
  const file = list.call(doing, SYS.openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600);
  close(list, file);
  list.call(doing, SYS.unshare, CLONE_NEWNET);
  list.goOn(doing, SYS.mount, '/proc/self/ns/net', path, 'none', MS_BIND, 0);
  const own = list.goOn(doing, SYS.openat, AT_FDCWD, '/proc/self/ns/net', O_RDONLY | O_CLOEXEC);
  list.goOn(doing, SYS.dup3, own, NAMESPACE_FD, O_CLOEXEC);
  close(list, own);
  const socket = openNetlink(list);
  for (const [knob, value] of Object.entries(KNOBS)) tryKnob(list, knob, value);
  list.call(doing, SYS.setns, home, CLONE_NEWNET);
  return socket;
}
