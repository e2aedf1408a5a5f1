import { Bytes } from './bytes.ts';
import { OP } from './opcodes.ts';

/** WebAssembly, "Relaxed SIMD": f64x2.relaxed_madd and f32x4.relaxed_madd, with what makes vectors of numbers and back. */
export const MADD = {
  f64: { splat: [0xfd, 0x14], madd: [0xfd, 0x87, 0x02], extract: [0xfd, 0x21, 0] },
  f32: { splat: [0xfd, 0x13], madd: [0xfd, 0x85, 0x02], extract: [0xfd, 0x1f, 0] },
} as const;

const F64_CONST = 0x44;
const F32_DEMOTE = 0xb6;
const F64_PROMOTE = 0xbb;
const F64 = 0x7c;
/** (1 + 2^-27)^2 - (1 + 2^-26) is 2^-54, and (1 + 2^-12)^2 - (1 + 2^-11) is 2^-24: zero, when the square was rounded first. */
const SQUARED = { f64: 2 ** -27, f32: 2 ** -12 } as const;

function number(bytes: Bytes, value: number): void {
  bytes.byte(F64_CONST);
  bytes.code(...new Uint8Array(new Float64Array([value]).buffer));
}

function body(format: 'f64' | 'f32'): Bytes {
  const bytes = new Bytes();
  bytes.unsigned(0);
  const small = SQUARED[format];
  for (const value of [1 + small, 1 + small, -(1 + 2 * small)]) {
    number(bytes, value);
    if (format === 'f32') bytes.byte(F32_DEMOTE);
    bytes.code(...MADD[format].splat);
  }
  bytes.code(...MADD[format].madd, ...MADD[format].extract);
  if (format === 'f32') bytes.byte(F64_PROMOTE);
  bytes.byte(OP.end);
  return bytes;
}

/** A module whose functions `f64` and `f32` give zero where a multiplication and an addition are rounded apart. */
export function fusedProbe(): Uint8Array<ArrayBuffer> {
  const formats = ['f64', 'f32'] as const;
  const module = new Bytes();
  module.code(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);
  module.code(1, 5, 1, 0x60, 0, 1, F64);
  module.code(3, 3, 2, 0, 0);
  const exports = new Bytes();
  exports.unsigned(formats.length);
  formats.forEach((name, index) => {
    exports.name(name);
    exports.code(0, index);
  });
  module.byte(7);
  module.sized(exports);
  const code = new Bytes();
  code.unsigned(formats.length);
  for (const format of formats) code.sized(body(format));
  module.byte(10);
  module.sized(code);
  return module.contents;
}
