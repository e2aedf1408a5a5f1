import { z } from 'zod';
import { AppError } from '../base/errors.ts';

const anyVersion = z.object({ version: z.number().int() });

/** Writes a document as people like to read it. */
export function encodeDocument(document: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(document, null, 2)}\n`);
}

/**
 * @param of what the document is about: "machine"
 * @throws AppError 'corrupt' when it is not such a document, 'not-supported' when a newer Innkeeper wrote it
 */
export function decodeDocument<T>(
  schema: z.ZodType<T>,
  version: number,
  doing: string,
  bytes: Uint8Array,
  of = 'machine',
): T {
  const value = parseJson(bytes, doing, of);
  const versioned = anyVersion.safeParse(value);
  if (versioned.success && versioned.data.version > version) {
    throw new AppError({
      code: 'not-supported',
      doing,
      because: `it was written by a newer Innkeeper (format ${versioned.data.version}, this one knows ${version})`,
      hint: 'Use the newer Innkeeper.',
    });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue && issue.path.length > 0 ? `${issue.path.join('.')}: ` : '';
  throw corrupt(doing, `it is damaged (${where}${issue?.message ?? 'not the expected form'})`, of, parsed.error);
}

function parseJson(bytes: Uint8Array, doing: string, of: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw corrupt(doing, 'it is damaged (not JSON)', of, cause);
  }
}

function corrupt(doing: string, because: string, of: string, cause: unknown): AppError {
  return new AppError({ code: 'corrupt', doing, because, hint: `Repair the file, or delete the ${of}.`, cause });
}
