import { Meter } from '@base-ui/react/meter';

interface BarProps {
  /** Its name for a screen reader. */
  readonly label: string;
  /** Read out instead of the bare number: "212 MiB of 512 MiB". */
  readonly text: string;
  readonly value: number;
  readonly total: number;
  /** A second, paler stretch behind the first: what is promised, behind what is used. */
  readonly behind?: number;
}

export function Bar({ label, text, value, total, behind }: BarProps) {
  const full = Math.max(total, 1);
  const portion = (amount: number) => `${Math.min(100, (amount / full) * 100)}%`;
  return (
    <Meter.Root
      className="bar"
      value={Math.min(value, full)}
      max={full}
      aria-label={label}
      getAriaValueText={() => text}
    >
      <Meter.Track className="bar-track">
        {behind !== undefined && <span className="bar-behind" style={{ width: portion(behind) }} />}
        <Meter.Indicator className="bar-indicator" data-tight={value / full > 0.9 ? '' : undefined} />
      </Meter.Track>
    </Meter.Root>
  );
}
