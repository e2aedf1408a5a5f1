/** Compares softfloat with this computer's processor, in bulk. SOFTFLOAT_CASES: how many cases of each operation. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NX } from './testing/exact.ts';
import { compileSoftFloat, widthsOf, type SoftFloat } from './testing/softfloat.ts';

const CASES = Number(process.env['SOFTFLOAT_CASES'] ?? 100_000);
const RECORD_BYTES = 40;
const SHARED = ['add', 'sub', 'mul', 'div', 'sqrt', 'fma', 'eq', 'lt', 'le', 'to_i32', 'to_u32', 'to_i64'];
const INTEGERS = ['i32', 'u32', 'i64'];
const OPERATIONS = [32, 64]
  .flatMap((width) => [...SHARED.map((name) => `f${width}_${name}`), ...INTEGERS.map((type) => `${type}_to_f${width}`)])
  .concat('f32_to_f64', 'f64_to_f32');

let folder: string;
let softfloat: SoftFloat;
/** Why there is no oracle here, if there is none. */
let missing: string | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'softfloat-'));
  const source = fileURLToPath(new URL('testing/hardware.c', import.meta.url));
  const compiled = spawnSync('cc', ['-O2', '-o', join(folder, 'hardware'), source], { encoding: 'utf8' });
  if (compiled.error !== undefined) missing = 'there is no C compiler (cc)';
  else if (compiled.status !== 0) throw new Error(compiled.stderr);
  else if (spawnSync(join(folder, 'hardware'), ['f32_add', '0', '0']).status === 77) {
    missing = 'the processor is not an x86-64 one with fused multiply-add';
  }
  softfloat = await compileSoftFloat();
}, 120_000);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The first case in which the two differ, described; undefined when all of the records agree. */
function firstDifference(name: string, records: Buffer): string | undefined {
  const { operands } = widthsOf(name);
  for (let at = 0; at < records.length; at += RECORD_BYTES) {
    const values = operands.map((_, index) => records.readBigUInt64LE(at + index * 8));
    const bits = records.readBigUInt64LE(at + 24);
    const rm = records.readUInt8(at + 32);
    const flags = records.readUInt8(at + 33);
    for (const accrued of [0, NX]) {
      const got = softfloat.call(name, values, rm, accrued);
      if (got.bits === bits && got.flags === (flags | accrued)) continue;
      const question = `${name}(${values.map((value) => value.toString(16)).join(', ')}) rm ${rm} accrued ${accrued}`;
      return `${question}: ${got.bits.toString(16)} flags ${got.flags}, hardware ${bits.toString(16)} flags ${flags}`;
    }
  }
  return undefined;
}

/** Runs the oracle and compares; answers the number of cases, or throws at the first difference. */
async function compareAll(name: string): Promise<number> {
  const oracle = spawn(join(folder, 'hardware'), [name, String(CASES), '754'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let compared = 0;
  let rest = Buffer.alloc(0);
  for await (const chunk of oracle.stdout as AsyncIterable<Buffer>) {
    const bytes = Buffer.concat([rest, chunk]);
    const whole = bytes.length - (bytes.length % RECORD_BYTES);
    const difference = firstDifference(name, bytes.subarray(0, whole));
    if (difference !== undefined) throw new Error(difference);
    compared += whole / RECORD_BYTES;
    rest = bytes.subarray(whole);
  }
  return compared;
}

describe('softfloat and the processor agree in bits and flags', () => {
  for (const name of OPERATIONS) {
    it(`for ${name}`, async (context) => {
      context.skip(missing !== undefined, missing);
      expect(await compareAll(name)).toBe(CASES);
    });
  }
});
