import type { Signature, Type } from '../wasm/types.ts';

const WIDTH: Readonly<Record<string, Type>> = {
  f32: 'u32',
  f64: 'u64',
  i32: 'i32',
  u32: 'u32',
  i64: 'i64',
  u64: 'u64',
};
/** Give a number, whatever they look at. */
const SMALL = /_(class|eq|le|lt)$/;

/**
 * Types of a function of the core that the instruction table calls by name (core/regions/called.ts exports them); a
 * region whose idea of it is wrong cannot be instantiated. A second or later operand of a conversion, and the one that
 * an operation has beyond its kind's, is the rounding mode.
 */
export function signatureOf(name: string, operands: number): Signature {
  const conversion = /^(\w+?)_to_(\w+)$/.exec(name);
  if (conversion) {
    const [, from = '', to = ''] = conversion;
    const takes: Type[] = [WIDTH[from] ?? 'u64', 'u32'];
    return { takes: takes.slice(0, operands), gives: WIDTH[to] ?? 'u64' };
  }
  const format = /^(f32|f64)_/.exec(name)?.[1];
  if (format === undefined) return { takes: Array.from({ length: operands }, () => 'u64'), gives: 'u64' };
  const type = WIDTH[format] ?? 'u64';
  const values = /_sqrt$/.test(name) ? 1 : /_fma$/.test(name) ? 3 : /_class$/.test(name) ? 1 : 2;
  const takes = Array.from({ length: operands }, (_, index): Type => (index < values ? type : 'u32'));
  return { takes, gives: SMALL.test(name) ? 'u32' : type };
}
