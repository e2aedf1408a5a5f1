import { exponentBias } from './format';
import { roundAndPack } from './round';

export function signedToFloat<T>(a: i64, rm: u32): T {
  return a < 0 ? magnitudeToFloat<T>(1, 0 - (a as u64), rm) : magnitudeToFloat<T>(0, a as u64, rm);
}

export function unsignedToFloat<T>(a: u64, rm: u32): T {
  return magnitudeToFloat<T>(0, a, rm);
}

function magnitudeToFloat<T>(sign: u32, magnitude: u64, rm: u32): T {
  if (magnitude == 0) return 0;
  const leading = clz<u64>(magnitude) as i32;
  return roundAndPack<T>(sign, exponentBias<T>() + 63 - leading, magnitude << leading, rm);
}
