import { PAGE_BYTES } from '../core-layout.ts';

/** Where a block begins: its page, named by the address of that page's table of blocks, and the offset in the page. */
export interface CodePlace {
  readonly table: number;
  readonly offset: number;
}

/** A number for each place. */
export function placeKey({ table, offset }: CodePlace): number {
  return table * PAGE_BYTES + offset;
}
