import { isIP } from 'node:net';
import { assert } from '../../../src-core/base/errors.ts';

/**
 * 4 or 6. Everything that goes to the operating system is a literal: nothing here is ever looked up, or read as an option.
 * @throws BugError when it is none, or has a scope
 */
export function familyOf(address: string): 4 | 6 {
  const family = isIP(address);
  assert((family === 4 || family === 6) && !address.includes('%'), `"${address}" is not an address`);
  return family;
}

/** As Node gives it, without the scope that it may have: "fe80::1%eth0". */
export function withoutScope(address: string): string {
  const at = address.indexOf('%');
  return at < 0 ? address : address.slice(0, at);
}
