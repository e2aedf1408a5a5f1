import type { ContainerLimits } from '../../contract/containers.ts';
import type { CallList } from './calls/call-list.ts';
import { makeDirectory, setKnob, tryKnob } from './calls/file-calls.ts';
import { CPU_PERIOD_US, quotaOf } from './oci-configuration.ts';

export const CONTROLLERS = '+cpu +memory +pids +io';

/** Documentation, "Control Group v2". */
export function makeCgroup(list: CallList, path: string, limits: ContainerLimits): void {
  makeDirectory(list, path);
  setKnob(list, `${path}/cgroup.subtree_control`, CONTROLLERS);
  limitCgroup(list, path, limits);
}

export function limitCgroup(list: CallList, path: string, { memoryBytes, cpus, pids }: ContainerLimits): void {
  setKnob(list, `${path}/memory.max`, memoryBytes === null ? 'max' : String(memoryBytes));
  tryKnob(list, `${path}/memory.swap.max`, '0');
  setKnob(list, `${path}/cpu.max`, `${cpus === null ? 'max' : quotaOf(cpus)} ${CPU_PERIOD_US}`);
  setKnob(list, `${path}/pids.max`, pids === null ? 'max' : String(pids));
}

/** The runtime's own cgroup below has been given the limits of the start: ours alone are to count. */
export function unlimitCgroup(list: CallList, path: string): void {
  for (const [knob, value] of [
    ['memory.max', 'max'],
    ['cpu.max', `max ${CPU_PERIOD_US}`],
    ['pids.max', 'max'],
  ] as const) {
    tryKnob(list, `${path}/${knob}`, value);
  }
}
