import { AppError } from '../base/errors.ts';
import type { BlockFile } from './block-file.ts';
import type { BlockImage } from './block-image.ts';
import type { DiskFormat } from './format.ts';
import { detectFormat, FORMAT_HEAD_BYTES } from './format.ts';
import { corrupt, invalid, unsupported } from './problems.ts';
import type { Decompressors } from './qcow2/compressed.ts';
import { readHeader } from './qcow2/header-file.ts';
import { Qcow2Image } from './qcow2/qcow2-image.ts';
import { RawImage } from './raw-image.ts';

/** How images that refer to each other are found; implemented over the files of this computer, or in memory. */
export interface ImageFiles {
  /** @throws AppError when it cannot be opened */
  open(path: string, readOnly: boolean): BlockFile;
  /** The path of a backing image as its image's header tells it: absolute, or relative to the image's folder. */
  resolve(imagePath: string, backingPath: string): string;
}

export interface OpenOptions {
  /**
   * Known from where the image was made or chosen; never guessed for what a guest has written, see `detectFormat`.
   */
  readonly format: DiskFormat;
  readonly readOnly: boolean;
  readonly decompressors?: Decompressors;
  /**
   * Which files an image may name as its backing image, by resolved path. Without it, none: an image from elsewhere
   * could name any file of this computer and let a guest read it.
   */
  readonly allowBacking?: (path: string) => boolean;
  /** To commit into it, the direct backing image has to be writable. */
  readonly writableBacking?: boolean;
}

/** Longer chains are slow, and more likely made to harm than made to use. */
const MOST_IMAGES = 128;

/** An image with everything that it is built on. Closing it closes all of it. @throws AppError */
export function openImage(files: ImageFiles, path: string, options: OpenOptions): BlockImage {
  const opened: BlockImage[] = [];
  try {
    const image = openLevel(files, path, options, opened, []);
    return image instanceof Qcow2Image && image.backing ? closingAll(image, opened) : image;
  } catch (error) {
    for (const image of opened) image.close();
    throw error;
  }
}

function openLevel(
  files: ImageFiles,
  path: string,
  options: OpenOptions,
  opened: BlockImage[],
  above: readonly string[],
): BlockImage {
  if (above.includes(path)) throw corrupt(path, 'it is built on itself');
  if (above.length >= MOST_IMAGES) throw unsupported(path, `it is built on more than ${MOST_IMAGES - 1} images`);
  const file = files.open(path, options.readOnly);
  try {
    if (options.format === 'raw') return note(opened, new RawImage(file));
    const { backing: named } = readHeader(file);
    const backing = named === null ? null : openBacking(files, path, named, options, opened, [...above, path]);
    const decompressors = options.decompressors ?? {};
    return note(opened, new Qcow2Image(file, { backing, decompressors }));
  } catch (error) {
    file.close();
    throw error;
  }
}

function openBacking(
  files: ImageFiles,
  path: string,
  named: { readonly path: string; readonly format: string | null },
  options: OpenOptions,
  opened: BlockImage[],
  above: readonly string[],
): BlockImage {
  // "json:…", "nbd://…": ways of QEMU to reach something else than a file. A colon behind a slash is a character.
  if (/^[^/\\]*:/.test(named.path) && !/^[A-Za-z]:[/\\]/.test(named.path)) {
    throw unsupported(path, `it is built on ${named.path}, which is no file`);
  }
  const backingPath = files.resolve(path, named.path);
  if (options.allowBacking?.(backingPath) !== true) throw forbidden(path, backingPath);
  const format = knownFormat(files, path, backingPath, named.format);
  const readOnly = options.writableBacking !== true;
  const { writableBacking: _, ...rest } = options;
  return openLevel(files, backingPath, { ...rest, format, readOnly }, opened, above);
}

/** A header that does not tell the format leaves it to be seen: fine where the caller vouches for the file. */
function knownFormat(files: ImageFiles, path: string, backingPath: string, told: string | null): DiskFormat {
  if (told === 'raw' || told === 'qcow2') return told;
  if (told !== null) throw unsupported(path, `it is built on an image in the format ${told}`);
  const file = files.open(backingPath, true);
  try {
    const head = new Uint8Array(Math.min(FORMAT_HEAD_BYTES, file.sizeBytes));
    file.read(head, 0);
    const found = detectFormat(head);
    if ('foreign' in found) throw invalid(path, `it is built on ${backingPath}, and that is ${found.foreign}`);
    return found.format;
  } finally {
    file.close();
  }
}

function forbidden(path: string, backingPath: string): AppError {
  return new AppError({
    code: 'denied',
    doing: `use the disk image ${path}`,
    because: `it is built on another file, ${backingPath}`,
    hint: 'Make it stand alone first: "qemu-img convert -O qcow2 OLD NEW".',
    data: { image: path, backing: backingPath },
  });
}

function note<T extends BlockImage>(opened: BlockImage[], image: T): T {
  opened.push(image);
  return image;
}

/** Closes top first: what it still has to write may need what is below. */
function closingAll(image: Qcow2Image, opened: readonly BlockImage[]): Qcow2Image {
  const close = image.close.bind(image);
  image.close = () => {
    try {
      close();
    } finally {
      for (const other of opened) if (other !== image) other.close();
    }
  };
  return image;
}
