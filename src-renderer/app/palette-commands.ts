import type { ContainerImageView } from '../../src-core/contract/container-images.ts';
import type { ContainerView } from '../../src-core/contract/containers.ts';
import type { MachineView } from '../../src-core/contract/machines.ts';
import { askImportImage } from '../images/ImportImageDialog.tsx';
import { ACTION_LABELS, perform } from '../machines/actions.ts';
import { askImportMachine } from '../machines/ImportDialog.tsx';
import { MACHINE_ACTIONS, type MachineAction, refusal } from '../machines/availability.ts';
import type { NetworkView } from '../../src-core/contract/networks.ts';
import { askConnect } from '../networks/ConnectDialog.tsx';
import { askNewNetwork } from '../networks/CreateNetworkDialog.tsx';
import { PRESETS } from '../networks/conditions.ts';
import { setConditions } from '../networks/network-actions.ts';
import { changePreferences } from '../state/preferences.ts';
import { go, goToMachine, goToNetwork, type MachineTab } from '../state/place.ts';
import { CONTAINER_GENERAL, containerCommands, imageCommands } from './container-commands.ts';
import { keyText } from './keys.ts';
import type { PaletteCommand } from './palette-command.ts';
import { windowCommands } from './window-commands.ts';

const GENERAL: readonly PaletteCommand[] = [
  { id: 'new', label: 'New machine', group: 'Create', keys: keyText('N'), run: windowCommands['new-machine'] },
  { id: 'import-machine', label: 'Import machine', group: 'Create', run: askImportMachine },
  { id: 'import-image', label: 'Import image', group: 'Create', run: askImportImage },
  { id: 'new-network', label: 'New network', group: 'Create', run: askNewNetwork },
  { id: 'machines', label: 'Go to Machines', group: 'Go to', run: () => goToMachine(null) },
  { id: 'images', label: 'Go to Images', group: 'Go to', run: () => go({ page: 'images' }) },
  { id: 'networks', label: 'Go to Networks', group: 'Go to', run: () => goToNetwork(null) },
  { id: 'host', label: 'Go to Host', group: 'Go to', run: () => go({ page: 'host' }) },
  { id: 'settings', label: 'Go to Settings', group: 'Go to', keys: keyText(','), run: windowCommands.preferences },
  { id: 'keys', label: 'Show all keys', group: 'Window', keys: keyText('?'), run: windowCommands.shortcuts },
  { id: 'light', label: 'Light theme', group: 'Window', run: () => void changePreferences({ theme: 'light' }) },
  { id: 'dark', label: 'Dark theme', group: 'Window', run: () => void changePreferences({ theme: 'dark' }) },
  {
    id: 'system',
    label: 'Theme of the system',
    group: 'Window',
    run: () => void changePreferences({ theme: 'system' }),
  },
];

/** What reads as a sentence with a machine's name behind it, where a button's words alone do not. */
const WORDS: Partial<Record<MachineAction, string>> = {
  snapshot: 'Take snapshot of',
  discard: 'Discard saved state of',
  'save-image': 'Save as image the disk of',
};

function commandWords(action: MachineAction): string {
  return WORDS[action] ?? ACTION_LABELS[action].replace('…', '');
}

function machineCommands(machine: MachineView): readonly PaletteCommand[] {
  const { id, name } = machine;
  const go = (tab: MachineTab) => () => goToMachine(id, tab);
  return [
    { id: `${id} console`, label: `Console of ${name}`, group: name, run: go('console') },
    { id: `${id} open`, label: `Open ${name}`, group: name, run: go('summary') },
    { id: `${id} hardware`, label: `Hardware of ${name}`, group: name, run: go('hardware') },
    { id: `${id} network`, label: `Network of ${name}`, group: name, run: go('network') },
    { id: `${id} snapshots`, label: `Snapshots of ${name}`, group: name, run: go('snapshots') },
    ...MACHINE_ACTIONS.filter((action) => refusal(action, machine) === null).map((action) => ({
      id: `${id} ${action}`,
      label: `${commandWords(action)} ${name}`,
      group: name,
      run: () => perform(action, [machine]),
    })),
  ];
}

function networkCommands(network: NetworkView): readonly PaletteCommand[] {
  const { id, name } = network;
  const group = `Network ${name}`;
  return [
    { id: `${id} open`, label: `Open network ${name}`, group, run: () => goToNetwork(id) },
    { id: `${id} packets`, label: `Packets of network ${name}`, group, run: () => goToNetwork(id, 'packets') },
    {
      id: `${id} forwards`,
      label: `Forwarded ports of network ${name}`,
      group,
      run: () => goToNetwork(id, 'forwards'),
    },
    { id: `${id} connect`, label: `Connect a machine to network ${name}`, group, run: () => askConnect(network) },
    ...PRESETS.map((preset) => ({
      id: `${id} ${preset.name}`,
      label: `Conditions of network ${name}: ${preset.name}`,
      group,
      run: () => void setConditions(network, preset.conditions),
    })),
  ];
}

export interface Known {
  readonly machines: readonly MachineView[];
  readonly networks: readonly NetworkView[];
  readonly containers: readonly ContainerView[];
  readonly images: readonly ContainerImageView[];
}

/** Everything that can be done now and holds all words that are sought. */
export function paletteCommands(known: Known, sought: string): readonly PaletteCommand[] {
  const words = sought.toLowerCase().split(/\s+/);
  const holdsAll = ({ label }: PaletteCommand) => words.every((word) => label.toLowerCase().includes(word));
  return [
    ...GENERAL,
    ...CONTAINER_GENERAL,
    ...known.machines.flatMap(machineCommands),
    ...known.containers.flatMap(containerCommands),
    ...known.images.flatMap(imageCommands),
    ...known.networks.flatMap(networkCommands),
  ].filter(holdsAll);
}
