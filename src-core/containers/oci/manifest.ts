import { z } from 'zod';
import { AppError } from '../../base/errors.ts';
import { digestSchema } from '../../contract/container-images.ts';
import { CONFIGS, INDEXES, layerCompression, MANIFESTS } from './media-types.ts';

/** OCI distribution-spec, "Pushing Manifests": registries take at least 4 MiB, and nobody needs more. */
export const MOST_MANIFEST_BYTES = 4 * 1024 * 1024;
/** What overlayfs can stack. */
const MOST_LAYERS = 500;
const MOST_OF_INDEX = 1000;
/** Of one blob; nothing larger could be kept anyway. */
const MOST_BLOB_BYTES = 1024 ** 4;

/** OCI image-spec, descriptor.md. */
const descriptorSchema = z.object({
  mediaType: z.string().max(255),
  digest: digestSchema,
  /** A negative or huge size is a lie of the registry. */
  size: z.number().int().min(0).max(MOST_BLOB_BYTES),
});
export type Descriptor = z.infer<typeof descriptorSchema>;

const platformSchema = z.object({
  architecture: z.string().max(64),
  os: z.string().max(64),
  variant: z.string().max(64).optional(),
});
export type Platform = z.infer<typeof platformSchema>;

const annotationsSchema = z.record(z.string(), z.string()).optional();

const indexEntrySchema = descriptorSchema.extend({
  platform: platformSchema.optional(),
  annotations: annotationsSchema,
});
export type IndexEntry = z.infer<typeof indexEntrySchema>;

const manifestSchema = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  config: descriptorSchema,
  layers: z.array(descriptorSchema).max(MOST_LAYERS),
});

const indexSchema = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  manifests: z.array(indexEntrySchema).max(MOST_OF_INDEX),
});

/** One image: a configuration and layers, lowest first. */
export interface ImageManifest {
  readonly kind: 'image';
  readonly mediaType: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

/** Several images, of which one is for a platform. */
export interface ImageIndex {
  readonly kind: 'index';
  readonly entries: readonly IndexEntry[];
}

/**
 * OCI image-spec, manifest.md and image-index.md; docker's schema 2.
 * @param mediaType what the registry or the descriptor calls it; null where nobody does
 * @param what "the manifest of busybox:latest"
 * @throws AppError 'corrupt', 'not-supported'
 */
export function parseManifest(
  bytes: Uint8Array,
  mediaType: string | null,
  what: string,
  doing: string,
): ImageManifest | ImageIndex {
  const value = parseObject(bytes, MOST_MANIFEST_BYTES, what, doing);
  const own = typeof value['mediaType'] === 'string' ? value['mediaType'] : null;
  if (own !== null && mediaType !== null && own !== mediaType) {
    throw damaged(doing, `${what} says that it is ${shown(own)}, and was given as ${shown(mediaType)}`);
  }
  // What could be read as either would be one thing here and another elsewhere.
  if ('manifests' in value && ('layers' in value || 'config' in value)) {
    throw damaged(doing, `${what} is an index and an image at once`);
  }
  const kind = own ?? mediaType;
  if (value['schemaVersion'] === 1) throw unsupported(doing, `${what} is of docker's first schema, given up in 2019`);
  if (kind === null ? 'manifests' in value : INDEXES.includes(kind)) {
    return { kind: 'index', entries: checked(indexSchema, value, what, doing).manifests };
  }
  if (kind !== null && !MANIFESTS.includes(kind)) throw unsupported(doing, `${what} is of the kind ${shown(kind)}`);
  const { config, layers } = checked(manifestSchema, value, what, doing);
  refuseForeign(config, layers, what, doing);
  return { kind: 'image', mediaType: kind ?? MANIFESTS[0] ?? '', config, layers };
}

function refuseForeign(config: Descriptor, layers: readonly Descriptor[], what: string, doing: string): void {
  if (!CONFIGS.includes(config.mediaType)) {
    throw unsupported(doing, `${what} is of no container image, but of ${shown(config.mediaType)}`);
  }
  for (const { mediaType } of layers) {
    if (layerCompression(mediaType) === undefined) {
      throw unsupported(doing, `${what} has a layer of the kind ${shown(mediaType)}`);
    }
  }
}

/** A JSON object of somebody else's. @throws AppError 'corrupt' */
export function parseObject(bytes: Uint8Array, limit: number, what: string, doing: string): Record<string, unknown> {
  if (bytes.length > limit) throw damaged(doing, `${what} is larger than ${limit} bytes`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw damaged(doing, `${what} is not JSON`, cause);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw damaged(doing, `${what} is not a JSON object`);
}

/** @throws AppError 'corrupt' that names the place */
export function checked<T>(schema: z.ZodType<T>, value: unknown, what: string, doing: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw damaged(doing, `${what} is wrong at ${issue?.path.join('.') || 'its top'}: ${issue?.message ?? 'its form'}`);
}

/** A failure of an image that is not what it says. */
export function damaged(doing: string, because: string, cause?: unknown): AppError {
  const hint = 'Try again; if it stays so, whoever offers the image must mend it.';
  return new AppError({ code: 'corrupt', doing, because, hint, ...(cause === undefined ? {} : { cause }) });
}

function unsupported(doing: string, because: string): AppError {
  return new AppError({ code: 'not-supported', doing, because, hint: 'Choose another image.' });
}

/** Words of somebody else's, for a message. */
export function shown(text: string): string {
  const plain = text.replace(/[^\x20-\x7e]/g, '?');
  return plain.length > 120 ? `${plain.slice(0, 120)}…` : plain;
}
