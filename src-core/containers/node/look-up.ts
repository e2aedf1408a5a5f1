import { AppError } from '../../base/errors.ts';
import { findAccount, type Account } from './accounts.ts';
import type { CallChannel } from './calls/call-channel.ts';
import { CallList, type CallReference, type CallResults } from './calls/call-list.ts';
import { close, openInRoot, readInRoot, textOf } from './calls/file-calls.ts';
import { O_DIRECTORY, O_PATH } from './calls/linux.ts';
import { candidatesOf } from './oci-process.ts';

/** Of /etc/passwd and /etc/group: what most have, and the most that is looked at. */
const FIRST_LOOK_BYTES = 4096;
const MOST_BYTES = 128 * 1024;

export interface Wanted {
  readonly program: string;
  readonly environment: readonly string[];
  readonly workingDirectory: string;
  readonly user: string;
  /** Where other things than its root are mounted: what is below is not looked for. */
  readonly mountedOver: readonly string[];
}

export interface Found {
  readonly account: Account;
  readonly hasWorkingDirectory: boolean;
}

/** Looks up in a container's root what a process needs, with no more calls than a list that is made anyway. */
export class LookUp {
  readonly #wanted: Wanted;
  readonly #files: ReturnType<typeof readAccountFiles>;
  readonly #directory: CallReference;
  readonly #candidates: readonly string[];
  readonly #programs: readonly CallReference[];

  constructor(list: CallList, root: CallReference | number, wanted: Wanted) {
    const { program, environment, workingDirectory } = wanted;
    this.#wanted = wanted;
    this.#files = readAccountFiles(list, root, FIRST_LOOK_BYTES);
    this.#directory = peek(list, root, workingDirectory, O_DIRECTORY);
    this.#candidates = candidatesOf(program, environment, workingDirectory);
    this.#programs = this.#candidates.map((path) => peek(list, root, path, 0));
  }

  /**
   * @param root its descriptor @throws AppError 'invalid-input' when there is no such program or user
   */
  async found(calls: CallChannel, results: CallResults, root: number, doing: string): Promise<Found> {
    const { program, user, mountedOver } = this.#wanted;
    const mayBe = this.#candidates.some((path) => mountedOver.some((folder) => isIn(path, folder)));
    if (!mayBe && this.#programs.every((call) => results.of(call) < 0)) throw notThere(program, doing);
    let passwd = textOf(results, this.#files.passwd);
    let group = textOf(results, this.#files.group);
    if (Math.max(passwd.length, group.length) >= FIRST_LOOK_BYTES) {
      const list = new CallList();
      const files = readAccountFiles(list, root, MOST_BYTES);
      const whole = await calls.carryOut(list, doing);
      passwd = textOf(whole, files.passwd);
      group = textOf(whole, files.group);
    }
    const account = findAccount(user, passwd, group, doing);
    return { account, hasWorkingDirectory: results.of(this.#directory) >= 0 };
  }
}

function readAccountFiles(list: CallList, root: CallReference | number, most: number) {
  return {
    passwd: readInRoot(list, root, 'etc/passwd', most),
    group: readInRoot(list, root, 'etc/group', most),
  };
}

function peek(list: CallList, root: CallReference | number, path: string, flags: number): CallReference {
  const fd = openInRoot(list, root, path, O_PATH | flags);
  close(list, fd);
  return fd;
}

const isIn = (path: string, folder: string): boolean => folder === '/' || `${path}/`.startsWith(`${folder}/`);

function notThere(program: string, doing: string): AppError {
  const where = program.includes('/') ? 'in it' : 'in its PATH';
  const hint = 'Look at what its image has, or give another command.';
  return new AppError({ code: 'invalid-input', doing, because: `there is no program "${program}" ${where}`, hint });
}
