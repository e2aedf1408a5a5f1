import { Slider } from '@base-ui/react/slider';

interface StopSliderProps {
  readonly label: string;
  /** The values it can have, ascending. */
  readonly stops: readonly number[];
  readonly value: number;
  readonly hint?: string | undefined;
  readonly warning?: string | undefined;
  readonly disabled?: boolean;
  format(value: number): string;
  onChange(value: number): void;
  /** The thumb was let go, or a key pressed: this is the value that is meant. */
  onCommit?(value: number): void;
}

function nearest(stops: readonly number[], value: number): number {
  return stops.reduce((best, stop, index) => {
    const nearer = Math.abs(stop - value) < Math.abs((stops[best] ?? 0) - value);
    return nearer ? index : best;
  }, 0);
}

/** A slider over sensible values, from the least that works to the most that this computer has. */
export function StopSlider(props: StopSliderProps) {
  const { label, stops, value, hint, warning, disabled = false, format, onChange, onCommit } = props;
  return (
    <Slider.Root
      className="slider"
      min={0}
      max={Math.max(1, stops.length - 1)}
      disabled={disabled || stops.length < 2}
      value={nearest(stops, value)}
      onValueChange={(index) => onChange(stops[index] ?? value)}
      onValueCommitted={(index) => onCommit?.(stops[index] ?? value)}
    >
      <div className="slider-head">
        <Slider.Label className="field-label">{label}</Slider.Label>
        <output className="slider-value">{format(value)}</output>
      </div>
      <Slider.Control className="slider-control">
        <Slider.Track className="slider-track">
          <Slider.Indicator className="slider-indicator" />
          <Slider.Thumb className="slider-thumb" getAriaValueText={() => format(value)} />
        </Slider.Track>
      </Slider.Control>
      <div className="slider-ends" aria-hidden>
        <span>{format(stops[0] ?? value)}</span>
        <span>{format(stops.at(-1) ?? value)}</span>
      </div>
      {warning !== undefined ? (
        <p className="field-warning" role="status">
          {warning}
        </p>
      ) : (
        hint !== undefined && <p className="field-hint">{hint}</p>
      )}
    </Slider.Root>
  );
}
