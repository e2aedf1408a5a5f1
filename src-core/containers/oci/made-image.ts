import type { ImageSettings } from '../../contract/container-images.ts';
import type { LocalLayer, MadeImage } from './container-images.ts';
import { storedHealthCheck } from './health-check.ts';
import { OCI_CONFIG, OCI_LAYER, OCI_MANIFEST } from './media-types.ts';
import type { Descriptor } from './manifest.ts';
import { ARCHITECTURE, OS } from './platform.ts';

/** The configuration of an image that is made here: the same image gives the same bytes. OCI image-spec, config.md. */
export function writeConfig(made: MadeImage): Uint8Array {
  return json({
    ...(made.author === undefined ? {} : { author: made.author }),
    created: new Date(made.createdAt).toISOString(),
    architecture: ARCHITECTURE,
    os: OS,
    config: writtenSettings(made.settings),
    rootfs: { type: 'layers', diff_ids: made.layers.map(({ diffId }) => diffId) },
    history: made.history.map((entry) => ({
      ...(entry.createdAt === null ? {} : { created: new Date(entry.createdAt).toISOString() }),
      created_by: entry.createdBy,
      ...(entry.comment === '' ? {} : { comment: entry.comment }),
      ...(entry.emptyLayer ? { empty_layer: true } : {}),
    })),
  });
}

/** OCI image-spec, manifest.md. */
export function writeManifest(config: Descriptor, layers: readonly Descriptor[]): Uint8Array {
  return json({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers });
}

export function configDescriptor(digest: string, size: number): Descriptor {
  return { mediaType: OCI_CONFIG, digest, size };
}

/** How a layer moves; one that was never packed moves as it is. */
export function layerDescriptor({ diffId, sizeBytes, packed }: LocalLayer): Descriptor {
  if (packed === null) return { mediaType: OCI_LAYER, digest: diffId, size: sizeBytes };
  return { mediaType: packed.mediaType, digest: packed.digest, size: packed.sizeBytes };
}

/** What says nothing is left out, as other engines do. */
function writtenSettings(settings: ImageSettings): Record<string, unknown> {
  const { healthCheck, stopSignal, ports, volumes, labels } = settings;
  const set = (names: readonly string[]): Record<string, unknown> =>
    Object.fromEntries(names.map((name) => [name, {}]));
  const all: Record<string, unknown> = {
    User: settings.user,
    ExposedPorts: set(ports.map(({ port, protocol }) => `${port}/${protocol}`)),
    Env: settings.environment,
    Entrypoint: settings.entrypoint,
    Cmd: settings.command,
    Volumes: set(volumes),
    WorkingDir: settings.workingDirectory,
    Labels: labels,
    StopSignal: stopSignal ?? '',
    ...(healthCheck === null ? {} : { Healthcheck: storedHealthCheck(healthCheck) }),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => !isEmpty(value)));
}

function isEmpty(value: unknown): boolean {
  return value === '' || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
}

function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
