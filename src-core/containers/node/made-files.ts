import type { PreparedContainer } from './node-runtime.ts';

/** What a container has in /etc besides what its image brings, by name in its bundle. */
export function textsOf({ hostName, network }: PreparedContainer): Readonly<Record<string, string>> {
  const own = network.kind === 'own' ? network : null;
  const names = own ? [`${hostName}.${own.domain}`, hostName].join(' ') : hostName;
  const hosts = [
    '127.0.0.1 localhost',
    '::1 localhost ip6-localhost ip6-loopback',
    `${own?.address ?? '127.0.1.1'} ${names}`,
  ];
  const resolv = own ? [`search ${own.domain}`, `nameserver ${own.gateway}`] : [];
  const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
  return { hosts: text(hosts), hostname: text([hostName]), 'resolv.conf': text(resolv) };
}
