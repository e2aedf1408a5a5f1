import type { MachineState } from '../../src-core/contract/machines.ts';
import { StateLook } from '../parts/StateLook.tsx';
import { STATE_LOOKS } from './states.ts';

export function StateBadge({ state }: { state: MachineState }) {
  return <StateLook look={STATE_LOOKS[state]} />;
}
