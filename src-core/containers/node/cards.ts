import type { CallChannel } from './calls/call-channel.ts';
import { callFailed } from './calls/call-channel.ts';
import { CallList } from './calls/call-list.ts';
import { close, namesIn, readFile, textOf } from './calls/file-calls.ts';
import { AT_FDCWD, ERRNO, O_CLOEXEC, O_DIRECTORY, O_RDONLY, SYS } from './calls/linux.ts';
import { openNetlink, tell } from './network-calls.ts';
import { linkUp } from './rtnetlink.ts';

const MOST_ENTRIES_BYTES = 8192;
const PCI_DEVICES = '/sys/bus/pci/devices';

/** The node's cards, by their PCI address. */
export class Cards {
  readonly #calls: CallChannel;
  readonly #indexes = new Map<string, number>();

  constructor(calls: CallChannel) {
    this.#calls = calls;
  }

  /** Its number in the kernel; it is up then. @throws AppError 'guest-failed' when there is none */
  async indexOf(address: string, doing: string): Promise<number> {
    const known = this.#indexes.get(address);
    if (known !== undefined) return known;
    const device = `${PCI_DEVICES}/${address}`;
    const virtio = (await this.#names(device)).find((name) => /^virtio\d+$/.test(name)) ?? 'virtio';
    const [name] = await this.#names(`${device}/${virtio}/net`);
    if (name === undefined) throw callFailed(doing, `find its network card ${address}`, ERRNO.ENODEV);
    const list = new CallList();
    const file = readFile(list, `/sys/class/net/${name}/ifindex`, 16);
    const index = Number(textOf(await this.#calls.carryOut(list, doing), file).trim());
    await this.#bringUp(index, doing);
    this.#indexes.set(address, index);
    return index;
  }

  /** One may have been pulled, and another plugged in. */
  forget(address: string): void {
    this.#indexes.delete(address);
  }

  async #bringUp(index: number, doing: string): Promise<void> {
    const list = new CallList();
    const socket = openNetlink(list);
    const told = tell(list, socket, linkUp(index), 'bring its network card up');
    close(list, socket);
    const errno = told.errnoOf(await this.#calls.carryOut(list, doing));
    if (errno !== 0) throw callFailed(doing, told.doing, errno);
  }

  async #names(folder: string): Promise<readonly string[]> {
    const list = new CallList();
    const fd = list.try(SYS.openat, AT_FDCWD, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const room = list.room(MOST_ENTRIES_BYTES);
    const read = list.try(SYS.getdents64, fd, room, MOST_ENTRIES_BYTES);
    close(list, fd);
    const results = await this.#calls.attempt(list);
    return namesIn(results.read(read, room));
  }
}
