import type { LucideIcon } from 'lucide-react';

interface StateLookProps {
  readonly look: { readonly word: string; readonly tone: string; readonly icon: LucideIcon };
  /** Behind the word, where the place has room for it. */
  readonly detail?: string | undefined;
}

/** A state as its icon, its word and its colour together. */
export function StateLook({ look, detail }: StateLookProps) {
  const { word, tone, icon: Icon } = look;
  return (
    <span className={detail === undefined ? `state state-${tone}` : `state state-${tone} state-wraps`}>
      <Icon size={14} aria-hidden className={tone === 'changing' ? 'spinning' : undefined} />
      {detail === undefined ? word : `${word}: ${detail}`}
    </span>
  );
}
