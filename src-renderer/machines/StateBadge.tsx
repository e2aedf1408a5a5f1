import type { MachineState } from '../../src-core/contract/machines.ts';
import { STATE_LOOKS } from './states.ts';

export function StateBadge({ state }: { state: MachineState }) {
  const { word, tone, icon: Icon } = STATE_LOOKS[state];
  return (
    <span className={`state state-${tone}`}>
      <Icon size={14} aria-hidden className={tone === 'changing' ? 'spinning' : undefined} />
      {word}
    </span>
  );
}
