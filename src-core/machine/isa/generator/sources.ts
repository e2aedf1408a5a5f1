import { boardSource } from './board.ts';
import { decodingSource } from './decoding.ts';
import { interpreterSource } from './interpreter.ts';
import { operationsSource } from './operations.ts';

const HEADER = `// Generated from src-core/machine/isa/table.ts by src-core/machine/isa/generator; sources.test.ts checks that it is up
// to date. To write it anew: npx vitest run src-core/machine/isa -u

`;

/** The generated AssemblyScript sources by file name; they stand in src-core/machine/core/generated. */
export function generatedSources(): ReadonlyMap<string, string> {
  return new Map([
    ['operations.ts', operationsSource(HEADER)],
    ['decoding.ts', decodingSource(HEADER)],
    ['interpreter.ts', interpreterSource(HEADER)],
    ['board.ts', boardSource(HEADER)],
  ]);
}
