import { settleCards } from './cards.ts';
import { asciiBytes, entries, writeFile } from './files.ts';
import { allMounts } from './mounts.ts';
import { isPciAddress, virtioDevices } from './pci.ts';
import { os, readSmallFile } from './quickjs.ts';
import { invalid, type Failure } from './request-failure.ts';
import { toolEnds } from './tool.ts';

const PCI = '/sys/bus/pci';
const ONE = asciiBytes('1');

/** Finds devices that were plugged in, and loads their drivers where no udev does. */
export async function rescanPci(): Promise<Failure> {
  const written = writeFile(`${PCI}/rescan`, ONE);
  if (written < 0) return `the PCI bus could not be looked at (errno ${-written})`;
  // The driver of the transport is there first; only then are there virtio devices.
  await loadDrivers(`${PCI}/devices`);
  await loadDrivers('/sys/bus/virtio/devices');
  return settleCards();
}

/** Takes a device out, before it is unplugged. One that is not there is fine; one that is in use is not. */
export function removePci(address: unknown): Promise<Failure> {
  if (!isPciAddress(address)) throw invalid('that is no address of a PCI device');
  return takeOut(`${PCI}/devices/${address}`);
}

async function takeOut(device: string): Promise<Failure> {
  if (os.stat(device)[0] === null) return undefined;
  const use = useOf(blockDevices(device));
  if (use !== undefined) return use;
  await toolEnds(['sync']);
  const isCard = virtioDevices(device).some((path) => entries(`${path}/net`).length > 0);
  const written = writeFile(`${device}/remove`, ONE);
  if (written < 0) return `the kernel does not let go of it (errno ${-written})`;
  return isCard ? settleCards() : undefined;
}

async function loadDrivers(folder: string): Promise<void> {
  const wanted = entries(folder).flatMap((name) => {
    const alias = readSmallFile(`${folder}/${name}/modalias`)?.trim() ?? '';
    return alias !== '' && os.stat(`${folder}/${name}/driver`)[0] === null ? [alias] : [];
  });
  if (wanted.length > 0) await toolEnds(['modprobe', '-a', '-q', ...wanted]);
}

/** Names of the disks on a PCI device, "vdb". */
function blockDevices(device: string): readonly string[] {
  return virtioDevices(device).flatMap((path) => entries(`${path}/block`));
}

/** @returns "vdb1 is mounted on /data", or undefined when nothing uses any of these disks */
function useOf(disks: readonly string[]): string | undefined {
  for (const disk of disks) {
    const parts = [disk, ...entries(`/sys/class/block/${disk}`).filter((name) => name.startsWith(disk))];
    for (const part of parts) {
      const mount = allMounts().find(({ source }) => source === `/dev/${part}`);
      if (mount) return `${part} is mounted on ${mount.directory}`;
      const [holder] = entries(`/sys/class/block/${part}/holders`);
      if (holder !== undefined) return `${part} is used by ${holder}`;
      if (readSmallFile('/proc/swaps')?.includes(`/dev/${part} `)) return `${part} is used for swapping`;
    }
  }
  return undefined;
}
