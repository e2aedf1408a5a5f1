import { AppError } from '../../../base/errors.ts';
import type { HttpClient, HttpRequest, HttpResponse } from '../outside.ts';
import { allowedAddress } from './addresses.ts';

const MOST_REDIRECTS = 5;
const REDIRECTS = [301, 302, 303, 307, 308];

/**
 * Asks, and goes where the answer leads. Who asks is told to nobody but the one that was asked first.
 * @returns the last answer, and who gave it
 * @throws AppError 'network' for a circle, or a place that is not allowed
 */
export async function follow(
  registry: string,
  http: HttpClient,
  request: HttpRequest,
  doing: string,
): Promise<{ readonly response: HttpResponse; readonly url: string }> {
  let { url, headers } = request;
  const mayFollow = request.method === 'GET' || request.method === 'HEAD';
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const response = await http.exchange({ ...request, url, headers });
    const location = response.header('location');
    if (!mayFollow || location === undefined || !REDIRECTS.includes(response.status)) return { response, url };
    await response.discard();
    const next = allowedAddress(registry, url, location, doing);
    if (next.origin !== new URL(url).origin) headers = withoutSecrets(headers);
    url = next.href;
  }
  throw new AppError({
    code: 'network',
    doing,
    because: `${registry} redirects in a circle`,
    hint: 'Try again later.',
  });
}

function withoutSecrets(headers: HttpRequest['headers']): HttpRequest['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'authorization'));
}
