/** Whether a host is this computer itself, whatever names are looked up. @param host without a port; IPv6 with or without brackets */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  if (bare === 'localhost' || bare === '::1') return true;
  return /^127(?:\.\d{1,3}){3}$/.test(bare);
}
