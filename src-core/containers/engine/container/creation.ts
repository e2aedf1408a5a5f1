import { z } from 'zod';
import { AppError } from '../../../base/errors.ts';
import type { HealthCheck, ImageSettings } from '../../../contract/container-images.ts';
import { createContainerSchema } from '../../../contract/containers.ts';
import type { ContainerMount } from '../../../contract/containers.ts';
import { DEFAULT_NETWORK } from '../../../contract/networks.ts';
import type { Forward } from '../../../contract/networks.ts';
import { signalNumber } from '../../../guest/signals.ts';
import { forwardKey } from '../../../hypervisor/connections/forwards.ts';
import type { LocalImage } from '../../oci/container-images.ts';
import type { EngineSurroundings } from '../surroundings.ts';
import { CONTAINER_VERSION } from './definition.ts';
import type { ContainerDefinition } from './definition.ts';
import { commandOfCheck } from './health.ts';
import { freePort } from './published-ports.ts';

export type CreateRequest = z.output<typeof createContainerSchema>;

const TERM = 15;
const PRESET_PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Makes the definition of a container of what is asked for and what its image says. @throws AppError */
export async function planContainer(
  request: CreateRequest & { readonly name: string },
  image: LocalImage,
  id: string,
  around: Pick<EngineSurroundings, 'clock' | 'networks' | 'host' | 'probePort' | 'random' | 'files'>,
): Promise<ContainerDefinition> {
  const { name, settings } = { ...request, settings: image.settings };
  const doing = `create container ${name}`;
  checkMounts(request.mounts, around, doing);
  const network = networkOf(request, around, doing);
  if (network === null && request.ports.length > 0) {
    const because = 'its ports are to be published and it is on no network';
    throw new AppError({ code: 'invalid-input', doing, because, hint: 'Leave the network out, or the ports.' });
  }
  return {
    version: CONTAINER_VERSION,
    ...{ id, name },
    createdAt: around.clock.now(),
    image: request.image,
    imageId: image.id,
    layers: image.layers.map(({ diffId }) => diffId),
    process: processOf(request, settings, doing),
    hostName: request.hostName ?? id.slice(0, 12),
    labels: { ...settings.labels, ...request.labels },
    ...{ terminal: request.terminal, interactive: request.interactive },
    ...{ limits: request.limits, restart: checkedRestart(request, doing) },
    ports: await portsOf(request.ports, around, doing),
    ...{ mounts: request.mounts, network },
    ...{ readOnlyRoot: request.readOnlyRoot, init: request.init },
    ...{ addCapabilities: request.addCapabilities, dropCapabilities: request.dropCapabilities },
    healthCheck: healthCheckOf(request, settings),
    stopSignal: stopSignalOf(request, settings, doing),
    stopTimeoutMs: request.stopTimeoutMs,
    removeAtEnd: request.removeAtEnd,
  };
}

/** OCI image-spec, config.md: the arguments of a person take the place of Cmd; an entrypoint of theirs, of both. */
function processOf(
  { command, entrypoint, environment, workingDirectory, user }: CreateRequest,
  settings: ImageSettings,
  doing: string,
): ContainerDefinition['process'] {
  const words = command ?? (entrypoint === undefined ? settings.command : []);
  const all = [...(entrypoint ?? settings.entrypoint), ...words];
  if (all.length === 0 || all[0] === '') {
    const because = 'its image does not say what to run, and neither did you';
    throw new AppError({ code: 'invalid-input', doing, because, hint: 'Add a command.' });
  }
  return {
    arguments: all,
    environment: mergedEnvironment([PRESET_PATH], settings.environment, environment),
    workingDirectory: workingDirectory ?? (settings.workingDirectory || '/'),
    user: user ?? settings.user,
  };
}

/** Later ones take the place of earlier ones of the same name. */
function mergedEnvironment(...lists: (readonly string[])[]): string[] {
  const byName = new Map<string, string>();
  for (const entry of lists.flat()) {
    const at = entry.indexOf('=');
    if (at > 0) byName.set(entry.slice(0, at), entry);
  }
  return [...byName.values()];
}

function networkOf(
  { network }: CreateRequest,
  { networks }: Pick<EngineSurroundings, 'networks'>,
  doing: string,
): ContainerDefinition['network'] {
  if (network === null) return null;
  return { id: networks.get(network ?? DEFAULT_NETWORK, doing).id, mac: networks.leases.newMac() };
}

/** @throws AppError 'invalid-input' */
function checkMounts(
  mounts: readonly ContainerMount[],
  { files }: Pick<EngineSurroundings, 'files'>,
  doing: string,
): void {
  const problem = (because: string, hint: string): AppError =>
    new AppError({ code: 'invalid-input', doing, because, hint });
  const places = new Set<string>();
  for (const mount of mounts) {
    const { destination } = mount;
    if (!destination.startsWith('/') || destination.split('/').includes('..')) {
      throw problem(`${destination} is no place in a container`, 'Write a whole path such as /data.');
    }
    const place = destination.replace(/\/+$/, '');
    if (place === '') throw problem('nothing can be mounted in place of all of it', 'Choose a folder such as /data.');
    if (places.has(place)) throw problem(`two mounts are at ${place}`, 'Leave one out.');
    places.add(place);
    if (mount.kind === 'folder' && !files.isAbsolute(mount.directory)) {
      throw problem(`${mount.directory} is not a whole path`, 'Write a whole path of this computer.');
    }
  }
}

/** @throws AppError 'invalid-input' */
function checkedRestart({ restart, removeAtEnd }: CreateRequest, doing: string): ContainerDefinition['restart'] {
  if (!removeAtEnd || restart.policy === 'no') return restart;
  const because = 'it is to be removed when it ends, and to be started again';
  throw new AppError({ code: 'invalid-input', doing, because, hint: 'Ask for one of both.' });
}

/** Forwards of what is to be published; where no port is named, one that is free now. @throws AppError */
export async function portsOf(
  published: CreateRequest['ports'],
  around: Pick<EngineSurroundings, 'host' | 'probePort' | 'random'>,
  doing: string,
): Promise<Forward[]> {
  const forwards: Forward[] = [];
  const chosen = new Set(published.flatMap(({ port }) => (port === undefined ? [] : [port])));
  for (const { protocol, address, port: named, containerPort: guestPort } of published) {
    const port = named ?? (await freePort({ protocol, address }, around, (each) => chosen.has(each), doing));
    chosen.add(port);
    const forward = { protocol, address, port, guestPort };
    if (forwards.some((each) => forwardKey(each) === forwardKey(forward))) {
      const because = `${protocol} port ${port} is to lead to two places`;
      throw new AppError({ code: 'invalid-input', doing, because, hint: 'Take another port for one of them.' });
    }
    forwards.push(forward);
  }
  return forwards;
}

function healthCheckOf({ healthCheck }: CreateRequest, settings: ImageSettings): HealthCheck | null {
  if (healthCheck === 'none') return null;
  const check = healthCheck ?? settings.healthCheck;
  return check && { ...check, command: commandOfCheck(check.command) };
}

function stopSignalOf({ stopSignal }: CreateRequest, settings: ImageSettings, doing: string): number {
  if (stopSignal !== undefined) return signalOf(stopSignal, doing);
  return settings.stopSignal === null ? TERM : (signalNumber(settings.stopSignal) ?? TERM);
}

/** @throws AppError 'invalid-input' */
export function signalOf(name: string, doing: string): number {
  const signal = signalNumber(name);
  if (signal !== undefined) return signal;
  throw new AppError({
    code: 'invalid-input',
    doing,
    because: `there is no signal ${name}`,
    hint: 'Name one as TERM.',
  });
}
