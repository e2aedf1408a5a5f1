/** What the core's harts can do, in the words of the device tree ("riscv/extensions.yaml" of its bindings). */
export const EXTENSIONS = [
  'i',
  'm',
  'a',
  'f',
  'd',
  'c',
  'zicbom',
  'zicboz',
  'zicntr',
  'zicsr',
  'zifencei',
  'zba',
  'zbb',
  'zbs',
  'sstc',
  'svadu',
  'svpbmt',
] as const;

/** The same as one string: single letters, then the others behind underscores. */
export const ISA = `rv64${EXTENSIONS.filter((name) => name.length === 1).join('')}${EXTENSIONS.filter(
  (name) => name.length > 1,
)
  .map((name) => `_${name}`)
  .join('')}`;

/** Block of cbo.clean, cbo.flush, cbo.inval and cbo.zero. */
export const CACHE_BLOCK_BYTES = 64;
