import { AppError } from '../base/errors.ts';
import { encodeJson } from './ascii-json.ts';
import { MAX_PAYLOAD_BYTES, type ExecMessage } from './protocol.ts';

export interface ExecRequest extends Omit<ExecMessage, 'kind'> {
  /** How long to wait for an agent that is not ready, because the guest still boots. Default 60 s. */
  readonly waitMs?: number;
}

/**
 * @param doing for errors: "run ls in the guest"
 * @throws AppError invalid-input for what no program can be given
 */
export function encodeExec(message: ExecMessage, doing: string): Uint8Array {
  const invalid = (because: string): AppError => new AppError({ code: 'invalid-input', doing, because });
  const { command, environment = {}, workingDirectory = '' } = message;
  if (!command[0]) throw invalid('there is no command');
  const names = Object.keys(environment);
  if (names.some((name) => name === '' || name.includes('='))) throw invalid('a variable has no valid name');
  const texts = [...command, ...names, ...Object.values(environment), workingDirectory];
  if (texts.some((text) => text.includes('\0'))) throw invalid('it contains a NUL character');
  const bytes = encodeJson(message);
  if (bytes.length > MAX_PAYLOAD_BYTES) throw invalid('the command and its environment are longer than 64 KiB');
  return bytes;
}
