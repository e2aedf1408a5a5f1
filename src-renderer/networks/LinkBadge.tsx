import { LINK_LOOKS, type LinkState } from './links.ts';

/** Whether a card's cable is in, as icon, word and colour. */
export function LinkBadge({ state }: { state: LinkState }) {
  const { word, tone, icon: Icon } = LINK_LOOKS[state];
  return (
    <span className={`state state-${tone}`}>
      <Icon size={14} aria-hidden />
      {word}
    </span>
  );
}
