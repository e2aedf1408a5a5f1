import type { GuestPlace, PictureLayout } from './picture-layout.ts';
import { SWITCH_WIDTH } from './picture-layout.ts';
import type { LinkState } from './links.ts';
import { formatRate, lineWidth, type Rate } from './traffic.ts';

interface Line {
  readonly key: string;
  readonly state: LinkState;
  readonly rate: Rate;
  readonly chosen: boolean;
  choose(): void;
}

/** Half the distance between the lines of the two directions. */
const APART = 4;

/** Dashes that run the way the bytes go; the drawing alone, as the figures stand beside it. */
function Flow({ d, bytes, way }: { d: string; bytes: number; way: 'sent' | 'received' }) {
  const width = lineWidth(bytes);
  if (width === 0) return null;
  // More traffic runs faster, from two seconds for a length of dashes down to a third of one.
  const seconds = Math.max(0.33, 2.2 - 0.3 * Math.log10(bytes));
  return (
    <g className={`flow flow-${way}`} strokeWidth={width}>
      <path d={d} className="flow-bed" />
      <path d={d} className="flow-dashes" style={{ animationDuration: `${seconds}s` }} />
    </g>
  );
}

/** From the guest to the switch, and back. */
function flows({ from, to, y }: GuestPlace) {
  return { sent: `M ${to} ${y - APART} H ${from}`, received: `M ${from} ${y + APART} H ${to}` };
}

function Cable({ place, line }: { place: GuestPlace; line: Line }) {
  const { from, to, y } = place;
  const middle = (from + to) / 2;
  const { sent, received } = flows(place);
  return (
    <g
      className={`cable cable-${line.state}`}
      data-busy={line.rate.sent + line.rate.received >= 1 ? '' : undefined}
      data-chosen={line.chosen ? '' : undefined}
      onClick={line.choose}
    >
      <path d={`M ${from} ${y} H ${to}`} className="cable-hit" />
      {line.state === 'pulled' ? (
        <>
          <path d={`M ${from} ${y} H ${from + (to - from) * 0.3}`} className="cable-line" />
          <path d={`M ${from + (to - from) * 0.62} ${y} H ${to}`} className="cable-line" />
          <path d={`M ${middle - 10} ${y - 6} l 8 12 m 4 -12 l 8 12`} className="cable-gap" />
        </>
      ) : (
        <path d={`M ${from} ${y} H ${to}`} className="cable-line" />
      )}
      {line.state === 'up' && (
        <>
          <Flow d={sent} bytes={line.rate.sent} way="sent" />
          <Flow d={received} bytes={line.rate.received} way="received" />
        </>
      )}
      <circle cx={from} cy={y} r={4} className="cable-port" />
    </g>
  );
}

function Figures({ place, rate }: { place: GuestPlace; rate: Rate }) {
  const { from, to, y } = place;
  const middle = (from + to) / 2;
  const towards = to > from ? ['←', '→'] : ['→', '←'];
  return (
    <g className="cable-figures">
      {rate.sent >= 1 && (
        <text x={middle} y={y - 10}>
          {towards[0]} {formatRate(rate.sent)}
        </text>
      )}
      {rate.received >= 1 && (
        <text x={middle} y={y + 19}>
          {towards[1]} {formatRate(rate.received)}
        </text>
      )}
    </g>
  );
}

interface PictureLinesProps {
  readonly layout: PictureLayout;
  readonly lines: readonly Line[];
  readonly internal: boolean;
  /** Something goes in and out. */
  readonly busy: boolean;
}

/** The cables of the picture. What they show is told in words by the boxes that they lead to. */
export function PictureLines({ layout, lines, internal, busy }: PictureLinesProps) {
  const { width, height, spineX, worldY, gatewayY, switchTop, switchBottom, guests } = layout;
  return (
    <svg className="picture-lines" width={width} height={height} aria-hidden>
      {!internal && (
        <path d={`M ${spineX} ${worldY} V ${gatewayY}`} className="uplink" data-busy={busy ? '' : undefined} />
      )}
      <path d={`M ${spineX} ${gatewayY} V ${switchTop}`} className="uplink" data-busy={busy ? '' : undefined} />
      <rect
        x={spineX - SWITCH_WIDTH / 2}
        y={switchTop}
        width={SWITCH_WIDTH}
        height={switchBottom - switchTop}
        rx={8}
        className="switch-box"
      />
      {lines.map((line, index) => {
        const place = guests[index];
        return place && <Cable key={line.key} place={place} line={line} />;
      })}
      {lines.map((line, index) => {
        const place = guests[index];
        return place && line.state === 'up' && <Figures key={line.key} place={place} rate={line.rate} />;
      })}
    </svg>
  );
}
