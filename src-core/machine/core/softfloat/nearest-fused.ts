/** The shortcut of nearest.ts for fused multiply-add, which WebAssembly lacks. 0 stands for "ask the integers". */
import { NX, flags, raise } from './flags';
import { isWellNormal } from './format';
import { sumError } from './nearest';

/**
 * By way of binary64, which holds the product exactly and, of the sum, enough to round it once more: a sum that is not
 * exact is first rounded to odd (Boldo and Melquiond, Emulation of FMA and Correctly Rounded Sums, 2008).
 */
export function fuseNearest32(a: u32, b: u32, c: u32): u32 {
  const product = (reinterpret<f32>(a) as f64) * (reinterpret<f32>(b) as f64);
  const addend = reinterpret<f32>(c) as f64;
  const sum = product + addend;
  const error = sumError<f64>(product, addend, sum);
  const narrow = (error == 0 ? sum : roundToOdd(sum, error)) as f32;
  if (!isWellNormal<u32>(reinterpret<u32>(narrow))) return 0;
  if ((narrow as f64) != sum || error != 0) raise(NX);
  return reinterpret<u32>(narrow);
}

/** Of the two numbers around sum + error the one whose last bit is set, given sum is the one nearest to it. */
function roundToOdd(sum: f64, error: f64): f64 {
  const bits = reinterpret<u64>(sum);
  if (bits & 1) return sum;
  return reinterpret<f64>(error > 0 == sum > 0 ? bits + 1 : bits - 1);
}

/**
 * a × b + c as sum + (sumError + productError), all exact. The two errors add up to a number that is exact to half a
 * unit in its last place; when a little more and a little less of it lead to one result, that is the result.
 */
export function fuseNearest64(a: u64, b: u64, c: u64): u64 {
  if (!productHasRoom(a, b)) return 0;
  const x = reinterpret<f64>(a);
  const y = reinterpret<f64>(b);
  const z = reinterpret<f64>(c);
  const product = x * y;
  const lost = productError(x, y, product);
  const sum = product + z;
  const error = sumError<f64>(product, z, sum);
  let result = sum;
  if (lost != 0 || error != 0) {
    if (!(flags & NX)) return 0;
    const tail = lost + error;
    result = sum + tail;
    const bothLost = lost != 0 && error != 0;
    if (bothLost && sum + tail * WIDER != sum + tail * NARROWER) return 0;
  }
  const bits = reinterpret<u64>(result);
  return isWellNormal<u64>(bits) ? bits : 0;
}

/** 1 ± 2^-51: beyond half a unit in the last place of any number. */
const WIDER: f64 = 1.0000000000000004;
const NARROWER: f64 = 0.9999999999999996;

/**
 * Whether the last place of the exact product, 2^(sum of the exponent fields - 2150), lies within binary64: then no step
 * of fuseNearest64 can underflow. Where one overflows, or an operand is infinite or a NaN, so is the result.
 */
function productHasRoom(a: u64, b: u64): bool {
  return ((a >> 52) & 0x7ff) + ((b >> 52) & 0x7ff) >= 2150 - 1074;
}

/** a × b - product, exactly: Dekker's product, with Veltkamp's split into halves of 26 bits. */
function productError(a: f64, b: f64, product: f64): f64 {
  const aHigh = upperHalf(a);
  const bHigh = upperHalf(b);
  const aLow = a - aHigh;
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

function upperHalf(a: f64): f64 {
  const scaled = a * 134217729;
  return scaled - (scaled - a);
}
