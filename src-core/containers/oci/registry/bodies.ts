import { AppError } from '../../../base/errors.ts';
import { joinBytes } from '../../../base/join-bytes.ts';
import { collect, type ByteSource } from '../../../images/formats/byte-source.ts';
import { damaged, shown } from '../manifest.ts';
import type { HttpResponse } from '../outside.ts';

/** A small answer is there by then. */
const SMALL_BODY_MS = 60_000;
/** In each span of time at least so much comes of a large one. */
const PACE_MS = 60_000;
const PACE_BYTES = 64 * 1024;
const MOST_ERROR_BYTES = 16 * 1024;

/** All of a small body. @throws AppError 'corrupt' for a longer one, 'timeout' for one that does not end */
export async function smallBody(
  response: HttpResponse,
  limit: number,
  what: string,
  doing: string,
  now: () => number,
): Promise<Uint8Array> {
  const announced = Number(response.header('content-length') ?? 0);
  if (announced > limit) {
    await response.discard();
    throw damaged(doing, `${what} is larger than ${limit} bytes`);
  }
  const end = now() + SMALL_BODY_MS;
  const pieces: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of response.body) {
    total += chunk.length;
    if (total > limit) throw damaged(doing, `${what} is larger than ${limit} bytes`);
    if (now() > end) throw tooSlow(what, doing);
    pieces.push(chunk);
  }
  return joinBytes(pieces);
}

/** A body that goes on for as long as it does so with some speed. @throws AppError 'timeout' */
export async function* paced(
  body: ByteSource,
  what: string,
  doing: string,
  now: () => number,
): AsyncGenerator<Uint8Array, void, void> {
  let since = now();
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (now() - since > PACE_MS) {
      if (bytes < PACE_BYTES) throw tooSlow(what, doing);
      since = now();
      bytes = 0;
    }
    yield chunk;
  }
}

function tooSlow(what: string, doing: string): AppError {
  const because = `the server sends ${what} too slowly`;
  return new AppError({ code: 'timeout', doing, because, hint: 'Try again later; it goes on where it was.' });
}

/** What a registry says is wrong: the first message of its answer. OCI distribution-spec, "Error Codes". */
async function messageOf(response: HttpResponse): Promise<string> {
  try {
    const bytes = await collect(response.body, MOST_ERROR_BYTES, 'an answer');
    const { errors } = JSON.parse(new TextDecoder().decode(bytes)) as { errors?: { message?: unknown }[] };
    const message = errors?.[0]?.message;
    return typeof message === 'string' && message !== '' ? `: ${shown(message)}` : '';
  } catch {
    return '';
  }
}

/** An answer that is not what was asked for, as a failure. @param what "image busybox:latest" */
export async function refusal(
  response: HttpResponse,
  registry: string,
  what: string,
  doing: string,
): Promise<AppError> {
  const message = await messageOf(response);
  const { status } = response;
  const fail = (code: AppError['code'], because: string, hint: string): AppError =>
    new AppError({ code, doing, because: because + message, hint, data: { status } });
  if (status === 401 || status === 403) {
    const hint = 'Check its name, or log in to the registry as somebody who may.';
    return fail('denied', `${registry} does not permit it for ${what}`, hint);
  }
  if (status === 404) return fail('not-found', `${registry} has no ${what}`, 'Check its name.');
  const when = whenAgain(response);
  if (status === 429)
    return fail('unavailable', `${registry} wants fewer requests${when}`, 'Try again later, or log in.');
  if (status === 503) return fail('unavailable', `${registry} is too busy to answer${when}`, 'Try again later.');
  return fail('network', `${registry} answered ${status} for ${what}`, 'Try again later.');
}

/** RFC 9110, "Retry-After": seconds; a date is passed over, since clocks differ. */
function whenAgain(response: HttpResponse): string {
  const [seconds] = /^\d{1,6}$/.exec(response.header('retry-after') ?? '') ?? [];
  return seconds === undefined ? '' : `, and none for ${Number(seconds)} s`;
}
