import { Popover } from '@base-ui/react/popover';
import type { LucideIcon } from 'lucide-react';
import { useRef, useState } from 'react';
import { Button, IconButton } from './Button.tsx';
import { popups } from './popups.ts';

/** Whether something can be done now; if not, why, and what would allow it. */
export type Availability =
  { readonly can: true } | { readonly can: false; readonly why: string; readonly remedy?: Remedy | undefined };

export interface Remedy {
  readonly label: string;
  run(): void;
}

export const available: Availability = { can: true };

interface GuardedButtonProps {
  readonly label: string;
  readonly icon: LucideIcon;
  readonly availability: Availability;
  readonly look?: 'plain' | 'primary' | 'danger' | 'quiet';
  /** Shows the icon alone; the label becomes the tooltip. */
  readonly iconOnly?: boolean;
  readonly small?: boolean;
  /** Its name for a screen reader, where the label alone does not say what it is about. */
  readonly name?: string;
  readonly tabIndex?: number;
  readonly disabled?: boolean;
  /** submit: what it does is its form's. */
  readonly type?: 'button' | 'submit';
  onClick?(): void;
}

/**
 * A button that stays reachable while it cannot be used: it then looks disabled, and pressing it tells why and offers
 * the action that would allow it.
 */
export function GuardedButton(props: GuardedButtonProps) {
  const { label, icon, availability, look = 'plain', iconOnly = false, small = false, name, onClick } = props;
  const { tabIndex, disabled, type = 'button' } = props;
  const [explaining, setExplaining] = useState(false);
  const anchor = useRef<HTMLSpanElement>(null);
  const shared = {
    icon,
    look,
    small,
    tabIndex,
    disabled,
    type: availability.can ? type : 'button',
    'aria-disabled': !availability.can,
    onClick: () => (availability.can ? onClick?.() : setExplaining(true)),
  };
  const button = iconOnly ? (
    <IconButton {...shared} label={availability.can ? label : `${label} – ${availability.why}`} />
  ) : (
    <Button {...shared} aria-label={name}>
      {label}
    </Button>
  );
  if (availability.can) return button;
  const { why, remedy } = availability;
  return (
    <Popover.Root open={explaining} onOpenChange={setExplaining}>
      <span ref={anchor} className="guard">
        {button}
      </span>
      <Popover.Portal container={popups}>
        <Popover.Positioner anchor={anchor} sideOffset={6} className="above">
          <Popover.Popup className="popover explanation">
            <Popover.Description className="explanation-text">{why}</Popover.Description>
            {remedy && (
              <Button
                look="primary"
                small
                onClick={() => {
                  setExplaining(false);
                  remedy.run();
                }}
              >
                {remedy.label}
              </Button>
            )}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
