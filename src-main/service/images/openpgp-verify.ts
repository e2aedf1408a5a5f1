import * as openpgp from 'openpgp';
import type { ClearSigned, VerifyClearSigned } from '../../../src-core/images/workshop.ts';

/** Verifies clear-signed messages with OpenPGP.js. */
export const verifyClearSigned: VerifyClearSigned = async (signed) => {
  const keys = await trustedKeys(signed);
  if (keys.length === 0) return { problem: 'none of the certificates that may sign it is at hand' };
  let message: openpgp.CleartextMessage;
  try {
    const cleartextMessage = new TextDecoder('utf-8', { fatal: true }).decode(signed.message);
    message = await openpgp.readCleartextMessage({ cleartextMessage });
  } catch {
    return { problem: 'it is not a signed message' };
  }
  const { data, signatures } = await openpgp.verify({ message, verificationKeys: keys });
  const problems: string[] = [];
  for (const { keyID, verified } of signatures) {
    try {
      await verified;
      // The library asks whether the certificate was valid when it signed; it must be valid today too.
      await Promise.any(keys.map((key) => key.getSigningKey(keyID)));
      return { text: data };
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  return { problem: `no signature of the archive on it is good (${problems.join('; ') || 'there is none'})` };
};

/** Of all certificates only those with a trusted fingerprint. */
async function trustedKeys({ keyrings, trusted }: ClearSigned): Promise<openpgp.PublicKey[]> {
  const keys: openpgp.PublicKey[] = [];
  for (const keyring of keyrings) {
    for (const key of await readKeyring(keyring)) {
      if (trusted.includes(key.getFingerprint().toLowerCase())) keys.push(key);
    }
  }
  return keys;
}

/** A keyring that cannot be read has no certificates. */
async function readKeyring(bytes: Uint8Array): Promise<openpgp.PublicKey[]> {
  try {
    const isArmored = String.fromCharCode(...bytes.subarray(0, 5)) === '-----';
    const keys = isArmored
      ? await openpgp.readKeys({ armoredKeys: new TextDecoder().decode(bytes) })
      : await openpgp.readKeys({ binaryKeys: bytes });
    return keys.map((key) => key.toPublic());
  } catch {
    return [];
  }
}
