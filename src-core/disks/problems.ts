import { AppError } from '../base/errors.ts';

/** The image is damaged, or made to harm. */
export function corrupt(name: string, problem: string, cause?: unknown): AppError {
  return new AppError({
    code: 'corrupt',
    doing: `use the disk image ${name}`,
    because: `it is damaged: ${problem}`,
    hint: 'Take a copy of the image from before; "qemu-img check" tells more.',
    data: { image: name },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The image is fine, but uses what we cannot do. */
export function unsupported(name: string, because: string, hint?: string): AppError {
  return new AppError({
    code: 'not-supported',
    doing: `use the disk image ${name}`,
    because,
    hint: hint ?? 'Convert it: "qemu-img convert -O qcow2 OLD NEW".',
    data: { image: name },
  });
}

export function invalid(name: string, because: string, hint?: string): AppError {
  return new AppError({
    code: 'invalid-input',
    doing: `use the disk image ${name}`,
    because,
    ...(hint === undefined ? {} : { hint }),
    data: { image: name },
  });
}

/** @throws AppError 'denied' for an image that was opened only for reading */
export function mustBeWritable(name: string, readOnly: boolean): void {
  if (!readOnly) return;
  throw new AppError({
    code: 'denied',
    doing: `change the disk image ${name}`,
    because: 'it was opened only for reading',
    data: { image: name },
  });
}
