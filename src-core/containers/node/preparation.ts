import type { Account } from './accounts.ts';
import { callFailed } from './calls/call-channel.ts';
import { CallList } from './calls/call-list.ts';
import { close, makeDirectoriesInRoot, makeDirectory, writeFile } from './calls/file-calls.ts';
import { capabilitiesOf } from './capabilities.ts';
import { makeCgroup } from './cgroup-calls.ts';
import { makeNetwork, NAMESPACE_FD, tell, type Acknowledged } from './network-calls.ts';
import { LookUp, type Found } from './look-up.ts';
import { writeLaunch } from './launch/launch.ts';
import type { OciConfiguration } from './launch/oci-types.ts';
import type { NodeState } from './node-state.ts';
import type { PreparedContainer } from './node-runtime.ts';
import { INIT_PATH, ociConfiguration } from './oci-configuration.ts';
import { ociProcess } from './oci-process.ts';
import { placesOf } from './places.ts';
import { CARD_INDEX, defaultRoute, linkUp, LOOPBACK_INDEX, newAddress, newMacvlan } from './rtnetlink.ts';
import { makeProject, mountAt, openRoot } from './root-calls.ts';
import { textsOf } from './made-files.ts';

interface Looked extends Found {
  /** Descriptor of its root. */
  readonly root: number;
}

export interface Prepared {
  /** config.json */
  readonly config: string;
  /** Its process can be started without the OCI runtime. */
  readonly isLaunched: boolean;
}

/** Makes everything for a container's process but what is mounted besides. */
export async function prepareContainer(
  state: NodeState,
  container: PreparedContainer,
  doing: string,
): Promise<Prepared> {
  const capabilities = capabilitiesOf(container.addCapabilities, container.dropCapabilities, doing);
  const { network } = container;
  const card = network.kind === 'own' ? await state.cards.indexOf(network.card, doing) : null;
  const looked = await makeRoot(state, container, doing);
  return completed(state, container, looked, { capabilities, card }, doing).finally(() =>
    state.calls.closeFiles(looked.root),
  );
}

async function completed(
  state: NodeState,
  container: PreparedContainer,
  looked: Looked,
  { capabilities, card }: { readonly capabilities: readonly string[]; readonly card: number | null },
  doing: string,
): Promise<Prepared> {
  const { network } = container;
  const configuration = configurationOf(container, looked.account, capabilities);
  const config = JSON.stringify(configuration);
  const list = new CallList();
  if (!looked.hasWorkingDirectory) makeDirectoriesInRoot(list, looked.root, container.process.workingDirectory);
  writeBundle(list, container, config);
  makeCgroup(list, placesOf(container.id).cgroup, container.limits, state.most);
  const launch = container.process.terminal ? null : writeLaunch(list, container, configuration);
  const told = network.kind === 'of' ? [] : addNetwork(list, state, container, card);
  const results = await state.calls.carryOut(list, doing);
  const refused = told.find((each) => each.errnoOf(results) !== 0);
  if (refused) throw callFailed(doing, refused.doing, refused.errnoOf(results));
  return { config, isLaunched: launch !== null && results.of(launch) >= 0 };
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
  const { environment, workingDirectory, user } = process;
  const mountedOver = container.mounts.map(({ destination }) => destination);
  const wanted = { program: process.arguments[0] ?? '', environment, workingDirectory, user, mountedOver };
  const lookUp = new LookUp(list, root, wanted);
  const results = await state.calls.carryOut(list, doing);
  const fd = results.of(root);
  try {
    return { root: fd, ...(await lookUp.found(state.calls, results, fd, doing)) };
  } catch (error) {
    // An open root would stay mounted.
    await state.calls.closeFiles(fd);
    throw error;
  }
}

function configurationOf(
  container: PreparedContainer,
  account: Account,
  capabilities: readonly string[],
): OciConfiguration {
  const { process, hostName, init } = container;
  const command = init ? [INIT_PATH, '--', ...process.arguments] : process.arguments;
  const { environment, workingDirectory, terminal } = process;
  const wish = {
    environment,
    workingDirectory,
    terminal,
    arguments: command,
    hostName,
    account,
    capabilities,
    size: null,
  };
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
