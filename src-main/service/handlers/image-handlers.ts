import { AppError } from '../../../src-core/base/errors.ts';
import type { InnkeeperHandlers } from '../../../src-core/contract/contract.ts';
import type { ImageView } from '../../../src-core/contract/images.ts';
import type { ImageRecord, Images } from '../../../src-core/images/image.ts';
import type { Hypervisor } from '../../../src-core/hypervisor/hypervisor.ts';
import type { ImageBuilds } from '../image-builds.ts';
import type { HeldImages } from '../images/held-images.ts';
import type { ImageTransfers } from '../images/image-transfers.ts';

/** An image with all that is kept of it, and who is made from it. */
export async function viewOfImage(
  { document, sizeBytes: ownBytes }: ImageRecord,
  hypervisor: Hypervisor,
): Promise<ImageView> {
  const { name, title, contents, origin, createdAt, disk } = document;
  const sizeBytes = ownBytes + (await hypervisor.quickStartBytes(name));
  const usedBy = hypervisor.usersOf(name);
  return { name, title, contents, sizeBytes, diskBytes: disk?.virtualBytes ?? null, origin, createdAt, usedBy };
}

/** @param onRemoved called after an image was removed */
export function imageHandlers(
  images: Images,
  builds: ImageBuilds,
  transfers: ImageTransfers,
  held: HeldImages,
  hypervisor: Hypervisor,
  onRemoved: (name: string) => void,
): InnkeeperHandlers['images'] {
  return {
    catalog: async () => {
      const present = new Set((await images.list()).map(({ document }) => document.name));
      return images.catalog().map((card) => ({ ...card, present: present.has(card.name) }));
    },
    list: async () => {
      const records = await images.list();
      return Promise.all(records.map((record) => viewOfImage(record, hypervisor)));
    },
    pull: async ({ image }) => Promise.resolve(builds.pull(image)),
    remove: async ({ image }) => {
      refuseIfUsed(image, hypervisor.usersOf(image), builds.isBuilding(image) || held.has(image));
      // One that can still be brought back would find nothing below its disks.
      const binned = await hypervisor.usersInBin(image);
      const { document } = await images.get(image);
      if (document.disk !== null) refuseIfUsed(image, binned, false, 'Wait until it is gone for good, in ten minutes.');
      await images.remove(image);
      onRemoved(image);
      return {};
    },
    importFrom: (request) => transfers.importFrom(request),
    exportTo: (request) => transfers.exportTo(request),
    save: async ({ image, machine, snapshot }) =>
      transfers.save(image, hypervisor.get(machine, 'save an image out of'), snapshot ?? null),
  };
}

function refuseIfUsed(image: string, users: string[], busy: boolean, hint = 'Delete what uses it first.'): void {
  const doing = `remove image ${image}`;
  if (busy) {
    const because = 'it is just being made or written to a file';
    throw new AppError({ code: 'wrong-state', doing, because, hint: 'Cancel its task first.' });
  }
  if (users.length === 0) return;
  const because =
    users.length === 1
      ? `machine ${users[0] ?? ''} is made from it`
      : `the machines ${users.join(', ')} are made from it`;
  throw new AppError({
    code: 'wrong-state',
    doing,
    because,
    hint,
    data: { usedBy: users },
  });
}
