import { StopSlider } from '../parts/StopSlider.tsx';

const STEP_PERCENT = 5;
const FULL_PERCENT = 100;
/** One step beyond the last percent. */
const NO_LIMIT = FULL_PERCENT + STEP_PERCENT;
const STOPS = Array.from({ length: NO_LIMIT / STEP_PERCENT }, (_, index) => (index + 1) * STEP_PERCENT);

const fromStop = (stop: number) => (stop > FULL_PERCENT ? null : stop);

interface CpuLimitSliderProps {
  /** Percent of one processor of this computer; null: no limit. */
  readonly value: number | null;
  readonly hint?: string;
  onChange(value: number | null): void;
  onCommit?(value: number | null): void;
}

export function CpuLimitSlider({ value, hint, onChange, onCommit }: CpuLimitSliderProps) {
  return (
    <StopSlider
      label="Processor limit"
      stops={STOPS}
      value={value ?? NO_LIMIT}
      format={(stop) => (stop > FULL_PERCENT ? 'No limit' : `${stop} %`)}
      hint={hint}
      onChange={(stop) => onChange(fromStop(stop))}
      onCommit={(stop) => onCommit?.(fromStop(stop))}
    />
  );
}
