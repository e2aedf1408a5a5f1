import type { ForwardView } from '../../src-core/contract/networks.ts';
import { FORWARD_LOOKS } from './forwards.ts';

/** Whether a forward works, and if not, why. */
export function ForwardState({ forward }: { forward: ForwardView }) {
  const { word, tone, icon: Icon } = FORWARD_LOOKS[forward.state];
  return (
    <span className={`state state-${tone} state-wraps`}>
      <Icon size={14} aria-hidden />
      {forward.failure === null ? word : `${word}: ${forward.failure.because}`}
    </span>
  );
}
