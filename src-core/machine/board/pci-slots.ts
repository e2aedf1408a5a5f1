/**
 * Where each device is on the PCI bus. A guest that was suspended or copied finds them there again, so that none of
 * these numbers may ever change.
 */
export const PCI_SLOT = {
  console: 1,
  entropy: 2,
  /** Disk 0; the others follow. */
  disks: 3,
  balloon: 19,
  /** Shared folder 0; the others follow. */
  shares: 20,
  /** Network card 0; the others follow. */
  cards: 28,
} as const;

export const MOST_DISKS = 16;
export const MOST_CARDS = 4;

/** How Linux names the function in a slot: "0000:00:03.0". */
export function pciAddress(slot: number): string {
  return `0000:00:${slot.toString(16).padStart(2, '0')}.0`;
}
