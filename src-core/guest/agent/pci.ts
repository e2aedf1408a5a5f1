import { entries } from './files.ts';

const ADDRESS = /^[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/;

/** "0000:00:1c.0" */
export function isPciAddress(address: unknown): address is string {
  return typeof address === 'string' && ADDRESS.test(address);
}

/** @param device its folder in sysfs @returns folders of the virtio devices on it, none without a driver */
export function virtioDevices(device: string): readonly string[] {
  return entries(device).flatMap((name) => (/^virtio\d+$/.test(name) ? [`${device}/${name}`] : []));
}
