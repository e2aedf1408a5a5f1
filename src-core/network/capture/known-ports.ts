/** Names of well-known ports, IANA Service Name and Transport Protocol Port Number Registry. */
const PORT_NAMES: ReadonlyMap<number, string> = new Map([
  [20, 'ftp-data'],
  [21, 'ftp'],
  [22, 'ssh'],
  [23, 'telnet'],
  [25, 'smtp'],
  [53, 'domain'],
  [67, 'bootps'],
  [68, 'bootpc'],
  [80, 'http'],
  [110, 'pop3'],
  [123, 'ntp'],
  [143, 'imap'],
  [389, 'ldap'],
  [443, 'https'],
  [445, 'microsoft-ds'],
  [546, 'dhcpv6-client'],
  [547, 'dhcpv6-server'],
  [587, 'submission'],
  [993, 'imaps'],
  [995, 'pop3s'],
  [3306, 'mysql'],
  [5353, 'mdns'],
  [5432, 'postgresql'],
  [6379, 'redis'],
  [8080, 'http-alt'],
]);

/** @returns null where it has none that is well known */
export function portName(port: number): string | null {
  return PORT_NAMES.get(port) ?? null;
}

/** @param text a number, or a well-known name. @returns null for what is no port */
export function portNumber(text: string): number | null {
  if (/^\d{1,5}$/.test(text)) return Number(text) <= 0xffff ? Number(text) : null;
  for (const [port, name] of PORT_NAMES) if (name === text) return port;
  return null;
}
