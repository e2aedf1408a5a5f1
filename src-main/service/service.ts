import { composeService } from './compose.ts';
import { removeDrafts } from './os/node-files.ts';
import { ownDirectory } from './ownership.ts';
import type { Service, ServiceOptions } from './service-interface.ts';

export type { PortRegistry, Service, ServiceOptions } from './service-interface.ts';

/**
 * Opens the data directory and everything in it.
 * @throws AppError 'unavailable' when another process owns the data directory; `data.pid` is the owner's
 */
export async function createService(options: ServiceOptions): Promise<Service> {
  const ownership = await ownDirectory(options.dataDirectory, options.host);
  try {
    await removeDrafts(options.dataDirectory);
    return await composeService(options, () => ownership.release());
  } catch (error) {
    await ownership.release();
    throw error;
  }
}
