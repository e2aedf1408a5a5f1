/** Compiles the floating point of the core by itself and calls it by name. */
import { fileURLToPath } from 'node:url';
import { createMemoryStream, main } from 'assemblyscript/asc';

export interface SoftFloat {
  /** Calls an operation with raw bits; the flags are what it made of those that had accrued before. */
  call(name: string, operands: readonly bigint[], rm: number, accrued: number): { bits: bigint; flags: number };
}

type Export = (...operands: (number | bigint)[]) => number | bigint;

/** Widths, in bits, of an operation's operands and of its result. */
export function widthsOf(name: string): { operands: readonly (32 | 64)[]; result: 32 | 64 } {
  const width = (type: string): 32 | 64 => (type.endsWith('64') ? 64 : 32);
  const [first, operation, last] = name.split('_') as [string, string, string?];
  if (operation === 'to') return { operands: [width(first)], result: width(last ?? '') };
  const arity = operation === 'fma' ? 3 : operation === 'sqrt' || operation === 'class' ? 1 : 2;
  const isMask = ['eq', 'lt', 'le', 'class'].includes(operation);
  return { operands: Array.from({ length: arity }, () => width(first)), result: isMask ? 32 : width(first) };
}

/** Throws when the compiler refuses the code. */
export async function compileSoftFloat(): Promise<SoftFloat> {
  const baseDir = fileURLToPath(new URL('..', import.meta.url));
  const stderr = createMemoryStream();
  let code: Uint8Array<ArrayBuffer> | undefined;
  const options = ['-O3', '--runtime', 'stub', '--noAssert', '--outFile', 'out.wasm', '--baseDir', baseDir];
  const { error } = await main(['index.ts', ...options], {
    stderr,
    writeFile: (name, contents) => {
      if (name === 'out.wasm' && typeof contents !== 'string') code = new Uint8Array(contents);
    },
  });
  if (error !== null || code === undefined) throw new Error(`asc: ${stderr.toString()}`, { cause: error });
  return bind((await WebAssembly.instantiate(code)).instance.exports);
}

function bind(exports: WebAssembly.Exports): SoftFloat {
  const setFlags = exports['setFlags'] as (flags: number) => void;
  const takeFlags = exports['takeFlags'] as () => number;
  const shapes = new Map<string, ReturnType<typeof widthsOf>>();
  return {
    call(name, operands, rm, accrued) {
      const shape = shapes.get(name) ?? widthsOf(name);
      shapes.set(name, shape);
      setFlags(accrued);
      const passed = operands.map((bits, index) => (shape.operands[index] === 64 ? bits : Number(bits)));
      // Operations without a rounding mode ignore the extra argument.
      const result = (exports[name] as Export)(...passed, rm);
      return { bits: BigInt.asUintN(shape.result, BigInt(result)), flags: takeFlags() };
    },
  };
}
