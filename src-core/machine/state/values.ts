import { z } from 'zod';

/**
 * How values stand in a saved state: what a number of JSON cannot hold exactly is text, 64-bit registers and bytes in
 * hexadecimal. Each value has one way to be written, so that equal states are equal bytes.
 */

/** A whole number that only grows: ticks, counts. */
export const countSchema = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
export const u8Schema = z.number().int().min(0).max(0xff);
export const u16Schema = z.number().int().min(0).max(0xffff);
export const u32Schema = z.number().int().min(0).max(0xffff_ffff);
/** "0x0" to "0xffffffffffffffff", without leading zeros. */
export const u64Schema = z.string().regex(/^0x(?:0|[1-9a-f][0-9a-f]{0,15})$/);
/** A signed whole number of any size, in decimal. */
export const integerSchema = z.string().regex(/^(?:0|-?[1-9][0-9]{0,29})$/);

/** Bytes, two digits each. */
export function hexBytes(least: number, most: number): z.ZodString {
  return z
    .string()
    .min(least * 2)
    .max(most * 2)
    .regex(/^(?:[0-9a-f]{2})*$/);
}

/** @param value unsigned */
export function toU64(value: bigint): string {
  return `0x${value.toString(16)}`;
}

export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}

export function fromHex(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length >> 1);
  for (let index = 0; index < bytes.length; index++)
    bytes[index] = Number.parseInt(text.slice(index * 2, index * 2 + 2), 16);
  return bytes;
}
