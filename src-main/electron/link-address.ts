import { AppError } from '../../src-core/base/errors.ts';

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]']);

function denied(because: string): AppError {
  return new AppError({ code: 'denied', doing: 'open this link', because, hint: 'Copy it if you trust it.' });
}

/** The port of "http://127.0.0.1:8080/"; null for anything that is more or other than that. */
function loopbackPort({ protocol, hostname, port, pathname, search, hash, username, password }: URL): number | null {
  const bare = pathname === '/' && [search, hash, username, password].every((part) => part === '');
  if (protocol !== 'http:' || !LOOPBACK.has(hostname) || !bare) return null;
  return port === '' ? 80 : Number(port);
}

/**
 * What may be opened in the person's browser: the web over https, and the front page of what a port of this computer
 * leads to. Other services of this computer may obey whoever asks them.
 * @throws AppError `denied` for everything else
 */
export async function linkAddress(text: string, forwardedPorts: () => Promise<readonly number[]>): Promise<string> {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol === 'https:') return url.href;
  const port = url === null ? null : loopbackPort(url);
  if (url === null || port === null) throw denied('only https addresses are opened from here');
  if ((await forwardedPorts()).includes(port)) return url.href;
  throw denied(`port ${port} of this computer leads to no guest now`);
}
