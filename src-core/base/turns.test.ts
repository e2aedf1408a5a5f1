import { expect, it } from 'vitest';
import { Deferred } from './deferred.ts';
import { Turns } from './turns.ts';

it('work is done in the order in which it was asked for, one after the other, whatever fails', async () => {
  const turns = new Turns();
  const seen: string[] = [];
  const first = new Deferred<undefined>();
  const one = turns.take(() => first.promise.then(() => seen.push('one')));
  const two = turns.take(() => Promise.reject(new Error('two')));
  const three = turns.take(() => Promise.resolve(seen.push('three')));
  await Promise.resolve();
  expect(seen).toEqual([]);
  first.resolve(undefined);
  await expect(two).rejects.toThrow('two');
  await Promise.all([one, three]);
  expect(seen).toEqual(['one', 'three']);
});

it('idle work is told to end as soon as somebody else wants a turn, also while it waits for its own', async () => {
  const turns = new Turns();
  const begun = new Deferred<undefined>();
  const idle = turns.takeIdle(async (signal) => {
    begun.resolve(undefined);
    await new Promise<void>((ended) => signal.addEventListener('abort', ended));
    return 'gave way';
  });
  await begun.promise;
  expect(await turns.take(() => Promise.resolve('done'))).toBe('done');
  expect(await idle).toBe('gave way');
  const blocked = new Deferred<undefined>();
  const before = turns.take(() => blocked.promise);
  const waiting = turns.takeIdle((signal) => Promise.resolve(signal.aborted));
  const after = turns.take(() => Promise.resolve());
  blocked.resolve(undefined);
  await Promise.all([before, after]);
  expect(await waiting).toBe(true);
});
