import { AppError } from '../../../src-core/base/errors.ts';
import type { InnkeeperHandlers } from '../../../src-core/contract/contract.ts';
import type { Hypervisor } from '../../../src-core/hypervisor/hypervisor.ts';
import type { ServiceOptions } from '../service-interface.ts';
import type { SettingsFile } from '../settings.ts';

/** @param stop tells whoever hosts the service that it is to end */
export function serviceHandlers(
  options: ServiceOptions,
  hypervisor: Hypervisor,
  settings: SettingsFile,
  stop: () => void,
): InnkeeperHandlers['service'] {
  const startedAt = performance.now();
  return {
    status: () =>
      Promise.resolve({
        version: options.version,
        dataDirectory: options.dataDirectory,
        uptimeMs: performance.now() - startedAt,
        pid: process.pid,
        host: options.host,
        machines: {
          total: hypervisor.list().filter(({ purpose }) => purpose !== 'node').length,
          running: hypervisor.runningCount,
        },
      }),
    stop: async ({ force }) => {
      refuseToStop(options);
      const suspended = force ? [] : await hypervisor.suspendAll('stop the service');
      // The answer is to reach the client before the connection ends.
      setTimeout(stop, 50);
      return { suspended };
    },
    settings: () => Promise.resolve(settings.settings),
    changeSettings: (part) => settings.change(part),
  };
}

function refuseToStop({ host }: ServiceOptions): void {
  if (host !== 'app') return;
  const because = 'it belongs to the Innkeeper app';
  throw new AppError({ code: 'wrong-state', doing: 'stop the service', because, hint: 'Quit the app instead.' });
}
