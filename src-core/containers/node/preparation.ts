import { AppError } from '../../base/errors.ts';
import { findAccount, type Account } from './accounts.ts';
import { callFailed } from './calls/call-channel.ts';
import { CallList, type CallReference } from './calls/call-list.ts';
import {
  close,
  makeDirectoriesInRoot,
  makeDirectory,
  openInRoot,
  readInRoot,
  textOf,
  writeFile,
} from './calls/file-calls.ts';
import { O_DIRECTORY, O_PATH } from './calls/linux.ts';
import { capabilitiesOf } from './capabilities.ts';
import { makeCgroup } from './cgroup-calls.ts';
import { makeNetwork, NAMESPACE_FD, tell, type Acknowledged } from './network-calls.ts';
import type { NodeState } from './node-state.ts';
import type { PreparedContainer } from './node-runtime.ts';
import { INIT_PATH, ociConfiguration } from './oci-configuration.ts';
import { candidatesOf, ociProcess } from './oci-process.ts';
import { placesOf } from './places.ts';
import { CARD_INDEX, defaultRoute, linkUp, LOOPBACK_INDEX, newAddress, newMacvlan } from './rtnetlink.ts';
import { makeProject, mountAt, openRoot } from './root-calls.ts';
import { textsOf } from './made-files.ts';

/** Of /etc/passwd and /etc/group: what most have, and the most that is looked at. */
const FIRST_LOOK_BYTES = 4096;
const MOST_ACCOUNT_BYTES = 128 * 1024;

interface Looked {
  readonly root: number;
  readonly account: Account;
  readonly hasWorkingDirectory: boolean;
}

/** Makes everything for a container's process but what is mounted besides. @returns config.json */
export async function prepareContainer(state: NodeState, container: PreparedContainer, doing: string): Promise<string> {
  const capabilities = capabilitiesOf(container.addCapabilities, container.dropCapabilities, doing);
  const { network } = container;
  const card = network.kind === 'own' ? await state.cards.indexOf(network.card, doing) : null;
  const looked = await makeRoot(state, container, doing);
  const config = JSON.stringify(configurationOf(container, looked.account, capabilities));
  const list = new CallList();
  if (!looked.hasWorkingDirectory) makeDirectoriesInRoot(list, looked.root, container.process.workingDirectory);
  close(list, looked.root);
  writeBundle(list, container, config);
  makeCgroup(list, placesOf(container.id).cgroup, container.limits);
  const told = network.kind === 'of' ? [] : addNetwork(list, state, container, card);
  const results = await state.calls.carryOut(list, doing);
  const refused = told.find((each) => each.errnoOf(results) !== 0);
  if (refused) throw callFailed(doing, refused.doing, refused.errnoOf(results));
  return config;
}

/** Mounts its root, and looks up in it what its process needs. */
async function makeRoot(state: NodeState, container: PreparedContainer, doing: string): Promise<Looked> {
  const { id, layers, limits, process } = container;
  const places = placesOf(id);
  const list = new CallList();
  makeProject(list, places.kept, state.projects.of(places.kept), limits.diskBytes);
  writeFile(list, `${places.kept}/layers`, layers.join('\n'));
  const root = openRoot(list, places.kept, layers);
  makeDirectory(list, places.bundle, 0o700);
  mountAt(list, root, places.root);
  const passwd = readInRoot(list, root, 'etc/passwd', FIRST_LOOK_BYTES);
  const group = readInRoot(list, root, 'etc/group', FIRST_LOOK_BYTES);
  const directory = openInRoot(list, root, process.workingDirectory, O_PATH | O_DIRECTORY);
  close(list, directory);
  const program = process.arguments[0] ?? '';
  const candidates = candidatesOf(program, process.environment, process.workingDirectory);
  const found = candidates.map((path) => lookedFor(list, root, path));
  const results = await state.calls.carryOut(list, doing);
  const isMountedOver = candidates.some((path) => container.mounts.some((mount) => isIn(path, mount.destination)));
  if (!isMountedOver && found.every((call) => results.of(call) < 0)) throw notThere(program, doing);
  const accounts = { passwd: textOf(results, passwd), group: textOf(results, group) };
  const whole = isCut(accounts) ? await readAccounts(state, results.of(root), doing) : accounts;
  const account = findAccount(process.user, whole.passwd, whole.group, doing);
  return { root: results.of(root), account, hasWorkingDirectory: results.of(directory) >= 0 };
}

function lookedFor(list: CallList, root: CallReference, path: string): CallReference {
  const fd = openInRoot(list, root, path, O_PATH);
  close(list, fd);
  return fd;
}

const isIn = (path: string, folder: string): boolean => folder === '/' || `${path}/`.startsWith(`${folder}/`);

const isCut = ({ passwd, group }: { passwd: string; group: string }): boolean =>
  passwd.length >= FIRST_LOOK_BYTES || group.length >= FIRST_LOOK_BYTES;

interface AccountFiles {
  readonly passwd: string;
  readonly group: string;
}

export async function readAccounts(
  { calls }: Pick<NodeState, 'calls'>,
  root: number,
  doing: string,
): Promise<AccountFiles> {
  const list = new CallList();
  const passwd = readInRoot(list, root, 'etc/passwd', MOST_ACCOUNT_BYTES);
  const group = readInRoot(list, root, 'etc/group', MOST_ACCOUNT_BYTES);
  const results = await calls.carryOut(list, doing);
  return { passwd: textOf(results, passwd), group: textOf(results, group) };
}

function notThere(program: string, doing: string): AppError {
  const where = program.includes('/') ? 'in the image' : "in the image's PATH";
  const hint = 'Look at what the image has, or give another command.';
  return new AppError({ code: 'invalid-input', doing, because: `there is no program "${program}" ${where}`, hint });
}

function configurationOf(container: PreparedContainer, account: Account, capabilities: readonly string[]): object {
  const { process, hostName, init } = container;
  const command = init ? [INIT_PATH, '--', ...process.arguments] : process.arguments;
  const { environment, workingDirectory, terminal } = process;
  const wish = { environment, workingDirectory, terminal, arguments: command, hostName, account, capabilities };
  return ociConfiguration({ container, process: ociProcess(wish), capabilities });
}

function writeBundle(list: CallList, container: PreparedContainer, config: string): void {
  const { bundle } = placesOf(container.id);
  writeFile(list, `${bundle}/config.json`, config, 0o600);
  for (const [name, text] of Object.entries(textsOf(container))) writeFile(list, `${bundle}/${name}`, text);
}

function addNetwork(
  list: CallList,
  state: NodeState,
  { id, network }: PreparedContainer,
  card: number | null,
): readonly Acknowledged[] {
  const socket = makeNetwork(list, placesOf(id).network, state.homeNetwork);
  const told = [tell(list, socket, linkUp(LOOPBACK_INDEX), 'bring up its loopback card')];
  if (network.kind === 'own' && card !== null) {
    const { mac, address, prefix, gateway } = network;
    told.push(
      tell(list, state.netlink, newMacvlan(card, mac, NAMESPACE_FD), 'give it a network card'),
      tell(list, socket, newAddress(CARD_INDEX, address, prefix), 'give it its address'),
      tell(list, socket, linkUp(CARD_INDEX), 'bring its network card up'),
      tell(list, socket, defaultRoute(CARD_INDEX, gateway), 'give it its way out'),
    );
  }
  close(list, socket);
  close(list, NAMESPACE_FD);
  return told;
}
