import { I32, I64 } from './opcodes.ts';

/** As AssemblyScript has them: the interpreter is generated from the same expressions. */
export type Type = 'i32' | 'u32' | 'i64' | 'u64';

export interface Signature {
  readonly takes: readonly Type[];
  readonly gives: Type;
}

export const isWide = (type: Type): boolean => type.endsWith('64');

/** WebAssembly does not tell signed from unsigned. */
export const wasmType = (type: Type): number => (isWide(type) ? I64 : I32);
