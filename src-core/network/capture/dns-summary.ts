import { formatAddress } from '../gateway/address-text.ts';
import { FLAG, RCODE, readQuestion, TYPE, walkRecords } from '../gateway/dns/message.ts';
import type { RecordSpan } from '../gateway/dns/message.ts';
import { read16 } from '../wire-format/fields.ts';

const TYPE_NAMES = new Map<number, string>([
  ...Object.entries(TYPE).map(([name, type]) => [type, name.toUpperCase()] as const),
  [15, 'MX'],
  [16, 'TXT'],
  [33, 'SRV'],
  [65, 'HTTPS'],
]);
const RCODE_NAMES = new Map<number, string>([
  [RCODE.malformed, 'malformed'],
  [RCODE.failed, 'server failed'],
  [RCODE.noSuchName, 'no such name'],
  [RCODE.notImplemented, 'not implemented'],
  [RCODE.refused, 'refused'],
]);
const MOST_ANSWERS = 4;

/** "A debian.org?", "A debian.org: 151.101.2.132". @returns null for what is no DNS message with one question */
export function dnsSaid(message: Uint8Array): string | null {
  const question = readQuestion(message);
  if (question === null) return null;
  const asked = `${typeName(question.type)} ${question.labels.join('.') || '.'}`;
  const flags = read16(message, 2);
  if ((flags & FLAG.response) === 0) return `${asked}?`;
  const rcode = flags & FLAG.rcode;
  if (rcode !== RCODE.ok) return `${asked}: ${RCODE_NAMES.get(rcode) ?? `failure ${rcode}`}`;
  const answers = (walkRecords(message, question) ?? []).filter(({ section }) => section === 'answer');
  const texts = answers.slice(0, MOST_ANSWERS).map((answer) => answerText(message, answer));
  if (answers.length > MOST_ANSWERS) texts.push(`${answers.length - MOST_ANSWERS} more`);
  return `${asked}: ${texts.length === 0 ? 'nothing' : texts.join(', ')}`;
}

function answerText(message: Uint8Array, { type, dataAt, dataBytes }: RecordSpan): string {
  const data = message.subarray(dataAt, dataAt + dataBytes);
  const isAddress = (type === TYPE.a && dataBytes === 4) || (type === TYPE.aaaa && dataBytes === 16);
  return isAddress ? formatAddress(data) : typeName(type);
}

function typeName(type: number): string {
  return TYPE_NAMES.get(type) ?? `type ${type}`;
}
