import { z } from 'zod';
import { AppError, asPartOf } from '../../base/errors.ts';
import { formatBytes } from '../../base/format-bytes.ts';
import { createMachineSchema } from '../../contract/machines.ts';
import { DEFAULT_NETWORK } from '../../contract/networks.ts';
import { admitDefinition } from '../../host/admission.ts';
import type { ImageRecord } from '../../images/image.ts';
import { newCards } from '../connections/cards.ts';
import { checkBootFiles } from './boot-files.ts';
import { planUserData } from '../configuration/configuration.ts';
import { DEFINITION_VERSION } from '../store/definition.ts';
import type { MachineDefinition } from '../store/definition.ts';
import { IMAGE_DISK_SLOT, layerOverImage } from '../machine-disks/image-disk.ts';
import { planDisks } from '../machine-disks/machine-disks.ts';
import type { Pin } from '../layers/layer-pool.ts';
import type { Surroundings } from '../surroundings.ts';

export type CreateRequest = z.output<typeof createMachineSchema>;

const FALLBACK = { processors: 1, memoryBytes: 256 * 1024 * 1024 };

interface SourceFacts {
  readonly defaults: { readonly processors: number; readonly memoryBytes: number };
  readonly minimumMemoryBytes: number;
  /** null: it is not here yet. Absent: it is made of files. */
  readonly image?: ImageRecord | null;
}

/**
 * Checks a request down to the files that it names, and makes the definition of it and its own disks.
 * @param pin keeps those disks until the definition is on disk
 * @throws AppError 'not-found', 'invalid-input', 'no-room', 'not-supported', 'denied', 'disk-full'
 */
export async function planMachine(
  request: CreateRequest,
  id: string,
  around: Pick<Surroundings, 'files' | 'host' | 'images' | 'clock' | 'layers' | 'networks'>,
  pin: Pin,
  purpose: MachineDefinition['purpose'] = 'machine',
): Promise<MachineDefinition> {
  const { name, source } = request;
  const doing = `create machine ${name}`;
  const facts = await inspectSource(request, doing, around);
  const processors = request.processors ?? facts.defaults.processors;
  const memoryBytes = request.memoryBytes ?? facts.defaults.memoryBytes;
  admitDefinition({ doing, processors, memoryBytes }, around.host.meter.facts);
  if (memoryBytes < facts.minimumMemoryBytes) throw tooLittleMemory(doing, memoryBytes, facts.minimumMemoryBytes);
  const configuration = planUserData(request.userData, id, doing);
  const { image } = facts;
  const isKept = image === null || image?.document.disk ? [IMAGE_DISK_SLOT] : [];
  const disks = await planDisks(around, doing, request.disks, isKept, pin);
  const imageDisk = image ? await asPartOf(doing, layerOverImage(image, around, pin)) : null;
  return {
    version: DEFINITION_VERSION,
    id,
    name,
    createdAt: around.clock.now(),
    source,
    processors,
    memoryBytes,
    memoryTarget: null,
    cpuLimit: request.cpuLimit ?? null,
    bootOrder: [],
    disks: imageDisk ? [imageDisk, ...disks] : [...disks],
    awaitsImageDisk: image === null,
    shares: [],
    cards: newCards(request.networks ?? [DEFAULT_NETWORK], around.networks, doing),
    forwards: [],
    resume: null,
    newIdentity: image?.document.generalize ?? false,
    configuration,
    purpose,
    currentSnapshot: null,
  };
}

async function inspectSource(
  { source }: CreateRequest,
  doing: string,
  { files, images }: Pick<Surroundings, 'files' | 'images'>,
): Promise<SourceFacts> {
  if (source.kind === 'files') {
    await checkBootFiles(files, doing, source);
    return { defaults: FALLBACK, minimumMemoryBytes: 0 };
  }
  const here = await images.find(source.image);
  if (here) return { ...here.document, image: here };
  const card = images.card(source.image);
  if (card) return { ...card, image: null };
  const names = images.catalog().map(({ name }) => name);
  throw new AppError({
    code: 'not-found',
    doing,
    because: `there is no image ${source.image}`,
    hint: `Take one of the catalogue: ${names.join(', ')}.`,
    data: { image: source.image, catalogue: names },
  });
}

function tooLittleMemory(doing: string, memoryBytes: number, minimumBytes: number): AppError {
  return new AppError({
    code: 'invalid-input',
    doing,
    because: `${formatBytes(memoryBytes)} of memory is too little for its image`,
    hint: `Give it at least ${formatBytes(minimumBytes)}.`,
    data: { memoryBytes, minimumBytes },
  });
}
