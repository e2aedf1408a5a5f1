import { describe, expect, it } from 'vitest';
import { AppError } from '../base/errors.ts';
import type { ServiceEvent } from './events.ts';
import { MAX_PENDING_REQUESTS } from './server.ts';
import { connectSmall, settle, smallClient } from './testing/small-contract.ts';
import type { ServerMessage } from './wire.ts';

const removed = (id: string): ServiceEvent => ({ type: 'machine-removed', id });

describe('a call', () => {
  it('answers with the output, with defaults of the input filled in', async () => {
    const { client } = smallClient();
    expect(await client.sums.add({ a: 4 })).toEqual({ sum: 5 });
  });

  it('fails with invalid-input that names the field', async () => {
    const { client } = smallClient();
    await expect(client.sums.add({ a: 'x' as never })).rejects.toMatchObject({
      code: 'invalid-input',
      because: expect.stringMatching(/^a: Invalid input/),
      data: { issues: [{ path: ['a'] }] },
    });
  });

  it('hands over an AppError of the handler whole', async () => {
    const error = {
      code: 'no-room',
      doing: 'add',
      because: 'it is full',
      hint: 'Empty it.',
      data: { free: 0 },
    } as const;
    const { client, defects } = smallClient({ fail: () => Promise.reject(new AppError(error)) });
    await expect(client.sums.fail({})).rejects.toMatchObject(error);
    expect(defects).toEqual([]);
  });

  it('tells a defect of a handler to the log and an internal error to the client', async () => {
    const defect = new TypeError('undefined is no function');
    const { client, defects } = smallClient({ fail: () => Promise.reject(defect) });
    await expect(client.sums.fail({})).rejects.toMatchObject({ code: 'internal', because: defect.message });
    expect(defects).toEqual([defect]);
  });

  it('rejects with unavailable when the connection is lost, before and after', async () => {
    const { client, channels } = smallClient({ fail: () => new Promise(() => undefined) });
    const waiting = client.sums.fail({});
    channels.server.close();
    await expect(waiting).rejects.toMatchObject({ code: 'unavailable', name: 'AppError' });
    await client.closed;
    await expect(client.sums.add({ a: 1 })).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('rejects when the service answers with something else than agreed', async () => {
    const { client } = smallClient({ fail: () => Promise.resolve('nothing' as never) });
    await expect(client.sums.fail({})).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('leaves nothing behind when its input cannot travel', async () => {
    const { client } = smallClient();
    await expect(client.sums.add({ a: (() => 1) as never })).rejects.toThrow();
    expect(await client.sums.add({ a: 1 })).toEqual({ sum: 2 });
  });
});

describe('events', () => {
  it('come as the present first and then as they happen, once each', async () => {
    const { client, events } = smallClient({ snapshot: [removed('old')] });
    const seen: ServiceEvent[] = [];
    client.onEvent((event) => seen.push(event));
    events.fire(removed('before'));
    await client.events.subscribe({});
    await client.events.subscribe({});
    events.fire(removed('new'));
    await settle();
    expect(seen).toEqual([removed('old'), removed('new')]);
  });

  it('end with the connection', async () => {
    const { client, events } = smallClient();
    await client.events.subscribe({});
    expect(events.listenerCount).toBe(1);
    client.disconnect();
    await settle();
    expect(events.listenerCount).toBe(0);
  });
});

describe('a client that does not keep to the protocol', () => {
  function rawClient() {
    const connection = connectSmall({ fail: () => new Promise(() => undefined) });
    const answers: ServerMessage[] = [];
    let closed = false;
    connection.channels.client.onMessage((message) => answers.push(message));
    connection.channels.client.onClose(() => (closed = true));
    return {
      ...connection,
      answers,
      send: connection.channels.client.send.bind(connection.channels.client),
      isClosed: () => closed,
    };
  }

  it.each([
    'sums',
    'sums.',
    'sums.none',
    'none.add',
    'sums.add.x',
    '__proto__.toString',
    'sums.constructor',
    'pipes.open',
  ])('gets a failure for the method "%s"', async (method) => {
    const { send, answers, isClosed } = rawClient();
    send({ kind: 'request', id: 0, method, input: {} });
    await settle();
    expect(answers).toMatchObject([{ kind: 'failure', id: 0, failure: { code: 'not-supported' } }]);
    expect(isClosed()).toBe(false);
  });

  it('gets a failure for an input that is too large, too deep or cyclic', async () => {
    const { send, answers } = rawClient();
    const cyclic: Record<string, unknown> = {};
    cyclic['self'] = cyclic;
    send({ kind: 'request', id: 0, method: 'sums.add', input: { a: 'x'.repeat(2_000_000) } });
    send({ kind: 'request', id: 1, method: 'sums.add', input: cyclic });
    send({ kind: 'request', id: 2, method: 'sums.add', input: Array.from({ length: 1_000_000 }, () => 1) });
    await settle();
    expect(answers).toHaveLength(3);
    for (const answer of answers) expect(answer).toMatchObject({ failure: { because: 'the request is too large' } });
  });

  it('gets a failure when it asks too much at once', async () => {
    const { send, answers } = rawClient();
    for (let id = 0; id < MAX_PENDING_REQUESTS + 3; id++) send({ kind: 'request', id, method: 'sums.fail', input: {} });
    await settle();
    expect(answers).toHaveLength(3);
    expect(answers[0]).toMatchObject({ failure: { code: 'no-room' } });
  });

  it.each([
    ['a message that is none', [{ kind: 'nonsense' }]],
    ['no object at all', ['nonsense']],
    ['the number of a request twice', [request(3), request(3)]],
    ['a lower number', [request(3), request(2)]],
    ['data for a stream that never was', [{ kind: 'data', stream: 9, channel: 0, bytes: new Uint8Array(1) }]],
    ['a negative number', [{ kind: 'request', id: -1, method: 'sums.add', input: {} }]],
  ])('is cut off for %s', async (_, messages) => {
    const { send, violations, isClosed } = rawClient();
    for (const message of messages) send(message as never);
    await settle();
    expect(isClosed()).toBe(true);
    expect(violations).toHaveLength(1);
  });

  function request(id: number) {
    return { kind: 'request', id, method: 'sums.add', input: { a: 1 } };
  }
});
