import { describe, expect, test } from 'vitest';
import { FakeRegistry, REGISTRY } from '../testing/fake-registry.ts';
import { ImageBench } from '../testing/image-bench.ts';
import { parseChallenges } from './challenge.ts';

const NAME = `${REGISTRY}/team/web:1`;

async function bench(auth: FakeRegistry['auth']) {
  const registry = new FakeRegistry();
  registry.auth = auth;
  registry.image('team/web:1', [{ a: '1' }]);
  const made = new ImageBench(registry);
  return { registry, made, room: await made.open() };
}

describe('who asks', () => {
  test.each(['basic', 'bearer'] as const)('is told by a %s login, which is checked before it is kept', async (auth) => {
    const { registry, made, room } = await bench(auth);
    await expect(room.pull(NAME, made.work)).rejects.toMatchObject({ code: 'denied' });
    await expect(room.login(REGISTRY, 'me', 'wrong')).rejects.toMatchObject({ code: 'denied' });
    expect(room.registries()).toEqual([]);
    await room.login(`https://${REGISTRY}/v2/`, 'me', 'secret');
    expect(room.registries()).toEqual([{ registry: REGISTRY, user: 'me' }]);
    const again = await made.open();
    await again.pull(NAME, made.work);
    await again.logout(REGISTRY);
    await expect(again.logout(REGISTRY)).rejects.toMatchObject({ code: 'not-found' });
    expect(new TextDecoder().decode(made.secret)).not.toContain('secret');
    expect(registry.asked('/token').every((each) => each.includes('service=here'))).toBe(true);
  });

  test('is asked for a token once for all that a pull needs', async () => {
    const { registry, made, room } = await bench('bearer');
    await room.login(REGISTRY, 'me', 'secret');
    registry.requests.splice(0);
    await room.pull(NAME, made.work);
    expect(registry.asked('/token')).toHaveLength(1);
    expect(registry.asked('/token')[0]).toContain(`scope=${encodeURIComponent('repository:team/web:pull')}`);
  });

  test('is told to nobody else: not where a redirect leads', async () => {
    const { registry, made, room } = await bench('bearer');
    await room.login(REGISTRY, 'me', 'secret');
    registry.lie = ({ headers }, url) =>
      url.host === REGISTRY && url.pathname.includes('/blobs/') && headers['authorization']?.startsWith('Bearer me')
        ? { status: 307, headers: { location: `https://storage.example.org${url.pathname}` } }
        : undefined;
    await room.pull(NAME, made.work);
    const elsewhere = registry.requests.filter(({ url }) => url.includes('storage.example.org'));
    expect(elsewhere).toHaveLength(2);
    expect(elsewhere.every(({ headers }) => headers['authorization'] === undefined)).toBe(true);
  });

  test('is told to the server of tokens that the registry names, and its token to the registry alone', async () => {
    const { registry, made, room } = await bench('bearer');
    await room.login(REGISTRY, 'me', 'secret');
    registry.requests.splice(0);
    registry.lie = ({ headers }, url) =>
      url.host === REGISTRY && headers['authorization'] !== 'Bearer elsewhere'
        ? { status: 401, headers: { 'www-authenticate': 'Bearer realm="https://tokens.example.org/t"' } }
        : url.host === 'tokens.example.org'
          ? { status: 307, headers: { location: 'https://other.example.org/t' } }
          : url.host === 'other.example.org'
            ? { body: '{"token":"elsewhere"}' }
            : undefined;
    registry.auth = 'none';
    await room.pull(NAME, made.work);
    const told = (host: string) =>
      new Set(
        registry.requests.filter(({ url }) => new URL(url).host === host).map((each) => each.headers['authorization']),
      );
    expect(told('tokens.example.org')).toEqual(new Set([`Basic ${btoa('me:secret')}`]));
    expect(told('other.example.org')).toEqual(new Set([undefined]));
    expect(told(REGISTRY)).toEqual(new Set([undefined, 'Bearer elsewhere']));
  });

  test('is not told when another place than the registry asks', async () => {
    const { registry, made, room } = await bench('basic');
    await room.login(REGISTRY, 'me', 'secret');
    registry.lie = (_, url) => {
      if (url.host !== REGISTRY) return { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } };
      return url.pathname.includes('/blobs/')
        ? { status: 307, headers: { location: 'https://evil.example.org/' } }
        : undefined;
    };
    await expect(room.pull(NAME, made.work)).rejects.toMatchObject({ code: 'denied' });
    const asked = registry.requests.filter(({ url }) => url.includes('evil'));
    expect(asked.map(({ headers }) => headers['authorization'])).toEqual([undefined]);
  });

  test.each([
    ['asks again and again', 'Bearer realm="https://registry.example.org/token"', 'denied'],
    ['asks for what nobody knows', 'Negotiate abc', 'denied'],
    ['asks for a token without encryption', 'Bearer realm="http://tokens.example.org/"', 'network'],
    ['asks for a token from this computer', 'Bearer realm="https://localhost/"', 'network'],
    ['asks for a token from a place that is none', 'Bearer realm="https://"', 'network'],
    ['asks in a way that is none', '"",=,,,"', 'denied'],
  ])('a registry that %s is refused', async (_, challenge, code) => {
    const { registry, made, room } = await bench('none');
    registry.lie = (_request, url) =>
      url.pathname === '/token'
        ? { body: '{"token":"x"}' }
        : { status: 401, headers: { 'www-authenticate': challenge } };
    await expect(room.pull(NAME, made.work)).rejects.toMatchObject({ code });
    expect(registry.requests.length).toBeLessThan(5);
  });

  test.each([
    ['a line break', '{"token":"x\\r\\nEvil: y"}'],
    ['no token', '{}'],
    ['no JSON', 'x'],
    ['too much', `{"token":"${'x'.repeat(300_000)}"}`],
  ])('a token with %s is refused', async (_, body) => {
    const { registry, made, room } = await bench('bearer');
    registry.lie = (_request, url) => (url.pathname === '/token' ? { body } : undefined);
    await expect(room.pull(NAME, made.work)).rejects.toMatchObject({ name: 'AppError' });
    expect(made.paths()).toEqual([]);
  });

  test('goes without encryption to this computer only', async () => {
    const { registry, made, room } = await bench('none');
    registry.lie = (_, url) => {
      if (url.protocol === 'https:') throw new Error('not encrypted');
      return undefined;
    };
    await expect(room.pull(NAME, made.work)).rejects.toThrow('not encrypted');
    for (const host of ['localhost:5000', '127.0.0.1:5000', '127.9.9.9']) {
      registry.requests.splice(0);
      registry.image(`web:1`, [{ a: '1' }]);
      await room.pull(`${host}/web:1`, made.work);
      expect(registry.requests.map(({ url }) => new URL(url).protocol)[1]).toBe('http:');
    }
    registry.requests.splice(0);
    for (const host of ['127.evil.example.org', 'localhost.example.org:5000', '128.0.0.1']) {
      await expect(room.pull(`${host}/web:1`, made.work)).rejects.toThrow('not encrypted');
    }
    expect(registry.requests.every(({ url }) => url.startsWith('https:'))).toBe(true);
  });
});

describe('challenges', () => {
  test('are read as RFC 9110 writes them', () => {
    const header = 'Bearer realm="https://a/b?c=\\"d\\"",service=x , scope="repository:a/b:pull,push", Basic realm="y"';
    expect(parseChallenges(header)).toEqual([
      {
        scheme: 'bearer',
        parameters: { realm: 'https://a/b?c="d"', service: 'x', scope: 'repository:a/b:pull,push' },
      },
      { scheme: 'basic', parameters: { realm: 'y' } },
    ]);
    expect(parseChallenges(`=${'"\\'.repeat(100_000)}`)).toEqual([]);
  });
});
