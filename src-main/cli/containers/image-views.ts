import type {
  BaseImage,
  ContainerImageDetail,
  ContainerImageView,
  ImageSettings,
  LayerFile,
} from '../../../src-core/contract/container-images.ts';
import { facts, printable, table } from '../output.ts';
import { formatSize } from '../quantities.ts';
import { shortId } from './views.ts';

export function imagesText(images: readonly ContainerImageView[]): string {
  const rows = images.map(({ names, id, sizeBytes, ownBytes, layers, usedBy }) => [
    names.join(' ') || '-',
    shortId(id),
    formatSize(sizeBytes),
    formatSize(ownBytes),
    String(layers),
    usedBy.join(', ') || '-',
  ]);
  return table(['NAME', 'ID', 'SIZE', 'ITS OWN', 'LAYERS', 'USED BY'], rows);
}

export function catalogText(images: readonly BaseImage[]): string {
  const rows = images.map(({ name, title, present, downloadBytes }) => [
    name,
    title,
    present ? 'yes' : 'no',
    formatSize(downloadBytes),
  ]);
  return table(['NAME', 'TITLE', 'HERE', 'DOWNLOAD'], rows);
}

export function imageText(image: ContainerImageDetail): string {
  const about = facts([
    ['names', image.names.join(', ') || '-'],
    ['id', image.id],
    ['digest', image.digest],
    ['platform', image.platform],
    ['created', timeText(image.createdAt)],
    ['arrived', timeText(image.arrivedAt)],
    ['size', `${formatSize(image.sizeBytes)}, of which only it has ${formatSize(image.ownBytes)}`],
    ['used by', image.usedBy.join(', ') || '-'],
    ...settingsFacts(image.settings),
  ]);
  const rows = image.layerList.map((layer, number) => [
    String(number),
    formatSize(layer.unpackedBytes),
    layer.packedBytes === null ? '-' : formatSize(layer.packedBytes),
    String(layer.files),
    shortId(layer.diffId),
    layer.sharedWith.join(' ') || '-',
    layer.createdBy,
  ]);
  return `${about}\n\n${table(['LAYER', 'SIZE', 'PACKED', 'FILES', 'ID', 'SHARED WITH', 'MADE BY'], rows)}`;
}

function settingsFacts(settings: ImageSettings): (readonly [string, string])[] {
  const words = (list: readonly string[]): string => list.map((word) => JSON.stringify(word)).join(' ');
  return [
    ...(settings.entrypoint.length === 0 ? [] : [['entrypoint', words(settings.entrypoint)] as const]),
    ...(settings.command.length === 0 ? [] : [['command', words(settings.command)] as const]),
    ...settings.environment.map((variable) => ['variable', variable] as const),
    ...(settings.workingDirectory === '' ? [] : [['directory', settings.workingDirectory] as const]),
    ...(settings.user === '' ? [] : [['user', settings.user] as const]),
    ...settings.ports.map(({ port, protocol }) => ['port', `${port}/${protocol}`] as const),
    ...settings.volumes.map((volume) => ['volume', volume] as const),
    ...Object.entries(settings.labels).map(([name, value]) => ['label', `${name}=${value}`] as const),
    ...(settings.healthCheck === null ? [] : [['health check', words(settings.healthCheck.command)] as const]),
  ];
}

export function historyText(history: ContainerImageDetail['history']): string {
  const rows = history.map(({ createdAt, sizeBytes, createdBy, comment }) => [
    timeText(createdAt),
    formatSize(sizeBytes),
    comment === '' ? createdBy : `${createdBy} (${comment})`,
  ]);
  return table(['CREATED', 'SIZE', 'MADE BY'], rows);
}

/** One line for each, as it comes: a layer may hold very many. */
export function layerFilesText(files: readonly LayerFile[]): string {
  return files
    .map(({ kind, mode, sizeBytes, path, target }) => {
      const name = printable(target === null ? path : `${path} -> ${target}`);
      return `${kind.padEnd(9)} ${(mode & 0o7777).toString(8).padStart(4, '0')} ${formatSize(sizeBytes).padStart(8)} ${name}`;
    })
    .join('\n');
}

function timeText(at: number | null): string {
  return at === null ? '-' : new Date(at).toISOString();
}
