import type { ContainerLimits } from '../../contract/containers.ts';
import type { CallList } from './calls/call-list.ts';
import { makeDirectory, setKnob, tryKnob } from './calls/file-calls.ts';
import type { MostOfOne } from './node-state.ts';
import { CPU_PERIOD_US, quotaOf } from './oci-configuration.ts';

export const CONTROLLERS = '+cpu +memory +pids +io';

/** Documentation, "Control Group v2". */
export function makeCgroup(list: CallList, path: string, limits: ContainerLimits, most: MostOfOne): void {
  makeDirectory(list, path);
  setKnob(list, `${path}/cgroup.subtree_control`, CONTROLLERS);
  limitCgroup(list, path, limits, most);
}

/** @param most what counts where there is no limit */
export function limitCgroup(list: CallList, path: string, limits: ContainerLimits, most: MostOfOne): void {
  const memoryBytes = limits.memoryBytes ?? most.memoryBytes;
  const pids = Math.min(limits.pids ?? most.pids, most.pids);
  for (const [knob, value] of Object.entries(knobsOf({ ...limits, memoryBytes, pids })))
    setKnob(list, `${path}/${knob}`, value);
  tryKnob(list, `${path}/memory.swap.max`, '0');
}

/** The runtime's own cgroup below is what the container sees of its limits. It may not be there. */
export function showLimits(list: CallList, path: string, limits: ContainerLimits): void {
  for (const [knob, value] of Object.entries(knobsOf(limits))) tryKnob(list, `${path}/${knob}`, value);
}

function knobsOf({ memoryBytes, cpus, pids }: ContainerLimits): Readonly<Record<string, string>> {
  return {
    'memory.max': memoryBytes === null ? 'max' : String(memoryBytes),
    'cpu.max': `${cpus === null ? 'max' : quotaOf(cpus)} ${CPU_PERIOD_US}`,
    'pids.max': pids === null ? 'max' : String(pids),
  };
}
