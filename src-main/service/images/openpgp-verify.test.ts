import * as openpgp from 'openpgp';
import { expect, test } from 'vitest';
import { verifyClearSigned } from './openpgp-verify.ts';

const TEXT = 'Origin: Debian\nCodename: trixie\n- a line with a dash\n';

async function newKey(date = new Date(), keyExpirationTime = 0): Promise<openpgp.PrivateKey> {
  const made = await openpgp.generateKey({
    type: 'curve25519',
    userIDs: [{ name: 'Test archive' }],
    format: 'object',
    date,
    keyExpirationTime,
  });
  return made.privateKey;
}

async function sign(signers: openpgp.PrivateKey[], date = new Date()): Promise<Buffer> {
  const message = await openpgp.createCleartextMessage({ text: TEXT });
  return Buffer.from(await openpgp.sign({ message, signingKeys: signers, date }));
}

const ring = (...keys: openpgp.PrivateKey[]): Uint8Array => Buffer.concat(keys.map((key) => key.toPublic().write()));
const prints = (...keys: openpgp.PrivateKey[]): string[] => keys.map((key) => key.getFingerprint());

const ours = await newKey();
const theirs = await newKey();
const signed = await sign([ours]);

test('gives the text of a message with a good signature by a trusted certificate', async () => {
  const keyrings = [ring(theirs), ring(theirs, ours)];
  const result = await verifyClearSigned({ message: signed, keyrings, trusted: prints(ours) });
  expect('text' in result && result.text).toBe(TEXT.trimEnd() + '\n');
});

test('reads armored keyrings, and passes over broken ones', async () => {
  const keyrings = [Buffer.from('broken'), Buffer.from('-----BEGIN broken'), Buffer.from(ours.toPublic().armor())];
  expect(await verifyClearSigned({ message: signed, keyrings, trusted: prints(ours) })).toHaveProperty('text');
});

test('is content with one good signature among several', async () => {
  const message = await sign([theirs, ours]);
  expect(await verifyClearSigned({ message, keyrings: [ring(ours)], trusted: prints(ours) })).toHaveProperty('text');
});

test('trusts no certificate only because it is in a keyring', async () => {
  const message = await sign([theirs]);
  const result = await verifyClearSigned({ message, keyrings: [ring(theirs, ours)], trusted: prints(ours) });
  expect(result).toEqual({ problem: expect.stringContaining('no signature of the archive on it is good') });
  expect(await verifyClearSigned({ message, keyrings: [ring(theirs)], trusted: prints(ours) })).toEqual({
    problem: 'none of the certificates that may sign it is at hand',
  });
});

test('refuses a changed text, and none that stands around the signed one', async () => {
  const check = (message: Buffer): ReturnType<typeof verifyClearSigned> =>
    verifyClearSigned({ message, keyrings: [ring(ours)], trusted: prints(ours) });
  expect(await check(Buffer.from(signed.toString().replace('trixie', 'trixia')))).toHaveProperty('problem');
  for (const around of [`Codename: evil\n\n${signed.toString()}`, `${signed.toString()}\nCodename: evil\n`]) {
    const result = await check(Buffer.from(around));
    expect('text' in result ? result.text : '').not.toContain('evil');
  }
  expect(await check(Buffer.from('<html>captive portal</html>'))).toEqual({ problem: 'it is not a signed message' });
  expect(await check(Buffer.from([0xff, 0xfe]))).toEqual({ problem: 'it is not a signed message' });
});

test('refuses a certificate that has expired and a signature from the future', async () => {
  const past = new Date(Date.now() - 1000 * 24 * 3600 * 1000);
  const old = await newKey(past, 24 * 3600);
  const message = await sign([old], new Date(past.getTime() + 1000));
  expect(await verifyClearSigned({ message, keyrings: [ring(old)], trusted: prints(old) })).toHaveProperty('problem');
  const early = await sign([ours], new Date(Date.now() + 1000 * 24 * 3600 * 1000));
  expect(await verifyClearSigned({ message: early, keyrings: [ring(ours)], trusted: prints(ours) })).toHaveProperty(
    'problem',
  );
});
