import { Tooltip } from '@base-ui/react/tooltip';
import type { LucideIcon } from 'lucide-react';
import type { ComponentProps, ReactElement } from 'react';
import { popups } from './popups.ts';

type Look = 'plain' | 'primary' | 'danger' | 'quiet';

interface ButtonProps extends ComponentProps<'button'> {
  readonly look?: Look;
  readonly icon?: LucideIcon;
  readonly small?: boolean;
}

export function Button({ look = 'plain', icon: Icon, small = false, className, children, ...rest }: ButtonProps) {
  const classes = ['button', `button-${look}`, small ? 'button-small' : '', className ?? ''];
  return (
    <button type="button" className={classes.filter(Boolean).join(' ')} {...rest}>
      {Icon && <Icon size={small ? 14 : 16} aria-hidden />}
      {children}
    </button>
  );
}

/** A word on what a control does, and its key, when the pointer rests on it or the keyboard is on it. */
export function Hint({ text, keys, children }: { text: string; keys?: string | undefined; children: ReactElement }) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger render={children} />
      <Tooltip.Portal container={popups}>
        <Tooltip.Positioner sideOffset={6} className="above">
          <Tooltip.Popup className="tooltip">
            {text}
            {keys !== undefined && <kbd>{keys}</kbd>}
          </Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}

interface IconButtonProps extends Omit<ButtonProps, 'children' | 'icon'> {
  readonly icon: LucideIcon;
  /** What it does: its name for a screen reader and its tooltip. */
  readonly label: string;
  readonly keys?: string;
}

export function IconButton({ icon: Icon, label, keys, look = 'quiet', small, className, ...rest }: IconButtonProps) {
  const classes = ['button', 'button-icon', `button-${look}`, small ? 'button-small' : '', className ?? ''];
  return (
    <Hint text={label} keys={keys}>
      <button type="button" aria-label={label} className={classes.filter(Boolean).join(' ')} {...rest}>
        <Icon size={small ? 14 : 16} aria-hidden />
      </button>
    </Hint>
  );
}
